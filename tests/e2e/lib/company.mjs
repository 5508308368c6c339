// A company in a temporary folder: seeded data, and a server that can be killed and come back at the same address.
import { execFile, spawn } from "node:child_process";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** Everybody's password in seeded data. */
export const PASSWORD = "maydan-demo-1";
/** The repository. */
export const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

const STARTS_WITHIN = 60_000;

export class Company {
  /** Fills a new company. Devices put their profiles into its folder, so that everything goes away together. */
  static async seeded({ customers, activities, seed = 7 }) {
    const folder = await mkdtemp(path.join(tmpdir(), "maydan-e2e-"));
    const company = new Company(folder, await freePort());
    // A company that was seeded before: seeding a large one takes minutes.
    if (process.env.MAYDAN_COMPANY) {
      await cp(process.env.MAYDAN_COMPANY, company.data, { recursive: true });
      return company;
    }
    const amounts = ["--customers", customers, "--activities", activities, "--seed", seed].map(String);
    try {
      await promisify(execFile)(program("maydan-seed"), [...amounts, "--server", company.data], { maxBuffer: 64 << 20 });
    } catch (error) {
      await company.close();
      throw error;
    }
    return company;
  }

  constructor(folder, port) {
    this.folder = folder;
    this.port = port;
    this.server = null;
    this.log = [];
    this.web = this.dist;
  }

  /** The web edition as it was built. */
  get dist() {
    return path.join(ROOT, "web/dist");
  }

  get data() {
    return path.join(this.folder, "server");
  }

  /** The address for browsers: `localhost` is a secure context without a certificate, which service workers need. */
  get url() {
    return `http://localhost:${this.port}`;
  }

  async serverStarts() {
    const args = ["serve", "--listen", `127.0.0.1:${this.port}`, "--data", this.data, "--web", this.web];
    const server = spawn(program("maydan-sync-server"), args, {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, MAYDAN_LOG: process.env.MAYDAN_LOG ?? "warn" },
    });
    this.server = server;
    createInterface({ input: server.stderr }).on("line", (line) => this.log.push(line));
    await listening(server, this.log);
  }

  /** The server dies as in a power cut. */
  async serverVanishes() {
    const server = this.server;
    this.server = null;
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    const gone = new Promise((resolve) => server.once("exit", resolve));
    server.kill("SIGKILL");
    await gone;
  }

  /** What the operator says to the server's program; answers what it prints. */
  async operates(...args) {
    const { stdout } = await promisify(execFile)(program("maydan-sync-server"), [...args, "--data", this.data]);
    return stdout.trim();
  }

  async close() {
    await this.serverVanishes();
    await rm(this.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

function program(name) {
  const folder = process.env.MAYDAN_BIN;
  if (!folder) throw new Error("MAYDAN_BIN must name the folder with maydan-sync-server and maydan-seed");
  return path.join(path.resolve(folder), name);
}

/** Resolves when the server says where it listens. */
function listening(server, log) {
  return new Promise((resolve, reject) => {
    const failed = (why) => {
      clearTimeout(late);
      reject(new Error(`the server did not start (${why}):\n${log.slice(-20).join("\n")}`));
    };
    const late = setTimeout(() => failed("it said nothing"), STARTS_WITHIN);
    server.once("error", (error) => failed(error.message));
    server.once("exit", (code, signal) => failed(`ended with ${code ?? signal}`));
    createInterface({ input: server.stdout }).on("line", (line) => {
      if (!line.startsWith("listening on ")) return;
      clearTimeout(late);
      resolve();
    });
  });
}

/** The port is chosen once, so that the server comes back where devices look for it. */
function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer().once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
