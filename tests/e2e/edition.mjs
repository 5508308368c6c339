// What only the web edition has: several tabs over one database, a tab that takes over when the leading one goes, and a new
// version that waits until nobody is in the middle of a form.
//
//   MAYDAN_BIN=<folder of the programs> node edition.mjs
import { cp, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { choosesLanguage, go, signsIn, syncs } from "./lib/app.mjs";
import { nothingBroke } from "./lib/checks.mjs";
import { Company, ROOT } from "./lib/company.mjs";
import { noteWith, opensCustomer, opensCustomers, searchFinds, writesNote } from "./lib/customer.mjs";
import { Device } from "./lib/device.mjs";
import { hold, untilEqual } from "./lib/poll.mjs";
import { Report } from "./lib/report.mjs";

const FROM_SECOND = "كتبتها من اللسان الثاني";
const AFTER_CLOSING = "كتبتها بعد إغلاق اللسان الأول";
const WHILE_UPDATING = "كتبتها من لسان النسخة السابقة";
/** Rows of the file of businesses. */
const ROWS = 6_865;
const HALF_TYPED = "عميل لم يُحفظ بعد";

const report = await Report.begin();
const step = (name, work) => report.step(name, work);
report.begins("edition", []);
await report.whole(async () => {
  const company = await Company.seeded({ customers: 30, activities: 10 });
  const amal = new Device(company, "amal", { language: "ar", viewport: { width: 360, height: 800 } });
  report.devices.push(amal);
  try {
    company.web = path.join(company.folder, "web");
    await cp(path.join(company.dist, "."), company.web, { recursive: true });
    await company.serverStarts();
    await several(company, amal);
    await importsAll(amal);
    await renews(company, amal);
    await step("nothing broke the content policy or failed unseen", () => nothingBroke([amal]));
  } finally {
    await amal.ends();
    await company.close();
  }
});
report.ends();

/** Tabs share one device. */
async function several(company, amal) {
  let customer;
  let second;
  await step("she signs in", async () => {
    await amal.opens();
    await choosesLanguage(amal);
    await signsIn(amal);
    await opensCustomers(amal.page);
    customer = (await amal.page.getByTestId("customer-row").first().getAttribute("href")).split("/").pop();
  });
  await step("a second tab is signed in too; what it writes is there in the first", async () => {
    second = await tab(amal, company);
    await writesNote(second, customer, FROM_SECOND);
    await opensCustomer(amal.page, customer, "notes");
    await noteWith(amal.page, FROM_SECOND);
  });
  await step("the first tab is closed, the network is gone: the second takes over and goes on", async () => {
    await amal.network(false);
    await amal.page.close();
    amal.page = second;
    await writesNote(second, customer, AFTER_CLOSING);
    await noteWith(second, FROM_SECOND);
  });
  await step("a third tab opens without a network", async () => {
    const third = await tab(amal, company);
    await opensCustomer(third, customer, "notes");
    await noteWith(third, AFTER_CLOSING);
    await third.close();
    await amal.network(true);
  });
}

/** A real file, whole: written without a network, sent when there is one. */
async function importsAll(amal) {
  const { page } = amal;
  await step(`she imports a file of ${ROWS} businesses without a network; none is left out`, async () => {
    await amal.network(false);
    await go(page, "#/import");
    await page.getByTestId("import-file").setInputFiles(path.join(ROOT, "tests/fixtures/libya-west-businesses.csv"));
    const territory = page.getByTestId("import-territory");
    hold(await page.getByTestId("import-go").isDisabled(), "nothing is imported before she has chosen where");
    await territory.selectOption({ index: 1 });
    await page.getByTestId("import-go").click();
    await page.getByTestId("import-report").waitFor();
    const count = async (what) => Number(await page.getByTestId(`import-${what}`).getAttribute("data-count"));
    const found = { created: await count("created"), bad: await count("bad") };
    hold(found.created === ROWS && found.bad === 0, `the report: ${JSON.stringify(found)}`);
  });
  await step("the search finds one of them, and all are sent when the network is back", async () => {
    await searchFinds(page, "سوق الثلاثاء الحديث", "سوق الثلاثاء الحديث");
    await amal.network(true);
    await syncs(amal);
  });
}

/** A new version waits for the person, and tabs of both versions stay usable. */
async function renews(company, amal) {
  const page = amal.page;
  let other;
  let customer;
  await step("a new version is offered while a form is open, and does not touch it", async () => {
    await opensCustomers(page);
    customer = (await page.getByTestId("customer-row").first().getAttribute("href")).split("/").pop();
    other = await tab(amal, company);
    await opensCustomer(other, customer, "notes");
    await go(page, "#/customers/new");
    await page.getByTestId("new-customer-name").fill(HALF_TYPED);
    await newBuild(company);
    await page.evaluate(async () => (await navigator.serviceWorker.getRegistration()).update());
    await page.getByTestId("offer-update").waitFor();
    hold((await page.getByTestId("new-customer-name").inputValue()) === HALF_TYPED, "the form is as it was");
    hold((await runs(page)) === "old", "the page still runs what it began with");
  });
  await step("she agrees: the new version runs, and what she had typed is still there", async () => {
    await page.getByTestId("offer-update-take").click();
    await untilEqual("the version that runs", "new", () => runs(page));
    await untilEqual("what was typed", HALF_TYPED, () => page.getByTestId("new-customer-name").inputValue());
  });
  await step("the other tab is told, and still writes to the same data", async () => {
    await other.getByTestId("offer-update").waitFor();
    await writesNote(other, customer, WHILE_UPDATING);
    await opensCustomer(page, customer, "notes");
    await noteWith(page, WHILE_UPDATING);
  });
}

async function tab(device, company) {
  const page = await device.context.newPage();
  await page.goto(`${company.url}/`, { waitUntil: "domcontentloaded" });
  await page.getByTestId("sync-chip").waitFor();
  return page;
}

/** Serves what another build would be: other ids in the worker and the service worker, and a mark in the page. */
async function newBuild(company) {
  const worker = await readFile(path.join(company.web, "worker.js"), "utf8");
  const [, build] = worker.match(/maydanBuild = "(\w+)"/);
  for (const name of ["worker.js", "sw.js"]) {
    const file = path.join(company.web, name);
    await writeFile(file, (await readFile(file, "utf8")).replaceAll(build, "feedfacefeedface"));
  }
  const index = path.join(company.web, "index.html");
  await writeFile(index, (await readFile(index, "utf8")).replace("<body>", '<body data-version="new">'));
}

/** Which of the two builds a page runs. */
async function runs(page) {
  return (await page.locator("body").getAttribute("data-version", { timeout: 5_000 })) ?? "old";
}
