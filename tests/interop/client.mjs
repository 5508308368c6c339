// A Maydan client in JavaScript, with the stock Automerge library. Everything it knows of the server is in docs/protocol.md.
//
// It keeps documents, cursors and receipts in memory: enough to read, write and merge, and to compare with the server.
import * as Automerge from "@automerge/automerge";
import { decode, encode } from "@msgpack/msgpack";
import { createHash, randomUUID } from "node:crypto";

const PROTOCOL = 1;
const MSGPACK = "application/vnd.maydan.sync+msgpack";
/** Who writes the first change of every document. */
const GENESIS = "00".repeat(16);
const WHOLE = { useBigInt64: true };

/** What a server refuses as a whole. */
export class Refused extends Error {
  constructor(code, message) {
    super(`${code}: ${message}`);
    this.code = code;
  }
}

export class Client {
  constructor(server) {
    this.server = server;
    this.device = randomUUID();
    this.actor = randomUUID();
    /** Documents by id: `{ kind, scope, parent, generation, doc, row, written }`. */
    this.records = new Map();
    this.cursors = new Map();
    this.known = null;
    this.epoch = null;
    this.grants = [];
    this.tallies = new Map();
  }

  async signIn(login, password) {
    const tokens = await this.json("sign-in", { login, password, device: this.device });
    this.token = tokens.access;
    this.user = tokens.user;
    return this.hello();
  }

  /** Begins a round; answers whether some feed has entries that are not here. */
  async hello() {
    const known = this.known && [this.known.epoch, { seq: this.known.seq, seal: this.known.seal }];
    const answer = await this.json("hello", { protocol: PROTOCOL, actor: this.actor, earlier: [], actors_known: 0, known });
    if (this.epoch && answer.epoch !== this.epoch) throw new Error("the server was restored in the middle of this story");
    if (answer.actor_taken) throw new Error("a random actor was taken");
    this.epoch = answer.epoch;
    this.grants = answer.grants;
    this.known = { epoch: answer.epoch, ...answer.head };
    const at = (scope) => this.cursors.get(scope)?.seq ?? 0;
    return answer.high_water.some(([scope, seq]) => seq > at(scope)) || this.grants.some(({ scope }) => !this.cursors.has(scope));
  }

  /** Reads all granted feeds to their ends; `want` names documents that shall come whole. */
  async pull(want = []) {
    let has_more = true;
    while (has_more) {
      const start = (scope) => ({ scope: bytes(scope), seq: 0, since: 0, upto: 0 });
      const cursors = this.grants.map(({ scope }) => this.cursors.get(scope)?.raw ?? start(scope));
      const page = await this.msgpack("pull", { epoch: bytes(this.epoch), cursors, want: want.map(bytes) });
      want = want.slice(Number(page.wanted));
      for (const entry of page.entries) this.take(entry);
      // Opaque, and sent back as they are.
      for (const raw of page.cursors) this.cursors.set(text(raw.scope), { raw, seq: Number(raw.seq) });
      for (const [scope, tally] of page.tallies) this.tallies.set(text(scope), tally);
      has_more = page.has_more;
    }
  }

  take(entry) {
    const [[sort, body]] = Object.entries(entry);
    const id = text(body.doc);
    if (sort === "leave") {
      if (this.records.get(id)?.scope === text(body.scope)) this.records.delete(id);
      return;
    }
    if (sort === "change") {
      const record = this.records.get(id);
      if (record && generationOf(body.bytes) === record.generation) [record.doc] = Automerge.applyChanges(record.doc, [body.bytes]);
      return;
    }
    const known = this.records.get(id);
    const generation = BigInt(body.generation ?? 0);
    const actor = this.name(generation);
    let doc = body.snapshot ? Automerge.load(body.snapshot, { actor }) : this.genesis(body.kind, id);
    [doc] = Automerge.applyChanges(doc, body.changes);
    // What is there of an earlier generation gives way; what was written in it is done again when it is asked for.
    if (known?.generation === generation) doc = Automerge.merge(known.doc, doc);
    const parent = body.parent && text(body.parent);
    const written = known?.written ?? [];
    this.records.set(id, { kind: body.kind, scope: text(body.scope), parent, generation, doc, row: body.ready && decode(body.ready.row), written });
  }

  /** The name under which this client writes in a document of a generation. */
  name(generation) {
    return generation > 0n ? generation.toString(16).padStart(16, "0") + hex(this.actor) : hex(this.actor);
  }

  /** The first change of a document, the same on every device. */
  genesis(kind, id) {
    const first = Automerge.change(Automerge.init({ actor: GENESIS }), { time: 0 }, (doc) => {
      doc.kind = new Automerge.ImmutableString(kind);
      doc.id = new Automerge.ImmutableString(id);
      doc.version = 1;
      for (const field of PROSE[kind]) doc[field] = "";
    });
    return Automerge.load(Automerge.save(first), { actor: hex(this.actor) });
  }

