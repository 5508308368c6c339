// Every screen that is pictured: who opens it, how, and what must stand on it before the picture is taken.
import path from "node:path";
import { until } from "./poll.mjs";
import { ROOT } from "./company.mjs";
import { chipSays, go } from "./app.mjs";
import { asksWhereTo, opensCustomer, opensCustomers } from "./customer.mjs";

const BUSINESSES = path.join(ROOT, "tests/fixtures/libya-west-businesses.csv");
const TABS = ["overview", "timeline", "notes", "visits", "history"];

/** Nobody has signed in here. */
export const STRANGER = [
  { name: "sign-in", open: async (page) => page.getByTestId("sign-in-submit").waitFor() },
];

/** A rep's screens while everything is synced and nothing clashes. */
export const REP = [
  screen("today", "#/today", "today-stop"),
  { name: "customers", open: opensCustomers },
  { name: "customers-none-found", open: findsNobody, close: (page) => page.getByTestId("customers-search").press("Escape") },
  ...TABS.map((tab) => ({ name: `customer-${tab}`, open: (page, cast) => opensTab(page, cast.customer.id, tab) })),
  ...["timeline", "notes", "visits"].map((tab) => ({
    name: `customer-${tab}-empty`,
    open: async (page, cast) => {
      await opensTab(page, cast.newcomer, tab);
      await page.getByTestId("empty").first().waitFor();
    },
  })),
  screen("customer-missing", "#/customers/00000000-0000-7000-8000-000000000000", "customer-missing-back"),
  screen("new-customer", "#/customers/new", "new-customer-save"),
  { name: "visit", open: (page, cast) => opens(page, `#/visits/${cast.visit}`, "visit-check-out") },
  screen("trip", "#/trip", "map"),
  screen("sync", "#/sync", "sync-storage"),
  screen("conflicts-empty", "#/conflicts", "empty"),
  screen("review-not-yours", "#/review", "empty"),
  screen("settings", "#/settings", "settings-about"),
  screen("import", "#/import", "import-file", "attached"),
  { name: "import-preview", open: previewsImport },
  screen("not-found", "#/nowhere", "not-found-today"),
  { name: "palette", open: searchesPalette, close: closesLayer },
  { name: "add-sheet", open: opensAddSheet, close: closesLayer },
  { name: "more-sheet", only: "phone", open: opensMoreSheet, close: closesLayer },
  { name: "shortcuts", only: "desktop", open: opensShortcuts, close: closesLayer },
];

/** The manager's screens. */
export const MANAGER = [
  screen("today-empty", "#/today", "empty"),
  screen("review", "#/review", "review-row"),
  { name: "customer-move", open: (page, cast) => asksWhereTo(page, cast.customer.id), close: closesLayer },
  { name: "review-detail", open: (page, cast) => opens(page, `#/review/${cast.submitted}`, "review-return") },
];

/** What a rep sees of two values of one field. */
export const CLASHED = [
  { name: "customer-conflict", open: (page, cast) => clashes(page, `#/customers/${cast.customer.id}`) },
  { name: "conflicts", open: (page) => clashes(page, "#/conflicts") },
];

/** Without a network, with work that waits. */
export const OFFLINE = [
  { name: "sync-offline", open: seesOffline },
];

/** With a move that the server would not do. */
export const REFUSED = [
  screen("sync-refused", "#/sync", "refused-item"),
];

/** After the earlier history of a customer was put away. */
export const SHORTENED = [
  { name: "customer-history-shortened", open: seesShortened },
];

/** On a device that was cut off. */
export const CUT_OFF = [
  { name: "sign-in-cut-off", open: async (page) => page.getByTestId("sign-in-cut-off").waitFor() },
];

function screen(name, hash, testid, state) {
  return { name, open: (page) => opens(page, hash, testid, state) };
}

async function opens(page, hash, testid, state = "visible") {
  await go(page, hash);
  await page.getByTestId(testid).first().waitFor({ state });
}

async function opensTab(page, customer, tab) {
  await opensCustomer(page, customer, tab);
  const panel = page.getByTestId(`panel-${tab}`);
  // An answer that is on its way leaves the panel empty for a moment.
  await until(`something in ${tab}`, async () => (await panel.locator("li, dl, [data-testid=empty]").count()) > 0);
}

async function seesShortened(page, cast) {
  await opensTab(page, cast.customer.id, "history");
  await page.getByTestId("history-base").waitFor();
}

async function clashes(page, hash) {
  await opens(page, hash, "conflict-value");
}

/** After a reload the device tries the server a few times before it calls itself offline. */
async function seesOffline(page) {
  await opens(page, "#/sync", "outbox-item");
  await chipSays(page, "offline");
}

async function findsNobody(page) {
  await opensCustomers(page);
  await page.getByTestId("customers-search").fill("ققق ٩٩٩");
  await page.getByTestId("customers-clear").waitFor();
}

async function previewsImport(page) {
  await opens(page, "#/import", "import-file", "attached");
  await page.getByTestId("import-file").setInputFiles(BUSINESSES);
  await page.getByTestId("import-go").waitFor();
}

async function searchesPalette(page, cast) {
  await opens(page, "#/today", "page-title");
  await page.getByTestId("palette-open").click();
  await page.getByTestId("palette-input").fill(cast.customer.name);
  await page.getByTestId("palette-hit").filter({ hasText: cast.customer.name }).first().waitFor();
}

/** The rail of a desktop and the bar of a phone have a button each; one of them is in sight. */
async function opensAddSheet(page) {
  await opens(page, "#/today", "page-title");
  await page.locator('[data-testid="add"]:visible, [data-testid="bar-add"]:visible').click();
  await page.getByTestId("add-customer").waitFor();
}

async function opensMoreSheet(page) {
  await opens(page, "#/today", "page-title");
  await page.getByTestId("bar-more").click();
  await page.getByTestId("more-nav-settings").waitFor();
}

async function opensShortcuts(page) {
  await opens(page, "#/today", "page-title");
  await page.keyboard.press("Shift+Slash");
  await page.getByTestId("shortcuts").waitFor();
}

async function closesLayer(page) {
  await page.keyboard.press("Escape");
  await page.locator("dialog[open]").waitFor({ state: "detached" });
}
