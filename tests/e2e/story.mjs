// The promise, in real browsers against a real server: whatever two reps capture without a network is there for both
// after it comes back, whoever pulled the plug meanwhile. Told once on a phone in Arabic and once on a desktop in English.
//
//   MAYDAN_BIN=<folder of the programs> node story.mjs [phone|desktop]
import { choosesLanguage, chipSays, deviceOf, seesArabicFirst, signsIn, syncs, waitingKinds } from "./lib/app.mjs";
import { firstListIsQuick, isInstallable, nothingBroke } from "./lib/checks.mjs";
import { Company } from "./lib/company.mjs";
import * as customers from "./lib/customer.mjs";
import { Device } from "./lib/device.mjs";
import * as fieldwork from "./lib/fieldwork.mjs";
import { hold } from "./lib/poll.mjs";
import { Report } from "./lib/report.mjs";

const TELLINGS = [
  { name: "phone", language: "ar", viewport: { width: 360, height: 800 } },
  { name: "desktop", language: "en", viewport: { width: 1440, height: 900 } },
];
const PINGS = 200;

/** What the two of them write. */
const ADDRESS = "شارع ميزران، قرب المسجد";
const EMAIL = "shop@example.ly";
const ACTIVITIES = { amal: "بيع بالجملة", basma: "بيع بالتجزئة" };
const NOTE = { before: "اتصلت به صباحًا. ", body: "زبون من أيام المحل القديم.", after: " يريد عرض سعر." };
const MERGED = `${NOTE.before}${NOTE.body}${NOTE.after}`;
const OWN_NOTE = "المحل مغلق هذا الأسبوع، نمرّ السبت القادم";
const LAST_CUSTOMER = "محل آخر الطريق";
const NEW_CUSTOMER = "متجر النخلة الجديد";
/** Amal and basma work in the one, basma alone in the other. */
const [HERE, ELSEWHERE] = ["طرابلس", "مصراتة"];
const REPORT = "الرف ممتلئ، وطلب المدير صنفين جديدين.";

const report = await Report.begin();
const wanted = process.argv[2];
for (const telling of TELLINGS.filter((one) => !wanted || one.name === wanted)) {
  report.begins(telling.name, []);
  await report.whole(() => tell(telling, report.devices));
}
report.ends();

/** One telling, on a company of its own. A step that fails ends it: what follows stands on that step. */
async function tell(look, people) {
  let company;
  const step = (name, work) => report.step(name, work);
  try {
    await step("a server starts with the data of a company", async () => {
      company = await Company.seeded({ customers: 60, activities: 60 });
      await company.serverStarts();
    });
    const device = (name) => {
      people.push(new Device(company, name, look));
      return people.at(-1);
    };
    const [amal, basma] = [device("amal"), device("basma")];
    const common = await prepare(step, amal, basma);
    const visit = await workOffline(step, company, amal, basma, common);
    await surviveTheCrash(step, amal, basma, common, visit);
    await converge(step, company, amal, basma, common, visit);
    const huda = device("huda");
    await answer(step, huda, amal, visit);
    await settle(step, amal, basma, common);
    const fresh = device("amal-new-phone");
    await reachEverywhere(step, fresh, common, visit);
    await move(step, huda, amal, basma, common);
    await lose(step, company, amal, fresh);
    await step("nothing broke the content policy or failed unseen", () => nothingBroke(people));
  } finally {
    for (const person of people) await person.ends();
    await company?.close();
  }
}

/** Everybody signs in while there is a network; it is the only thing that needs one. */
async function prepare(step, amal, basma) {
  for (const rep of [amal, basma]) {
    await step(`${rep.name} opens the app: Arabic first; signs in and has everything`, async () => {
      await rep.opens();
      await seesArabicFirst(rep);
      await choosesLanguage(rep);
      await signsIn(rep);
    });
  }
  for (const rep of [amal, basma]) await step(`${rep.name}'s browser can install the app`, () => isInstallable(rep));
  await step("the first list is there at once and finds as one types", () => firstListIsQuick(amal.page));
  return commonGround(step, amal, basma);
}

/** The customer and the note that both of them will work on. */
async function commonGround(step, amal, basma) {
  let common;
  await step("both have the same customer", async () => {
    common = await customers.findsCommonCustomer(amal, basma);
    return common.name;
  });
  await step("amal's note reaches basma", async () => {
    await customers.writesNote(amal.page, common.id, NOTE.body);
    await customers.noteReads(basma.page, common.id, NOTE.body, NOTE.body);
    for (const rep of [amal, basma]) await chipSays(rep.page, "synced");
  });
  return common;
}

