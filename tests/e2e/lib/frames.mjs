// What a person sees of speed: the time between frames, and how much of a list exists.
import { hold } from "./poll.mjs";

/** Rows kept ready beyond what is in sight, on each side, and what rounding adds. */
const SPARE_ROWS = 2 * 8 + 3;

/** The times between frames while `work` goes on, milliseconds. */
export async function framesDuring(page, work) {
  await page.evaluate(() => {
    const seen = [];
    let last = performance.now();
    const look = (now) => {
      seen.push(now - last);
      last = now;
      window.maydanFrames = { seen, handle: requestAnimationFrame(look) };
    };
    window.maydanFrames = { seen, handle: requestAnimationFrame(look) };
  });
  await work();
  return page.evaluate(() => {
    cancelAnimationFrame(window.maydanFrames.handle);
    return window.maydanFrames.seen;
  });
}

/** A windowed list says how long it is and holds only what is in sight. */
export async function onlyRowsInSightExist(page) {
  const list = page.getByTestId("customers-list");
  const { total, present, fitting } = await list.evaluate((element) => {
    const rows = element.querySelectorAll('[role="option"]');
    const height = rows[0].getBoundingClientRect().height;
    return { total: Number(rows[0].getAttribute("aria-setsize")), present: rows.length, fitting: element.clientHeight / height };
  });
  hold(total > 0, "the list says how long it is");
  hold(present <= fitting + SPARE_ROWS, `of ${total} customers ${present} rows exist, but ${Math.ceil(fitting)} fit`);
}
