// Customers: finding one, editing her where she stands, writing notes about her.
import { CONVERGENCE, hold, until, untilEqual } from "./poll.mjs";
import { go, texts } from "./app.mjs";

/** The one territory of the seeded company that amal and basma share. */
const COMMON_TERRITORY = "طرابلس";

/** Opens the list and waits for its first row. */
export async function opensCustomers(page) {
  await go(page, "#/customers");
  await page.getByTestId("customer-row").first().waitFor();
}

/** The ids of the customers, read by scrolling through the whole list. */
async function allCustomers(page) {
  await opensCustomers(page);
  const ids = new Set();
  for (let more = true; more; ) {
    // A row without its line yet has no link.
    const links = await page.locator('[data-testid="customer-row"][href]').evaluateAll((rows) => rows.map((row) => row.getAttribute("href")));
    for (const link of links) ids.add(link.split("/").pop());
    more = await page.getByTestId("customers-list").evaluate(scrollOn);
  }
  return [...ids];
}

/** Scrolls by a screenful and lets the rows be drawn; answers whether it could. */
function scrollOn(list) {
  const before = list.scrollTop;
  list.scrollTop += list.clientHeight;
  return new Promise((resolve) => {
    requestAnimationFrame(() => requestAnimationFrame(() => resolve(list.scrollTop > before)));
  });
}

/** Opens a tab of a customer's page. */
export async function opensCustomer(page, id, tab = "overview") {
  await go(page, `#/customers/${id}`);
  await page.getByTestId("customer-name").waitFor();
  await page.getByTestId(`tab-${tab}`).click();
  await page.getByTestId(`panel-${tab}`).waitFor();
}

/** A customer with a pin whom both devices have: her id, her name and her place. */
export async function findsCommonCustomer(one, other) {
  const theirs = new Set(await allCustomers(other.page));
  const ids = (await allCustomers(one.page)).filter((id) => theirs.has(id));
  hold(ids.length > 0, "two reps of one territory have customers in common");
  for (const id of ids) {
    const place = await pinOf(one.page, id);
    if (place) return { id, name: await nameOf(one.page), place };
  }
  throw new Error("none of the common customers has a pin");
}

/** Opens a customer and reads her pin, from the link that leads to it. */
export async function pinOf(page, id) {
  await opensCustomer(page, id);
  const link = page.getByTestId("contact-navigate");
  if ((await link.count()) === 0) return null;
  const numbers = decodeURIComponent(await link.getAttribute("href")).match(/(-?[\d.]+),(-?[\d.]+)/);
  return numbers && { latitude: Number(numbers[1]), longitude: Number(numbers[2]) };
}

/** The name of the customer whose page is open. */
export async function nameOf(page) {
  return (await page.getByTestId("field-name").innerText()).trim();
}

/** Edits a field where it stands. */
export async function edits(page, field, value) {
  const input = page.getByTestId(`input-${field}`);
  await page.getByTestId(`field-${field}`).click();
  await input.fill(value);
  await input.press("Enter");
  await showsField(page, field, value);
}

/** Waits until an open customer's field shows a value. */
export async function showsField(page, field, value) {
  await untilEqual(`the field ${field}`, value, async () => (await page.getByTestId(`field-${field}`).innerText()).trim(), CONVERGENCE);
}

/** Waits until the history has the value: it was read back from the disk, not only drawn. */
export async function historyHas(page, customer, field, value) {
  await opensCustomer(page, customer, "history");
  await page.locator(`[data-testid="history-field"][data-field="${field}"]`).filter({ hasText: value }).first().waitFor();
}

/** Makes a customer in the territory that both reps work; answers her id. */
export async function makesCustomer(page, name, phone) {
  await go(page, "#/customers/new");
  await page.getByTestId("new-customer-name").fill(name);
  await page.getByTestId("new-customer-phone").fill(phone);
  await page.getByTestId("new-customer-territory").selectOption({ label: COMMON_TERRITORY });
  await page.getByTestId("new-customer-save").click();
  await page.getByTestId("customer-name").waitFor();
  return page.url().split("/").pop();
}

