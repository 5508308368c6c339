// Part of a real track, as a GPX file with a known number of points.
import { readFile } from "node:fs/promises";
import path from "node:path";
import { ROOT } from "./company.mjs";

const TRACK = path.join(ROOT, "tests/fixtures/tracks/korita-zbevnica.gpx");

/** The first `count` points of the first stretch of the walk whose points all have times. */
export async function track(count) {
  const text = await readFile(TRACK, "utf8");
  const stretches = [...text.matchAll(/<trkseg>([\s\S]*?)<\/trkseg>/g)].map(([, inside]) => timed(inside));
  const points = stretches.find((stretch) => stretch.length >= count)?.slice(0, count);
  if (!points) throw new Error(`no stretch of ${TRACK} has ${count} points with times`);
  const gpx = `<?xml version="1.0" encoding="UTF-8"?>\n<gpx version="1.0" creator="Maydan"><trk><trkseg>${points.join("")}</trkseg></trk></gpx>`;
  return { name: "walk.gpx", mimeType: "application/gpx+xml", buffer: Buffer.from(gpx) };
}

function timed(stretch) {
  return [...stretch.matchAll(/<trkpt [^>]*>[\s\S]*?<\/trkpt>/g)].map(([point]) => point).filter((point) => point.includes("<time>"));
}
