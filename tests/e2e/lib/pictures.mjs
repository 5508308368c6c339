// Pictures of screens, in each language, theme and size.
import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { ROOT } from "./company.mjs";
import { until } from "./poll.mjs";

const FOLDER = path.join(ROOT, "docs/screens");
export const SIZES = { desktop: { width: 1440, height: 900 }, phone: { width: 360, height: 800 } };
const LOOKS = ["ar", "en"].flatMap((language) => ["light", "dark"].map((theme) => ({ language, theme })));

/** Pictures of screens that are no more would lie, so all are taken anew. */
export async function clearPictures() {
  await rm(FOLDER, { recursive: true, force: true });
  await mkdir(FOLDER, { recursive: true });
}

/** Takes every scene in every look. Answers how many pictures that were, and which could not be taken. */
export async function takePictures(device, scenes, cast) {
  const taken = { count: 0, missed: [] };
  for (const look of LOOKS) {
    await wears(device, look);
    for (const [size, viewport] of Object.entries(SIZES)) {
      await device.page.setViewportSize(viewport);
      for (const scene of scenes.filter(({ only }) => !only || only === size)) {
        const name = `${scene.name}-${look.language}-${look.theme}-${size}`;
        await takeOne(device, scene, cast, name, taken);
      }
    }
  }
  return taken;
}

/** One screen that can't be reached does not cost the pictures of the others. */
async function takeOne(device, scene, cast, name, taken) {
  const { page } = device;
  try {
    await scene.open(page, cast);
    await isStill(page);
    await page.screenshot({ path: path.join(FOLDER, `${name}.png`), animations: "disabled", scale: "css" });
    taken.count += 1;
    await scene.close?.(page);
  } catch (error) {
    taken.missed.push(`${name}: ${error.message.split("\n")[0]}`);
    // Whatever layer was left open would stand on every picture after this one.
    await device.reloads();
  }
}

/** Language and theme, as the settings keep them; applied before the first paint. */
async function wears(device, { language, theme }) {
  await device.page.evaluate(
    ([word, shade]) => {
      localStorage.setItem("maydan.language", word);
      localStorage.setItem("maydan.theme", shade);
    },
    [language, theme],
  );
  await device.reloads();
  await device.page.locator(`html[lang="${language}"][data-theme="${theme}"]`).waitFor({ state: "attached" });
  await device.page.locator('[data-testid="sync-chip"], [data-testid="sign-in-submit"]').first().waitFor();
}

/** Nothing is loading, moving or saying something in passing. */
async function isStill(page) {
  const close = page.getByTestId("toast-close");
  while ((await close.count()) > 0) {
    // A message may go by itself right before it is closed; then there is nothing to press.
    await close.first().click({ timeout: 2_000 }).catch(() => null);
  }
  await page.getByTestId("skeleton").first().waitFor({ state: "detached" });
  await page.evaluate(() => document.fonts.ready.then(() => true));
  await page.mouse.move(0, 0);
  let before = "";
  await until("the screen to be still", async () => {
    const now = await page.evaluate(drawn);
    const same = now === before;
    before = now;
    return same;
  });
}

/** What is on the screen, after the frame in which it was drawn. */
function drawn() {
  return new Promise((resolve) => {
    requestAnimationFrame(() => requestAnimationFrame(() => {
      const moving = document.getAnimations().some((one) => one.playState === "running" && one.effect?.getTiming().iterations !== Infinity);
      const app = document.getElementById("app");
      resolve(moving ? `${performance.now()}` : `${app.innerHTML.length} ${app.innerText}`);
    }));
  });
}
