// What a browser needs to install the app, and what a person needs to trust its lists.
import { onlyRowsInSightExist } from "./frames.mjs";
import { hold, until } from "./poll.mjs";
import { go } from "./app.mjs";


/** The manifest is complete, says its name in Arabic, and the service worker answers for the page. */
export async function isInstallable(device) {
  const { page } = device;
  const linked = await manifestAt(page, await page.locator('link[rel="manifest"]').getAttribute("href"));
  const arabic = await manifestAt(page, "./manifest.webmanifest");
  hold(/[\u0621-\u064a]/.test(arabic.name) && arabic.dir === "rtl", "the manifest names the app in Arabic");
  for (const manifest of [linked, arabic]) await isComplete(page, manifest);
  await until("the service worker to answer for the page", () => page.evaluate(() => Boolean(navigator.serviceWorker.controller)));
  await browserAgrees(device);
}

function manifestAt(page, address) {
  return page.evaluate(async (from) => JSON.parse(await (await fetch(from)).text()), address);
}

async function isComplete(page, manifest) {
  hold(manifest.start_url && ["standalone", "fullscreen", "minimal-ui"].includes(manifest.display), "the manifest has a start and a display");
  for (const size of ["192x192", "512x512"]) {
    const icon = manifest.icons.find((one) => one.sizes === size);
    hold(icon, `the manifest has an icon of ${size}`);
    const type = await page.evaluate(async (from) => (await fetch(from)).headers.get("content-type"), icon.src);
    hold(type?.startsWith("image/"), `${icon.src} is a picture, not ${type}`);
  }
}

/** The browser itself finds nothing that keeps it from installing. */
async function browserAgrees(device) {
  const session = await device.context.newCDPSession(device.page);
  const { errors } = await session.send("Page.getAppManifest");
  hold(errors.length === 0, `the browser reads the manifest: ${JSON.stringify(errors)}`);
  const { installabilityErrors } = await session.send("Page.getInstallabilityErrors");
  hold(installabilityErrors.length === 0, `the browser would install it: ${JSON.stringify(installabilityErrors)}`);
  await session.detach();
}

/** The list opens at once, holds only the rows in sight, and finds while a person types. Answers the times. */
export async function firstListIsQuick(page) {
  await go(page, "#/today");
  const opened = await timed(async () => {
    await go(page, "#/customers");
    await page.getByTestId("customer-row").first().waitFor();
  });
  await onlyRowsInSightExist(page);
  const rows = page.getByTestId("customer-row");
  // One that is not first already, so that the search has to bring it there.
  const name = (await rows.nth(3).locator("bdi").first().innerText()).trim();
  hold(!(await rows.first().innerText()).includes(name), "another customer is first before anything is typed");
  const found = await timed(async () => {
    await page.getByTestId("customers-search").pressSequentially(name);
    await until(`the search to find ${name}`, async () => (await rows.first().innerText()).includes(name));
  });
  await page.getByTestId("customers-search").press("Escape");
  return `list ${opened} ms, search by ${[...name].length} keys ${found} ms`;
}

async function timed(work) {
  const begun = Date.now();
  await work();
  return Date.now() - begun;
}

/** Nothing was refused by the content policy and nothing broke unseen. */
export function nothingBroke(devices) {
  for (const device of devices) {
    hold(device.violations.length === 0, `${device.name}'s browser kept to the content policy: ${device.violations.join("\n")}`);
    hold(device.uncaught.length === 0, `${device.name}'s pages caught their errors: ${device.uncaught.join("\n")}`);
  }
}
