// automerge-repo with its websocket and nodefs parts: node repo.mjs ROW N, prints one figure.
import { Repo } from "@automerge/automerge-repo";
import { WebSocketClientAdapter, WebSocketServerAdapter } from "@automerge/automerge-repo-network-websocket";
import { NodeFSStorageAdapter } from "@automerge/automerge-repo-storage-nodefs";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { WebSocketServer } from "ws";
import { median, record, timed } from "./data.mjs";

const [row, size] = [process.argv[2], Number(process.argv[3])];
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "maydan-repo-"));
const storage = (name) => new NodeFSStorageAdapter(path.join(folder, name));

async function serve() {
  const sockets = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await new Promise((done) => sockets.once("listening", done));
  const repo = new Repo({ network: [new WebSocketServerAdapter(sockets)], storage: storage("served"), sharePolicy: async () => false });
  return { repo, url: `ws://127.0.0.1:${sockets.address().port}` };
}

const device = (name, url) => new Repo({ network: [new WebSocketClientAdapter(url)], storage: storage(name) });

function fill(repo, count) {
  return Array.from({ length: count }, (_, i) => repo.create(record(i)).url);
}

const all = async (repo, urls) => Promise.all(urls.map((url) => repo.find(url)));

async function until(holds) {
  while (!holds()) await new Promise((done) => setImmediate(done));
}

const rows = {
  async save() {
    const repo = new Repo({ storage: storage("here") });
    const times = [];
    for (let i = 0; i < size; i += 1) {
      times.push(
        await timed(async () => {
          const handle = repo.create(record(i));
          await repo.flush([handle.documentId]);
        }),
      );
    }
    return median(times);
  },
  async "first-sync"() {
    const { repo, url } = await serve();
    const urls = fill(repo, size);
    const here = device("here", url);
    return timed(() => all(here, urls));
  },
  async "fan-out"() {
    const { repo, url } = await serve();
    const [doc] = fill(repo, 1);
    const here = await repo.find(doc);
    const devices = Array.from({ length: size }, () => new Repo({ network: [new WebSocketClientAdapter(url)] }));
    const theirs = await Promise.all(devices.map((device) => device.find(doc)));
    return timed(async () => {
      here.change((customer) => (customer.phone = "جديد"));
      await until(() => theirs.every((handle) => handle.doc().phone === "جديد"));
    });
  },
  async merge() {
    const { repo, url } = await serve();
    const urls = fill(repo, size);
    const first = device("here", url);
    await all(first, urls);
    await first.flush();
    await first.shutdown();
    // Apart: the device opens what it has, with no network.
    const here = new Repo({ storage: storage("here") });
    const mine = await all(here, urls);
    const theirs = await all(repo, urls);
    for (let i = 0; i < 500; i += 1) {
      mine[i % size].change((doc) => (doc.phone = `جديد ${i}`));
      theirs[i % size].change((doc) => (doc.remarks = `جديد ${i}`));
    }
    return timed(async () => {
      here.networkSubsystem.addNetworkAdapter(new WebSocketClientAdapter(url));
      await until(() => mine.every((handle, i) => handle.doc().remarks.startsWith("جديد") && theirs[i].doc().phone.startsWith("جديد")));
    });
  },
  async wire() {
    const { repo, url } = await serve();
    const urls = fill(repo, size);
    const here = device("here", url);
    const mine = await all(here, urls);
    const theirs = await all(repo, urls);
    await until(() => theirs.every((handle) => handle.doc().phone));
    let bytes = 0;
    const adapter = here.networkSubsystem.adapters[0];
    const send = adapter.send.bind(adapter);
    adapter.send = (message) => {
      bytes += message.data?.byteLength ?? 0;
      return send(message);
    };
    mine.forEach((handle, i) => handle.change((doc) => (doc.phone = `0912300${i}`)));
    await until(() => theirs.every((handle, i) => handle.doc().phone === `0912300${i}`));
    return bytes / size;
  },
};

const figure = await rows[row]();
fs.rmSync(folder, { recursive: true, force: true });
console.log(figure);
process.exit(0);
