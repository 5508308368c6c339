// Waiting for conditions. Nothing in these tests waits for time to pass: what is waited for has a name, and a wait that
// was in vain says what was there instead.
import { setTimeout as pause } from "node:timers/promises";

/** How long anything may take before it counts as stuck, milliseconds. */
export const PATIENCE = 60_000;
/** What depends on two devices and a server finding each other again, milliseconds. */
export const CONVERGENCE = 120_000;

const GLANCE = 50;

/** Looks until `probe` gives something truthy, and gives that. A probe that throws has not found anything yet. */
export async function until(what, probe, patience = PATIENCE) {
  const end = Date.now() + patience;
  let last;
  for (;;) {
    try {
      last = await probe();
      if (last) return last;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) throw new Error(`waited in vain for ${what}; last: ${shown(last)}`);
    await pause(GLANCE);
  }
}

/** Looks until what `probe` gives equals `wanted`. */
export async function untilEqual(what, wanted, probe, patience = PATIENCE) {
  let found;
  const same = async () => {
    found = await probe();
    return JSON.stringify(found) === JSON.stringify(wanted);
  };
  try {
    await until(what, same, patience);
  } catch (error) {
    throw new Error(`${what}: wanted ${shown(wanted)}, found ${shown(found)}`, { cause: error });
  }
}

/** Fails with words when something that must hold does not. */
export function hold(condition, what) {
  if (!condition) throw new Error(what);
}

function shown(value) {
  return value instanceof Error ? value.message : JSON.stringify(value);
}
