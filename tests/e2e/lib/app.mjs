// The frame of the app, in the words of its users: signing in, going to a screen, the chip.
import { CONVERGENCE, hold, until, untilEqual } from "./poll.mjs";
import { PASSWORD } from "./company.mjs";

/** Goes to a screen. The hash alone changes, as when a link is followed. */
export async function go(page, hash) {
  await page.evaluate((to) => {
    if (location.hash !== to) location.hash = to;
    // Two frames later the old screen is gone, so nothing of it is taken for the new one.
    return new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  }, hash);
}

/** The first thing that anybody sees: Arabic, from right to left, and the sign-in form. */
export async function seesArabicFirst(device) {
  await device.page.getByTestId("sign-in-submit").waitFor();
  await untilEqual("the first language", ["ar", "rtl"], () => writing(device.page));
}

/** Chooses the device's language on the sign-in page. */
export async function choosesLanguage(device) {
  const { page, look } = device;
  if ((await writing(page))[0] !== look.language) await page.getByTestId("sign-in-language").click();
  await untilEqual("the chosen language", look.language === "ar" ? ["ar", "rtl"] : ["en", "ltr"], () => writing(page));
}

function writing(page) {
  return page.evaluate(() => [document.documentElement.lang, document.documentElement.dir]);
}

/** Signs in and waits until everything is on the device. */
export async function signsIn(device, login = device.name) {
  const { page, company } = device;
  await page.getByTestId("sign-in-login").waitFor();
  hold((await page.getByTestId("sign-in-server").inputValue()) === company.url, "the page offers the server that it came from");
  await page.getByTestId("sign-in-login").fill(login);
  await page.getByTestId("sign-in-password").fill(PASSWORD);
  await page.getByTestId("sign-in-submit").click();
  await chipSays(page, "synced");
}

/** Waits for the chip to show a state: synced, syncing, offline, attention, sign_in_needed. */
export async function chipSays(page, state, patience = CONVERGENCE) {
  await untilEqual("the chip", state, () => page.getByTestId("sync-chip").getAttribute("data-state", { timeout: 1_000 }), patience);
}

/** Asks for a round now, as a person does who has just got her network back, and waits until both sides have everything. */
export async function syncs(device) {
  const { page } = device;
  await go(page, "#/sync");
  const button = page.getByTestId("sync-now");
  await button.waitFor();
  const state = () => page.getByTestId("sync-chip").getAttribute("data-state");
  await until(
    `${device.name}'s device to be synced`,
    async () => {
      const now = await state();
      // While a round runs the button rests.
      if (now === "offline" && (await button.isEnabled())) await button.click({ timeout: 1_000 });
      return now === "synced";
    },
    CONVERGENCE,
  );
}

/** The device's id, as its settings page shows it. */
export async function deviceOf(page) {
  await go(page, "#/settings");
  return (await page.getByTestId("settings-device").innerText()).trim();
}

/** What waits to be sent, as the queue lists it: kinds of records. */
export async function waitingKinds(page) {
  await go(page, "#/sync");
  await page.getByTestId("outbox-item").first().waitFor();
  const kinds = await page.getByTestId("outbox-item").evaluateAll((items) => items.map((item) => item.dataset.kind));
  return [...new Set(kinds)].sort();
}

/** The texts of all elements of a hook. */
export function texts(page, testid) {
  return page.getByTestId(testid).allInnerTexts();
}