async function workOffline(step, company, amal, basma, common) {
  await step("the server is killed, the network goes; the app still opens", async () => {
    await company.serverVanishes();
    for (const rep of [amal, basma]) {
      await rep.network(false);
      await rep.reloads();
      await customers.opensCustomer(rep.page, common.id);
      await chipSays(rep.page, "offline");
    }
  });
  await step("amal edits the customer and types in the note", async () => {
    await editsBoth(amal, common, { address: ADDRESS, activity: ACTIVITIES.amal });
    await customers.opensCustomer(amal.page, common.id, "notes");
    await customers.typesInNote(amal.page, NOTE.body, "start", NOTE.before);
  });
  await step("basma edits the same field and another, types in the same note, captures more", async () => {
    await editsBoth(basma, common, { email: EMAIL, activity: ACTIVITIES.basma });
    await customers.opensCustomer(basma.page, common.id, "notes");
    await customers.typesInNote(basma.page, NOTE.body, "end", NOTE.after);
    await customers.writesNote(basma.page, common.id, OWN_NOTE);
    common.added = await customers.makesCustomer(basma.page, NEW_CUSTOMER, "0912345678");
  });
  let visit;
  await step("amal checks in, writes a report, checks out, submits", async () => {
    visit = await fieldwork.checksIn(amal, common);
    await fieldwork.writesReport(amal.page, REPORT);
    await fieldwork.leavesAndSubmits(amal.page);
  });
  await step(`amal drives a trip of ${PINGS} positions`, () => fieldwork.drives(amal.page, PINGS));
  await step("both queues name what waits", async () => {
    const [hers, others] = [await waitingKinds(amal.page), await waitingKinds(basma.page)];
    hold(["customer", "note", "trip", "visit"].every((kind) => hers.includes(kind)), `amal's queue has ${hers.join(", ")}`);
    hold(["customer", "note"].every((kind) => others.includes(kind)), `basma's queue has ${others.join(", ")}`);
  });
  return visit;
}

async function editsBoth(rep, common, fields) {
  await customers.opensCustomer(rep.page, common.id);
  for (const [field, value] of Object.entries(fields)) await customers.edits(rep.page, field, value);
  for (const [field, value] of Object.entries(fields)) await customers.historyHas(rep.page, common.id, field, value);
}

async function surviveTheCrash(step, amal, basma, common, visit) {
  await step("both browsers are killed with -9 and come back, still without a network", async () => {
    const killed = [];
    for (const rep of [amal, basma]) killed.push(await rep.dies());
    for (const rep of [amal, basma]) await rep.comesBack();
    return `${killed.join(" and ")} processes`;
  });
  await step("everything of amal's is there", async () => {
    await customers.opensCustomer(amal.page, common.id);
    await customers.showsField(amal.page, "address", ADDRESS);
    await customers.showsField(amal.page, "activity", ACTIVITIES.amal);
    await customers.noteReads(amal.page, common.id, NOTE.body, `${NOTE.before}${NOTE.body}`);
    await seesVisit(amal, visit, "submitted");
    await fieldwork.tripHas(amal.page, PINGS);
  });
  await step("everything of basma's is there", async () => {
    await customers.opensCustomer(basma.page, common.id);
    await customers.showsField(basma.page, "email", EMAIL);
    await customers.showsField(basma.page, "activity", ACTIVITIES.basma);
    await customers.noteReads(basma.page, common.id, NOTE.body, `${NOTE.body}${NOTE.after}`);
    await customers.noteWith(basma.page, OWN_NOTE);
    await customers.searchFinds(basma.page, NEW_CUSTOMER, NEW_CUSTOMER);
  });
}

async function seesVisit(rep, visit, status) {
  const text = await fieldwork.opensVisit(rep.page, visit, status);
  hold(text.includes(REPORT), `the visit has its report; it reads «${text}»`);
}

