// Ending browsers as a power cut would: every process at once, with nothing written on the way out.
import { readFileSync, readdirSync } from "node:fs";
import { until } from "./poll.mjs";

/** The processes of the browser that has this profile open: itself and everything below it. */
export function browserProcesses(profile) {
  const all = processes();
  const found = new Set(all.filter((p) => p.args.includes(`--user-data-dir=${profile}`)).map((p) => p.pid));
  // Helpers do not all name the profile, but each has a parent that is known already after enough rounds.
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    for (const { pid, parent } of all) if (found.has(parent)) found.add(pid);
  }
  return [...found];
}

/** Kills the browser of a profile with -9 and waits until none of its processes is left. */
export async function killBrowser(profile) {
  const doomed = browserProcesses(profile);
  if (doomed.length === 0) throw new Error(`no browser has ${profile} open`);
  for (const pid of doomed) {
    try {
      process.kill(pid, "SIGKILL");
    } catch (error) {
      if (error.code !== "ESRCH") throw error; // it went with its parent
    }
  }
  await until("the killed browser to be gone", () => browserProcesses(profile).length === 0 && doomed.every(isGone));
  return doomed.length;
}

function processes() {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => describe(Number(name)) ?? []);
}

/** A process may end between being listed and being read: then there is nothing to describe. */
function describe(pid) {
  try {
    const args = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
    const { state, parent } = status(pid);
    return state === "Z" ? null : { pid, parent, args };
  } catch {
    return null;
  }
}

function status(pid) {
  // The name stands in parentheses and may contain anything, so fields are counted from its end.
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return { state, parent: Number(parent) };
}

function isGone(pid) {
  try {
    return status(pid).state === "Z";
  } catch {
    return true;
  }
}