  /** Changes a record here; answers the item that tells the server. */
  edit(id, edit) {
    const record = this.records.get(id);
    record.doc = Automerge.change(record.doc, { time: Math.floor(Date.now() / 1000) }, edit);
    const change = Automerge.getLastLocalChange(record.doc);
    const { actor, seq } = Automerge.decodeChange(change);
    record.written.push({ actor, seq, edit });
    return item({ change: { doc: bytes(id), bytes: change } });
  }

  /** Does again what was written here in an earlier generation and what stands there does not stand for; answers the items. */
  redo(id) {
    const record = this.records.get(id);
    const present = this.name(record.generation);
    const stale = record.written.filter(({ actor, seq }) => actor !== present && !(record.doc[`~covers/${actor}`] >= seq));
    record.written = record.written.filter(({ actor }) => actor === present);
    return stale.map(({ actor, seq, edit }) =>
      this.edit(id, (doc) => {
        edit(doc);
        doc[`~covers/${actor}`] = new Automerge.Uint(seq);
      }));
  }

  /** Makes a record here; answers the items that tell the server. */
  create(kind, parent, edit) {
    const id = randomUUID();
    const scope = this.records.get(parent).scope;
    this.records.set(id, { kind, scope, parent, generation: 0n, doc: this.genesis(kind, id), row: null, written: [] });
    const open = item({ open: { doc: bytes(id), kind, parent: bytes(parent), scope: bytes(scope) } });
    return { id, items: [open, this.edit(id, edit)] };
  }

  async push(items) {
    const answer = await this.msgpack("push", { actor: bytes(this.actor), items });
    return answer.outcomes;
  }

  /** The documents of a scope in two numbers. */
  tally(scope) {
    let [docs, sum] = [0, 0];
    for (const [id, record] of this.records) {
      if (record.scope !== scope) continue;
      docs += 1;
      sum += mark(id, record.doc);
    }
    return { docs, sum };
  }

  async json(path, body) {
    const answer = await this.send(path, "application/json", JSON.stringify(body));
    return JSON.parse(answer.toString("utf8"));
  }

  async msgpack(path, body) {
    return decode(await this.send(path, MSGPACK, encode(body, WHOLE)), WHOLE);
  }

  async send(path, type, body) {
    const headers = { "content-type": type, "maydan-digest": digest(body) };
    if (this.token) headers.authorization = `Bearer ${this.token}`;
    const response = await fetch(`${this.server}/v1/${path}`, { method: "POST", headers, body });
    const answer = Buffer.from(await response.arrayBuffer());
    if (!response.ok) {
      const { code, message } = JSON.parse(answer.toString("utf8"));
      throw new Refused(code, message);
    }
    if (response.headers.get("maydan-digest") !== digest(answer)) throw new Error("the answer was changed on its way");
    return answer;
  }
}

/** Prose fields of the kinds that this client makes, in the order of their declaration. */
const PROSE = { note: ["body"], task: ["body"], customer: ["remarks"], visit: ["report"], user: [], territory: [], trip: [] };

/** The number that stands for a document in its scope's tally. */
export function mark(id, doc) {
  const heads = writtenHeads(doc).map((head) => Buffer.from(head, "hex"));
  heads.sort(Buffer.compare);
  const hash = createHash("sha256").update(bytes(id));
  for (const head of heads) hash.update(head);
  return hash.digest().readUIntBE(0, 5);
}

/** The heads without the genesis. */
export function writtenHeads(doc) {
  const heads = new Set(Automerge.getHeads(doc));
  const changes = Automerge.getAllChanges(doc).map(Automerge.decodeChange);
  return changes.filter(({ hash, actor }) => heads.has(hash) && actor !== GENESIS).map(({ hash }) => hash);
}

/** The generation that a change is of: in front of the name of its actor, behind what Automerge puts before that of a branch. */
export function generationOf(change) {
  let { actor } = Automerge.decodeChange(change);
  if (actor.length > 32 && actor.startsWith("13b22309")) actor = actor.slice(8).replace(/^([89a-f].)*../, "");
  return actor.length === 48 ? BigInt(`0x${actor.slice(0, 16)}`) : 0n;
}

export function item(value) {
  return encode(value, WHOLE);
}

export function bytes(uuid) {
  return Buffer.from(uuid.replaceAll("-", ""), "hex");
}

function hex(uuid) {
  return uuid.replaceAll("-", "");
}

export function text(id) {
  const digits = Buffer.from(id).toString("hex");
  return [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20), digits.slice(20)].join("-");
}

function digest(body) {
  return createHash("sha256").update(body).digest("hex").slice(0, 32);
}
