// Steps with one line each, and what is needed to understand the one that failed.
import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

const OUT = fileURLToPath(new URL("../out/", import.meta.url));
/** Lines of a browser's console shown after a failure. */
const TAIL = 60;

/** A step failed, and what follows stands on it. */
class Stopped extends Error {}

export class Report {
  constructor() {
    this.passed = 0;
    this.failed = 0;
    this.devices = [];
    this.chapter = "";
  }

  static async begin() {
    await rm(OUT, { recursive: true, force: true });
    return new Report();
  }

  /** Whose screens and consoles are kept when a step fails. */
  begins(chapter, devices) {
    this.chapter = chapter;
    this.devices = devices;
  }

  /** One thing that a user would notice. What `work` answers is added to its line. */
  async step(name, work) {
    const begun = Date.now();
    try {
      const note = await work();
      this.passed += 1;
      console.log(`ok      ${this.#line(name, begun)}${note ? `: ${note}` : ""}`);
    } catch (error) {
      this.failed += 1;
      console.log(`FAILED  ${this.#line(name, begun)}\n${error.stack ?? error}`);
      if (error.cause) console.log(`because: ${error.cause.message ?? error.cause}`);
      await this.#keepEvidence();
      throw new Stopped(name);
    }
  }

  /** All steps of a chapter. A failed step ends it; what fails outside of steps counts as well. */
  async whole(work) {
    try {
      await work();
    } catch (error) {
      if (error instanceof Stopped) {
        console.log(`the chapter ${this.chapter} ends here`);
        return;
      }
      this.failed += 1;
      console.log(`FAILED  [${this.chapter}] outside of steps\n${error.stack ?? error}`);
    }
  }

  /** The last line, and the exit code. */
  ends() {
    process.exitCode = this.failed > 0 ? 1 : 0;
    console.log(`${this.passed} passed, ${this.failed} failed`);
  }

  #line(name, begun) {
    return `[${this.chapter}] ${name} (${((Date.now() - begun) / 1000).toFixed(1)} s)`;
  }

  async #keepEvidence() {
    await mkdir(OUT, { recursive: true });
    for (const device of this.devices) {
      // What breaks once in every frame is worth one line.
      const lines = [...new Set([...device.console, ...device.uncaught.map((error) => `uncaught: ${error}`)])];
      console.log(`-- console of ${device.name}\n${lines.slice(-TAIL).join("\n")}`);
      await keepPage(device, path.join(OUT, `${this.chapter}-${device.name}`));
    }
    const company = this.devices[0]?.company;
    if (company?.log.length) console.log(`-- log of the server\n${company.log.slice(-TAIL).join("\n")}`);
  }
}

/** The failure itself must stay visible, so a page that can't be kept is only mentioned. */
async function keepPage(device, file) {
  if (!device.context) return;
  try {
    await writeFile(`${file}.html`, await device.page.content());
    await device.page.screenshot({ path: `${file}.png`, timeout: 10_000 });
    console.log(`-- kept ${file}.png and .html (${device.page.url()})`);
  } catch (error) {
    console.log(`-- the page of ${device.name} could not be kept: ${error.message}`);
  }
}
