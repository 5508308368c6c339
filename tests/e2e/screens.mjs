// Takes the pictures in docs/screens: every screen × both sizes × both languages × both themes, on seeded data.
//
//   MAYDAN_BIN=<folder of the programs> node screens.mjs
import { chipSays, deviceOf, go, signsIn, syncs } from "./lib/app.mjs";
import { Company } from "./lib/company.mjs";
import * as customers from "./lib/customer.mjs";
import { Device } from "./lib/device.mjs";
import * as fieldwork from "./lib/fieldwork.mjs";
import { until } from "./lib/poll.mjs";
import { SIZES, clearPictures, takePictures } from "./lib/pictures.mjs";
import { Report } from "./lib/report.mjs";
import { CLASHED, CUT_OFF, MANAGER, OFFLINE, REFUSED, REP, SHORTENED, STRANGER } from "./lib/scenes.mjs";

const LOOK = { language: "ar", viewport: SIZES.desktop };
const STOPS = 4;
const PINGS = 200;
const CLASH = { amal: "بيع بالجملة", basma: "بيع بالتجزئة" };
const NOTE = "يفضّل الزيارة صباحًا، ويدفع نقدًا عند الاستلام.";
const REPORT = "الرف ممتلئ، وطلب صاحب المحل صنفين جديدين. وعدته بعرض سعر قبل الخميس.";

const report = await Report.begin();
const people = [];
report.begins("screens", people);
const step = (name, work) => report.step(name, work);
let company;
await report.whole(async () => {
  try {
    await takeAll();
  } finally {
    for (const person of people) await person.ends();
    await company?.close();
  }
});
report.ends();

async function takeAll() {
  await step("a server starts with the data of a company", async () => {
    company = await Company.seeded({ customers: 300, activities: 1500 });
    await company.serverStarts();
    await clearPictures();
  });
  const [stranger, amal, basma, huda] = ["stranger", "amal", "basma", "huda"].map((name) => new Device(company, name, LOOK));
  people.push(stranger, amal, basma, huda);
  await step("everybody opens the app", async () => {
    for (const device of people) await device.opens();
    for (const device of [amal, basma, huda]) await signsIn(device);
  });
  const cast = await set(amal, basma);
  await pictures("sign-in", stranger, STRANGER, cast);
  await pictures("rep", amal, REP, cast);
  await step("the manager has the visit", async () => {
    await go(huda.page, "#/review");
    await huda.page.getByTestId("review-row").first().waitFor();
    await fieldwork.opensForReview(huda.page, cast.submitted);
  });
  await pictures("manager", huda, MANAGER, cast);
  await clash(amal, basma, cast);
  await pictures("conflict", amal, CLASHED, cast);
  await step("the server goes while work waits", async () => {
    // A clash that waits would stand on the chip in the place of the network.
    await customers.chooses(amal.page, cast.customer.id, CLASH.amal);
    await customers.isSettled(amal.page, cast.customer.id, "activity", CLASH.amal);
    await company.serverVanishes();
    await customers.writesNote(amal.page, cast.customer.id, NOTE);
    await chipSays(amal.page, "offline");
  });
  await pictures("offline", amal, OFFLINE, cast);
  await step("the manager may not move customers any more, and the server says so", async () => {
    await customers.movesTo(huda.page, cast.customer.id, "مصراتة");
    const territories = (await company.operates("territory", "list")).split("\n").map((line) => line.split(" ")[0]);
    for (const territory of territories) await company.operates("grant", "huda", territory, "write");
    await company.serverStarts();
    await chipSays(huda.page, "attention");
  });
  await pictures("refused", huda, REFUSED, cast);
  await step("histories are shortened, and one goes on", async () => {
    await syncs(amal);
    await company.operates("shorten", "--changes", "2", "--days", "0");
    await customers.opensCustomer(amal.page, cast.customer.id, "history");
    await amal.page.getByTestId("history-base").waitFor();
    await customers.opensCustomer(amal.page, cast.customer.id);
    await customers.edits(amal.page, "activity", CLASH.basma);
    await customers.historyHas(amal.page, cast.customer.id, "activity", CLASH.basma);
    await syncs(amal);
  });
  await pictures("shortened", amal, SHORTENED, cast);
  await step("amal's device is cut off", async () => {
    await syncs(amal);
    const phone = await deviceOf(amal.page);
    await amal.network(false);
    await customers.writesNote(amal.page, cast.customer.id, NOTE);
    await company.operates("revoke", phone);
    await amal.network(true);
    await amal.page.getByTestId("sign-in-cut-off").waitFor();
  });
  await pictures("cut-off", amal, CUT_OFF, cast);
}

/** Fills amal's day, so that her screens look as they do in use. */
async function set(amal, basma) {
  const cast = {};
  await step("amal's day is planned", () => plansDay(amal.page));
  await step("amal has work to show", async () => {
    cast.newcomer = await customers.makesCustomer(amal.page, "متجر النخلة الجديد", "0912345678");
    cast.customer = await customers.findsCommonCustomer(amal, basma);
    await customers.writesNote(amal.page, cast.customer.id, NOTE);
    cast.submitted = await fieldwork.checksIn(amal, cast.customer);
    await fieldwork.writesReport(amal.page, REPORT);
    await fieldwork.leavesAndSubmits(amal.page);
    cast.visit = await fieldwork.checksIn(amal, cast.customer);
    await fieldwork.writesReport(amal.page, REPORT);
  });
  await step("amal has a trip", () => hasTrip(amal.page));
  await step("amal's device is synced", () => chipSays(amal.page, "synced"));
  return cast;
}

async function plansDay(page) {
  await go(page, "#/today");
  const stops = page.getByTestId("today-stop");
  await page.getByTestId("today-add-stop").waitFor();
  const missing = Math.max(0, STOPS - (await stops.count()));
  for (let n = 0; n < missing; n += 1) {
    const before = await stops.count();
    await page.getByTestId("today-add-stop").click();
    await page.getByTestId("picker-customer").nth(n).click();
    await until("the new stop", async () => (await stops.count()) > before);
  }
}

/** A trip of the seeded data shows the roads of home; without one, a replayed walk does. */
async function hasTrip(page) {
  await go(page, "#/trip");
  await page.getByTestId("trip-start").waitFor();
  await page.locator('[data-testid="trip-pings"], [data-testid="empty"]').first().waitFor();
  if ((await page.getByTestId("trip-pings").count()) > 0) return "seeded";
  await fieldwork.drives(page, PINGS);
  await fieldwork.leavesTrack(page);
  return "replayed";
}

/** Both change one field while neither can see the other. */
async function clash(amal, basma, cast) {
  await step("two people set one field at once", async () => {
    await company.serverVanishes();
    for (const rep of [amal, basma]) {
      await customers.opensCustomer(rep.page, cast.customer.id);
      await customers.edits(rep.page, "activity", CLASH[rep.name]);
      await customers.historyHas(rep.page, cast.customer.id, "activity", CLASH[rep.name]);
    }
    await company.serverStarts();
    for (const rep of [basma, amal]) await syncs(rep);
    await customers.clashesShow(amal.page, cast.customer.id, Object.values(CLASH));
  });
}

/** Missed pictures count as a failed step, but the other screens do not stand on them. */
async function pictures(what, device, scenes, cast) {
  const taking = step(`pictures: ${what}`, async () => {
    const { count, missed } = await takePictures(device, scenes, cast);
    if (missed.length > 0) throw new Error(`${count} taken, ${missed.length} missed:\n${missed.join("\n")}`);
    return `${count} taken`;
  });
  await taking.catch(() => null);
}
