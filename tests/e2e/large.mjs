// A year of a large company on one device: 10,000 customers and 100,000 activities. The first list and the search answer
// while a person scrolls and types, and the page never stands still for longer than a person notices.
//
//   MAYDAN_BIN=<folder of the programs> node large.mjs [customers activities]
//
// MAYDAN_COMPANY names the folder of a store that was seeded before, which is copied instead of seeded again.
import { go, signsIn } from "./lib/app.mjs";
import { Company } from "./lib/company.mjs";
import { Device } from "./lib/device.mjs";
import { framesDuring, onlyRowsInSightExist } from "./lib/frames.mjs";
import { hold, until } from "./lib/poll.mjs";
import { Report } from "./lib/report.mjs";

const [customers, activities] = (process.argv.length > 3 ? process.argv.slice(2) : ["10000", "100000"]).map(Number);
/** A frame that takes longer than this is seen as a stumble, milliseconds. */
const JANK = 100;
/** Of all frames while scrolling or typing, the share that may stumble: the machine runs a server and a browser at once. */
const STUMBLES = 0.05;
/** Letters typed of each name. */
const TYPED = 8;

const report = await Report.begin();
report.begins("large", []);
await report.whole(async () => {
  const company = await Company.seeded({ customers, activities });
  const device = new Device(company, "amal", { language: "ar", viewport: { width: 360, height: 800 } });
  report.devices.push(device);
  const step = (name, work) => report.step(name, work);
  try {
    await company.serverStarts();
    await step("she signs in on a new phone and sees her customers before all has come", () => firstRows(device));
    await step("everything comes", () => everything(device));
    await step("the list opens and scrolls without stumbling, with only the rows in sight", () => scrolls(device.page));
    await step("the search finds while she types, without stumbling", () => types(device.page));
  } finally {
    await device.ends();
    await company.close();
  }
});
report.ends();

async function firstRows(device) {
  await device.opens();
  const begun = Date.now();
  const all = signsIn(device);
  const rows = device.page.getByTestId("customer-row");
  await device.page.getByTestId("sync-chip").waitFor();
  await go(device.page, "#/customers");
  await rows.first().waitFor();
  device.waiting = { all, begun };
  hold((await device.page.getByTestId("sync-chip").getAttribute("data-state")) !== "synced", "more is still coming");
  return `first rows after ${Date.now() - begun} ms`;
}

async function everything(device) {
  await device.waiting.all;
  return `${Date.now() - device.waiting.begun} ms after signing in`;
}

async function scrolls(page) {
  await go(page, "#/today");
  const begun = Date.now();
  await go(page, "#/customers");
  await page.getByTestId("customer-row").first().waitFor();
  const opened = Date.now() - begun;
  await onlyRowsInSightExist(page);
  const list = page.getByTestId("customers-list");
  const frames = await framesDuring(page, async () => {
    await list.hover();
    for (let turn = 0; turn < 60; turn += 1) await page.mouse.wheel(0, 900);
    await list.evaluate((element) => (element.scrollTop = element.scrollHeight));
    await until("the last rows", () => page.getByTestId("customer-row").last().isVisible());
  });
  await onlyRowsInSightExist(page);
  return smooth(`opened in ${opened} ms`, frames);
}

async function types(page) {
  const search = page.getByTestId("customers-search");
  const list = page.getByTestId("customers-list");
  const row = page.getByTestId("customer-row");
  const shown = await row.evaluateAll((rows) => rows.map((one) => one.querySelector("bdi").innerText.trim()));
  const names = shown.filter((name) => name.length > 3).slice(0, 4);
  hold(names.length === 4, "there are names to search for");
  // They stand at the end of the list: what is found was found by searching.
  await list.evaluate((element) => (element.scrollTop = 0));
  await until("the first rows", async () => !(await row.allInnerTexts()).some((text) => names.some((name) => text.includes(name))));
  const answered = [];
  const frames = await framesDuring(page, async () => {
    for (const name of names) {
      const begun = Date.now();
      await search.fill("");
      await search.pressSequentially([...name].slice(0, TYPED).join(""));
      await until(`a row with ${name}`, async () => (await row.allInnerTexts()).some((text) => text.includes(name)));
      answered.push(Date.now() - begun);
    }
  });
  return smooth(`slowest of ${answered.length} searches by up to ${TYPED} keys ${Math.max(...answered)} ms`, frames);
}

function smooth(told, frames) {
  const stumbles = frames.filter((ms) => ms > JANK).length;
  const said = `${told}, ${frames.length} frames, ${stumbles} over ${JANK} ms, longest ${Math.round(Math.max(...frames))} ms`;
  hold(stumbles <= frames.length * STUMBLES, said);
  return said;
}