async function converge(step, company, amal, basma, common, visit) {
  await step("the server starts again, the network is back: both are synced", async () => {
    await company.serverStarts();
    for (const rep of [amal, basma]) await rep.network(true);
    for (const rep of [amal, basma, amal]) await syncs(rep);
  });
  for (const rep of [amal, basma]) {
    await step(`${rep.name} has the edits of both, in different fields`, async () => {
      await customers.opensCustomer(rep.page, common.id);
      await customers.showsField(rep.page, "address", ADDRESS);
      await customers.showsField(rep.page, "email", EMAIL);
    });
    await step(`${rep.name} has both values of the same field`, async () => {
      await customers.clashesShow(rep.page, common.id, Object.values(ACTIVITIES));
      await customers.inboxShows(rep.page, common.name, Object.values(ACTIVITIES));
    });
    await step(`${rep.name} has one note with the words of both`, async () => {
      await customers.noteReads(rep.page, common.id, NOTE.body, MERGED);
      await customers.noteWith(rep.page, OWN_NOTE);
    });
    await step(`${rep.name} finds the customer that basma made`, () => customers.searchFinds(rep.page, NEW_CUSTOMER, NEW_CUSTOMER));
  }
  await step("amal's visit and trip are whole", async () => {
    await seesVisit(amal, visit, "submitted");
    await fieldwork.tripHas(amal.page, PINGS);
  });
}

async function answer(step, huda, amal, visit) {
  await step("huda signs in and approves the visit", async () => {
    await huda.opens();
    await choosesLanguage(huda);
    await signsIn(huda);
    await fieldwork.opensForReview(huda.page, visit);
    const text = await huda.page.getByTestId("review-report").innerText();
    hold(text.includes(REPORT), `the manager reads the report; it reads «${text}»`);
    await fieldwork.approves(huda.page, "أحسنتِ");
  });
  await step("amal sees that it is approved", () => seesVisit(amal, visit, "approved"));
}

async function settle(step, amal, basma, common) {
  await step("amal chooses one of the values; it is settled for both", async () => {
    await customers.chooses(amal.page, common.id, ACTIVITIES.basma);
    for (const rep of [amal, basma]) await customers.isSettled(rep.page, common.id, "activity", ACTIVITIES.basma);
  });
}

/** Who may see a customer is where she lies. */
async function move(step, huda, amal, basma, common) {
  await step("huda moves the customer to another territory, and takes that back", async () => {
    await customers.movesTo(huda.page, common.id, ELSEWHERE);
    await huda.page.getByTestId("toast-undo").last().click();
    await customers.liesIn(huda.page, HERE);
  });
  await step("huda moves her for good: she is gone from amal's device, and on basma's she lies elsewhere", async () => {
    await customers.movesTo(huda.page, common.id, ELSEWHERE);
    await customers.isGone(amal.page, common.id);
    await customers.opensCustomer(basma.page, common.id);
    await customers.liesIn(basma.page, ELSEWHERE);
    await customers.noteReads(basma.page, common.id, NOTE.body, MERGED);
  });
}

/** What a device has that never saw any of it can only have come from the server. */
async function reachEverywhere(step, fresh, common, visit) {
  await step("amal's new phone has everything after its first sync", async () => {
    await fresh.opens();
    await choosesLanguage(fresh);
    await signsIn(fresh, "amal");
    await customers.opensCustomer(fresh.page, common.id);
    for (const [field, value] of [["address", ADDRESS], ["email", EMAIL]]) await customers.showsField(fresh.page, field, value);
    await customers.noteReads(fresh.page, common.id, NOTE.body, MERGED);
    await customers.opensCustomer(fresh.page, common.added);
    await seesVisit(fresh, visit, "approved");
    await fieldwork.tripHas(fresh.page, PINGS);
  });
}

/** A phone that was lost shows nothing any more, and what was written on it is not lost with it. */
async function lose(step, company, amal, fresh) {
  await step("amal's old phone is cut off while something on it waits: she is signed out, and told what became of it", async () => {
    const phone = await deviceOf(amal.page);
    await amal.network(false);
    await customers.makesCustomer(amal.page, LAST_CUSTOMER, "0923456789");
    await company.operates("revoke", phone);
    await amal.network(true);
    await amal.page.getByTestId("sign-in-cut-off").waitFor();
    const told = await amal.page.getByTestId("sign-in-handed-over").innerText();
    hold(/تعديل واحد|One edit/.test(told), `it says how much was handed over; it says «${told}»`);
    const listed = await company.operates("handed-over");
    hold(listed.includes(LAST_CUSTOMER), `the operator reads «${listed}»`);
    await company.operates("handed-over", "take", phone);
  });
  await step("what was taken in is on her new phone", () => customers.searchFinds(fresh.page, LAST_CUSTOMER, LAST_CUSTOMER));
}
