// PouchDB with express-pouchdb: node pouch.mjs ROW N, prints one figure.
import express from "express";
import expressPouch from "express-pouchdb";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import PouchDB from "pouchdb";
import { median, record, timed } from "./data.mjs";

const [row, size] = [process.argv[2], Number(process.argv[3])];
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "maydan-pouch-"));
const Local = PouchDB.defaults({ prefix: `${folder}/` });

async function serve() {
  const Served = PouchDB.defaults({ prefix: `${folder}/served-` });
  const app = express();
  app.use("/", expressPouch(Served, { mode: "minimumForPouchDB", logPath: `${folder}/log.txt`, configPath: `${folder}/config.json` }));
  const server = await new Promise((done) => {
    const listening = app.listen(0, "127.0.0.1", () => done(listening));
  });
  return { url: `http://127.0.0.1:${server.address().port}/company`, served: new Served("company") };
}

const records = (from, to) => Array.from({ length: to - from }, (_, i) => ({ _id: `r${from + i}`, ...record(from + i) }));

async function fill(db, count) {
  for (let at = 0; at < count; at += 1000) await db.bulkDocs(records(at, Math.min(at + 1000, count)));
}

const pull = (db, url) => db.replicate.from(url, { batch_size: 1000 });

const rows = {
  async save() {
    const db = new Local("here");
    const times = [];
    for (let i = 0; i < size; i += 1) times.push(await timed(() => db.put({ _id: `r${i}`, ...record(i) })));
    return median(times);
  },
  async "first-sync"() {
    const { url, served } = await serve();
    await fill(served, size);
    const db = new Local("here");
    return timed(async () => {
      await pull(db, url);
      await db.allDocs({ limit: 50, include_docs: true });
    });
  },
  async "idle-sync"() {
    const { url, served } = await serve();
    await fill(served, size);
    const db = new Local("here");
    await pull(db, url);
    const round = () => timed(() => db.sync(url, { batch_size: 1000 }));
    const times = [];
    for (let i = 0; i < 5; i += 1) times.push(await round());
    return median(times);
  },
  async merge() {
    const { url, served } = await serve();
    await fill(served, size);
    const [here, there] = [new Local("here"), new Local("there")];
    await pull(here, url);
    await pull(there, url);
    for (let i = 0; i < 500; i += 1) {
      for (const [db, field] of [[here, "phone"], [there, "remarks"]]) {
        const doc = await db.get(`r${i % size}`);
        await db.put({ ...doc, [field]: `جديد ${i}` });
      }
    }
    await there.replicate.to(url, { batch_size: 1000 });
    return timed(() => here.sync(url, { batch_size: 1000 }));
  },
  async ingest() {
    const { url } = await serve();
    await fetch(url, { method: "PUT" });
    const batches = [];
    for (let at = 0; at < size; at += 1000) batches.push(JSON.stringify({ docs: records(at, Math.min(at + 1000, size)) }));
    const took = await timed(async () => {
      for (const body of batches) {
        const answer = await fetch(`${url}/_bulk_docs`, { method: "POST", headers: { "content-type": "application/json" }, body });
        if (!answer.ok) throw new Error(`_bulk_docs answered ${answer.status}`);
        await answer.json();
      }
    });
    return (size * 1000) / took;
  },
};

const figure = await rows[row]();
fs.rmSync(folder, { recursive: true, force: true });
console.log(figure);
process.exit(0);
