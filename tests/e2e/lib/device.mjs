// A person's device: a browser with a profile of its own on the disk, which survives the browser.
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { chromium } from "playwright-core";
import { PATIENCE, until } from "./poll.mjs";
import { browserProcesses, killBrowser } from "./process.mjs";

const ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
/** Where a device is until it is told something else: the middle of Tripoli. */
const TRIPOLI = { latitude: 32.8872, longitude: 13.1913, accuracy: 10 };
/** What a content policy that was broken looks like on the console. */
const POLICY = /content security policy|broken policy:/i;

export class Device {
  constructor(company, name, look) {
    this.company = company;
    this.name = name;
    this.look = look;
    this.profile = path.join(company.folder, `profile-${name}`);
    this.console = [];
    this.uncaught = [];
    this.isOffline = false;
    this.context = null;
  }

  /** Starts the browser, at the app's first page; or at a page of its origin that holds something else. */
  async opens(address = "", instead = null) {
    await mkdir(this.profile, { recursive: true });
    this.context = await chromium.launchPersistentContext(this.profile, this.#options());
    this.context.setDefaultTimeout(PATIENCE);
    this.#listens();
    await this.context.addInitScript(report);
    if (instead) await this.context.route(`${this.company.url}/${address}`, (route) => route.fulfill({ contentType: "text/html", body: instead }));
    this.page = this.context.pages()[0] ?? (await this.context.newPage());
    await this.#goes(address);
  }

  /** Takes the network away from the browser, or gives it back. */
  async network(on) {
    this.isOffline = !on;
    await this.context.setOffline(!on);
  }

  /** The same page anew: without a network, only the service worker can give it. */
  async reloads() {
    await this.page.reload({ waitUntil: "domcontentloaded" });
  }

  /** All processes of the browser die with -9. Answers how many there were. */
  async dies() {
    const closed = new Promise((resolve) => this.context.once("close", resolve));
    const count = await killBrowser(this.profile);
    await closed;
    this.context = null;
    return count;
  }

  /** Comes back on the same profile, with the network as it was. */
  async comesBack() {
    await this.opens();
    // A browser writes local storage some seconds late, so a choice of language may have died with it. What people
    // capture is not kept there.
    const language = this.look.language;
    await this.page.evaluate((word) => localStorage.getItem("maydan.language") ?? localStorage.setItem("maydan.language", word), language);
    if ((await this.page.locator("html").getAttribute("lang")) !== language) await this.reloads();
  }

  /** The receiver has just found this place. */
  async stands(place) {
    await this.context.setGeolocation({ accuracy: 10, ...place });
  }

  /** What broke the content policy. */
  get violations() {
    return this.console.filter((line) => POLICY.test(line));
  }

  async ends() {
    if (this.context && browserProcesses(this.profile).length > 0) await this.dies();
  }

  #options() {
    return {
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: ARGS,
      viewport: this.look.viewport,
      deviceScaleFactor: 1,
      locale: this.look.language === "ar" ? "ar-LY" : "en-GB",
      geolocation: TRIPOLI,
      permissions: ["geolocation"],
      offline: this.isOffline,
      // The whole browser lives there, workers included: an emulated zone would hold for pages alone.
      env: { ...process.env, TZ: "Africa/Tripoli" },
    };
  }

  #listens() {
    this.context.on("console", (message) => this.console.push(`${message.type()}: ${message.text()}`));
    this.context.on("weberror", (failure) => this.uncaught.push(String(failure.error()?.stack ?? failure.error())));
  }

  /** The browser may refuse the very first navigation while it still wakes its service worker. */
  async #goes(address) {
    const url = `${this.company.url}/${address}`;
    await until(`${this.name}'s browser to open ${url}`, async () => (await this.page.goto(url, { waitUntil: "domcontentloaded" })) !== undefined);
  }
}

/** Runs in every page before its own scripts: policies broken later are said on the console. */
function report() {
  addEventListener("securitypolicyviolation", (event) => {
    console.error(`broken policy: ${event.violatedDirective} ${event.blockedURI}`);
  });
}
