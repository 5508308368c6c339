// The web edition's column of the benchmarks: the worker in a real browser, over the browser's private files, without a
// screen. Prints one line of JSON: for each row what the runs took, in milliseconds.
//
//   MAYDAN_BIN=<folder of the programs> node bench.mjs DOCUMENTS RUNS
import { Company, PASSWORD } from "./lib/company.mjs";
import { Device } from "./lib/device.mjs";
import { SIZES } from "./lib/pictures.mjs";

const [documents, runs] = process.argv.slice(2).map(Number);
const SAVES = 40;
/** A page of the same origin on which nothing runs. */
const EMPTY = "empty";

const company = await Company.seeded({ customers: documents / 2, activities: documents - documents / 2 });
const rows = { save: [], "first-sync": [], usable: [], open: [] };
try {
  await company.serverStarts();
  // The first device pays for what the server makes ready for all others.
  for (let run = 0; run <= runs; run += 1) {
    const took = await measures(`bench-${run}`);
    if (run > 0) for (const [name, values] of Object.entries(took)) rows[name].push(...values);
  }
} finally {
  await company.close();
}
console.log(JSON.stringify(rows));

/** What a new device takes for each row. */
async function measures(name) {
  const device = new Device(company, name, { language: "ar", viewport: SIZES.desktop });
  try {
    await device.opens(EMPTY, "<!doctype html>");
    await device.page.evaluate(host);
    const { usable, whole } = await device.page.evaluate(firstSync, { server: company.url, login: "huda", password: PASSWORD });
    const save = await device.page.evaluate(saves, SAVES);
    await device.page.reload();
    await device.page.evaluate(host);
    const open = await device.page.evaluate(opens);
    return { save, "first-sync": [whole], usable: [usable], open: [open] };
  } finally {
    await device.ends();
  }
}

/** In the page: starts the worker, and asks it as the screens do. */
function host() {
  const waiting = new Map();
  const worker = new Worker("./worker.js", { type: "module" });
  const begun = performance.now();
  const ready = new Promise((resolve, reject) => {
    worker.onerror = () => reject(new Error("the worker stopped"));
    worker.onmessage = ({ data }) => {
      if (data.ready !== undefined) resolve();
      if (data.fatal !== undefined) reject(new Error(JSON.stringify(data.fatal)));
      const asked = waiting.get(data.id);
      if (!asked) return;
      waiting.delete(data.id);
      if (data.error === undefined) asked.resolve(JSON.parse(data.ok));
      else asked.reject(new Error(`${asked.name}: ${JSON.stringify(data.error)}`));
    };
  });
  const ask = async (name, request) => {
    await ready;
    return new Promise((resolve, reject) => {
      const id = ask.next++;
      waiting.set(id, { name, resolve, reject });
      worker.postMessage({ id, name, body: JSON.stringify(request) });
    });
  };
  ask.next = 0;
  const customers = (search, limit) => ask("list_records", { kind: "customer", search, limit });
  globalThis.device = { ask, begun, customers };
}

/** In the page: until a list answers, and until all is there and the search answers. */
async function firstSync(account) {
  const { ask, customers } = globalThis.device;
  await ask("sign_in", account);
  const begun = performance.now();
  const waits = async (holds) => {
    for (;;) {
      const status = await ask("sync_status", {});
      if (holds(status)) return;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  await waits((status) => status.receiving > 0 || status.state === "synced");
  if ((await customers("", 50)).total === 0) throw new Error("a list answers after the first page");
  const usable = performance.now() - begun;
  await waits((status) => status.state === "synced");
  if ((await customers("شركة", 50)).total === 0) throw new Error("search answers");
  return { usable, whole: performance.now() - begun };
}

/** In the page: notes, one after the other. */
async function saves(count) {
  const { ask, customers } = globalThis.device;
  const customer = (await customers("", 1)).lines[0].id;
  const took = [];
  for (let number = 0; number < count; number += 1) {
    const body = `زيارة قصيرة رقم ${number}: طلبت عشر كراتين من الماء وخمساً من العصير، والتسليم يوم الأحد`;
    const begun = performance.now();
    await ask("create_record", { kind: "note", fields: { customer, body } });
    took.push(performance.now() - begun);
  }
  return took;
}

/** In the page: from a worker that starts to the first list. */
async function opens() {
  const { begun, customers } = globalThis.device;
  if ((await customers("", 50)).lines.length === 0) throw new Error("a first list");
  return performance.now() - begun;
}
