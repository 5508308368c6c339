// Work on the road: visits, trips, and the manager's answer.
import { CONVERGENCE, hold, until, untilEqual } from "./poll.mjs";
import { go } from "./app.mjs";
import { opensCustomer } from "./customer.mjs";
import { track } from "./track.mjs";

/** Fastest replay of a track that the settings offer, times real time. */
const FASTEST = "300";

/** Checks in at a customer's door; answers the visit's id. */
export async function checksIn(device, customer) {
  const { page } = device;
  await opensCustomer(page, customer.id, "visits");
  // Right before it is asked for: a position of some minutes ago would rightly count as doubtful.
  await device.stands(customer.place);
  await page.getByTestId("visit-check-in").click();
  await until("the visit's page", () => page.url().includes("#/visits/"));
  await visitIs(page, "checked_in");
  const grade = await page.getByTestId("visit-proof").getAttribute("data-grade");
  hold(grade === "verified", `a check-in at the door is verified, not ${grade}`);
  return page.url().split("/").pop();
}

/** Writes the report of the open visit. */
export async function writesReport(page, text) {
  await page.getByTestId("visit-report").fill(text);
  await page.getByTestId("visit-report").blur();
  await page.locator('[data-testid="visit-report-state"][data-saved="true"]').waitFor();
}

/** Leaves, and hands the open visit in. */
export async function leavesAndSubmits(page) {
  await page.getByTestId("visit-check-out").click();
  await visitIs(page, "checked_out");
  await page.getByTestId("visit-submit").click();
  await visitIs(page, "submitted");
}

/** Waits until the open visit has a status. */
export async function visitIs(page, status, patience = CONVERGENCE) {
  await untilEqual("the visit's status", status, () => page.getByTestId("visit-status").getAttribute("data-status", { timeout: 1_000 }), patience);
}

/** Waits until a visit has a status; answers its report. */
export async function opensVisit(page, visit, status) {
  await go(page, `#/visits/${visit}`);
  await visitIs(page, status);
  const box = page.getByTestId("visit-report");
  return (await box.count()) > 0 ? box.inputValue() : page.locator(".p2-report").innerText();
}

/** Walks a real track of so many points, from start to stop of a shift. */
export async function drives(page, points) {
  await go(page, "#/settings");
  await page.getByTestId("settings-gpx").setInputFiles(await track(points));
  await page.getByTestId("settings-gpx-speed").selectOption(FASTEST);
  await go(page, "#/trip");
  await page.getByTestId("trip-start").click();
  await page.getByTestId("trip-stop").waitFor();
  await tripHas(page, points);
  await page.getByTestId("trip-stop").click();
  await page.getByTestId("trip-start").waitFor();
  await tripHas(page, points);
}

/** Real positions again. */
export async function leavesTrack(page) {
  await go(page, "#/settings");
  await page.getByTestId("settings-gpx-clear").click();
  await page.getByTestId("settings-gpx-clear").waitFor({ state: "detached" });
}

/** Waits until the newest trip has so many positions, and its trace is drawn. */
export async function tripHas(page, points) {
  await go(page, "#/trip");
  const count = async () => Number(await page.getByTestId("trip-pings").getAttribute("data-count", { timeout: 1_000 }));
  await untilEqual("the trip's positions", points, count, CONVERGENCE);
  await page.getByTestId("map-trace").first().waitFor({ state: "attached" });
}

/** Opens a submitted visit from the manager's queue. */
export async function opensForReview(page, visit) {
  await go(page, "#/review");
  const row = page.locator(`[data-testid="review-row"][href$="${visit}"]`);
  const more = page.getByTestId("review-more");
  await page.getByTestId("review-row").first().waitFor();
  // Those that wait longest come first; a new one may lie beyond the first hundred.
  await until("the visit in the queue", async () => {
    if ((await row.count()) === 0 && (await more.count()) > 0) await more.click({ timeout: 1_000 });
    return (await row.count()) > 0;
  }, CONVERGENCE);
  await row.click();
  await visitIs(page, "submitted");
}

/** Agrees to the visit that is open for review. */
export async function approves(page, comment) {
  await page.getByTestId("review-comment").fill(comment);
  await page.getByTestId("review-approve").click();
  await page.getByTestId("toast").first().waitFor();
}