/** Waits until a search finds a customer. */
export async function searchFinds(page, words, name) {
  await opensCustomers(page);
  await page.getByTestId("customers-search").fill(words);
  await until(`the search for ${words} to find ${name}`, async () => (await texts(page, "customer-row")).some((row) => row.includes(name)), CONVERGENCE);
}

/** Writes a new note about the customer whose notes are open. */
export async function writesNote(page, customer, text) {
  await opensCustomer(page, customer, "notes");
  await page.getByTestId("note-new").fill(text);
  await page.getByTestId("note-save").click();
  await noteWith(page, text);
}

/** The box of the open note that contains these words. Notes may move while others come, so nobody keeps a box. */
export function noteWith(page, words) {
  const boxes = page.getByTestId("note-body");
  const find = async () => {
    const bodies = await boxes.evaluateAll((all) => all.map((box) => box.value));
    const place = bodies.findIndex((body) => body.includes(words));
    return place >= 0 && boxes.nth(place);
  };
  return until(`a note with «${words}»`, find, CONVERGENCE);
}

/** Types at the beginning or the end of a note, and waits until it is saved. */
export async function typesInNote(page, words, place, text) {
  const box = await noteWith(page, words);
  await box.focus();
  await box.evaluate((area, end) => {
    const at = end ? area.value.length : 0;
    area.setSelectionRange(at, at);
  }, place === "end");
  await page.keyboard.type(text);
  const typed = await box.inputValue();
  hold(typed.includes(text.trim()), `the box took what was typed; it holds «${typed}»`);
  await box.blur();
  const saved = box.locator('xpath=ancestor::label[@data-unsaved="false"]');
  await saved.waitFor();
}

/** Waits until the note that contains `words` reads exactly like this. */
export async function noteReads(page, customer, words, body) {
  await opensCustomer(page, customer, "notes");
  await untilEqual("the note", body, async () => (await noteWith(page, words)).inputValue(), CONVERGENCE);
}

/** Waits until the customer's page offers exactly these values of one field to choose from. */
export async function clashesShow(page, customer, values) {
  await opensCustomer(page, customer);
  await showsClash(page, values, "conflict-banner");
}

/** Waits until the inbox of clashes has the customer with these values. */
export async function inboxShows(page, name, values) {
  await go(page, "#/conflicts");
  const row = page.getByTestId("conflict-row").filter({ hasText: name });
  await row.waitFor();
  await showsClash(row, values, "conflict-row");
}

async function showsClash(within, values, what) {
  const read = async () => {
    const shown = await texts(within, "conflict-value");
    return shown.length === values.length && values.every((value) => shown.some((text) => text.includes(value)));
  };
  await until(`${what} to show ${values.join(" and ")}`, read, CONVERGENCE);
}

/** Chooses one of the values that clash. */
export async function chooses(page, customer, value) {
  await opensCustomer(page, customer);
  const mine = page.getByTestId("conflict-value").filter({ hasText: value });
  await mine.getByTestId("conflict-choose").click();
}

/** Waits until the customer has one value and nothing to choose. */
export async function isSettled(page, customer, field, value) {
  await opensCustomer(page, customer);
  await page.getByTestId("conflict-banner").waitFor({ state: "detached", timeout: CONVERGENCE });
  await showsField(page, field, value);
}

/** Opens the question where a customer shall move. */
export async function asksWhereTo(page, customer) {
  await opensCustomer(page, customer);
  await page.getByTestId("customer-move").click();
  await page.getByTestId("customer-move-to").waitFor();
}

/** Moves a customer to another territory, by its name. */
export async function movesTo(page, customer, territory) {
  await asksWhereTo(page, customer);
  await page.getByTestId("customer-move-to").selectOption({ label: territory });
  await page.getByTestId("customer-move-now").click();
  await liesIn(page, territory);
}

/** Waits until the open customer lies in a territory. */
export async function liesIn(page, territory) {
  const shown = async () => (await page.getByTestId("customer-territory").innerText()).includes(territory);
  await until(`the customer to lie in ${territory}`, shown, CONVERGENCE);
}

/** Waits until a customer is not there any more for this person. */
export async function isGone(page, customer) {
  await go(page, `#/customers/${customer}`);
  await page.getByTestId("customer-missing-back").waitFor({ timeout: CONVERGENCE });
}
