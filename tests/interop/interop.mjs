// A client that shares no code with ours reads, writes and merges, by docs/protocol.md alone.
//
//   MAYDAN_BIN=<folder of the programs> node interop.mjs
import assert from "node:assert/strict";
import { Company, PASSWORD } from "../e2e/lib/company.mjs";
import * as Automerge from "@automerge/automerge";
import { Client, item, bytes } from "./client.mjs";

const company = await Company.seeded({ customers: 40, activities: 120 });
company.web = company.folder;
try {
  await company.serverStarts();
  await tell();
} finally {
  await company.close();
}

async function tell() {
  const [amal, basma] = [new Client(company.url), new Client(company.url)];
  await step("a wrong password is refused by its code", () =>
    assert.rejects(amal.signIn("amal", "maydan-demo-2"), { code: "wrong_credentials" }));
  for (const [client, login] of [[amal, "amal"], [basma, "basma"]]) {
    await step(`${login} signs in and reads everything`, async () => {
      assert.equal(await client.signIn(login, PASSWORD), true);
      await client.pull();
      assert.equal(await client.hello(), false, "nothing is left to read");
      assert.ok(client.records.size > 50);
    });
    await step(`what ${login} has is what the server has, by its tallies`, () => agrees(client));
  }

  const [note] = [...amal.records].find(([id, record]) => record.kind === "note" && basma.records.has(id));
  const before = amal.records.get(note).doc.body;
  const customer = amal.records.get(note).parent;
  await step("both write in the same note, and amal in the same customer", async () => {
    const items = [
      amal.edit(note, (doc) => Automerge.splice(doc, ["body"], 0, 0, "في البداية: ")),
      amal.edit(customer, (doc) => (doc.city = new Automerge.ImmutableString("بنغازي"))),
    ];
    accepted(await amal.push(items));
    accepted(await basma.push([basma.edit(note, (doc) => Automerge.splice(doc, ["body"], before.length, 0, " وفي النهاية."))]));
  });
  await step("both have one note with the words of both", async () => {
    for (const client of [amal, basma]) {
      assert.equal(await client.hello(), true);
      await client.pull();
      assert.equal(client.records.get(note).doc.body, `في البداية: ${before} وفي النهاية.`);
      assert.equal(String(client.records.get(customer).doc.city), "بنغازي");
      await agrees(client);
    }
    assert.deepEqual(Automerge.getHeads(amal.records.get(note).doc), Automerge.getHeads(basma.records.get(note).doc));
  });
  await step("the server reads the note as they do", async () => {
    await basma.pull([note]);
    assert.equal(basma.records.get(note).row.body, basma.records.get(note).doc.body);
  });

  const made = amal.create("note", customer, (doc) => {
    doc.customer = new Automerge.ImmutableString(customer);
    doc.written_at = Date.now();
    Automerge.splice(doc, ["body"], 0, 0, "كُتبت بلغة أخرى");
  });
  await step("amal makes a note; its first change is what every other client makes", async () => {
    accepted(await amal.push(made.items));
    await basma.hello();
    await basma.pull();
    const theirs = basma.records.get(made.id);
    assert.equal(theirs.doc.body, "كُتبت بلغة أخرى");
    assert.deepEqual([theirs.kind, theirs.parent], ["note", customer]);
    await basma.pull([made.id]);
    assert.equal(basma.records.get(made.id).row.body, "كُتبت بلغة أخرى");
  });
  await step("the same again is known, and each bad item has an answer of its own", async () => {
    const known = made.items[1];
    const odd = [Buffer.from([0xc1]), item({ teleport: {} }), item({ change: { doc: bytes(made.id), bytes: Buffer.from("no change") } })];
    const outcomes = await amal.push([...made.items, ...odd, known]);
    assert.deepEqual(outcomes.filter((outcome) => outcome === "duplicate").length, 3);
    assert.deepEqual(outcomes.slice(2, 5).map((outcome) => outcome.rejected.code), ["bad_request", "unsupported", "corrupt"]);
  });
  await step("amal writes while the note's history is shortened; it is done again on what stands there", async () => {
    const stood = amal.records.get(note).doc.body;
    const late = amal.edit(note, (doc) => Automerge.splice(doc, ["body"], 0, 0, "متأخرًا: "));
    await company.operates("shorten", "--changes", "3", "--days", "0");
    assert.deepEqual((await amal.push([late])).map((outcome) => outcome.rejected?.code), ["stale_generation"]);
    await amal.pull([note]);
    assert.equal(amal.records.get(note).doc.body, stood, "what it says is what it said");
    assert.equal(Automerge.getAllChanges(amal.records.get(note).doc).length, 2);
    accepted(await amal.push(amal.redo(note)));
    assert.deepEqual(await amal.push([late]), ["duplicate"], "it is known to be there");
    for (const client of [amal, basma]) {
      await client.hello();
      await client.pull();
      assert.equal(client.records.get(note).doc.body, `متأخرًا: ${stood}`);
      await agrees(client);
    }
  });
  await step("a change of somebody else's is refused", async () => {
    const theft = basma.edit(note, (doc) => (doc.written_at = 1));
    const [outcome] = await amal.push([theft]);
    assert.equal(outcome.rejected.code, "foreign_actor");
  });
}

/** Compares all scopes with what the server said when their feeds ended. */
async function agrees(client) {
  for (const { scope } of client.grants) {
    const { docs, sum } = client.tallies.get(scope);
    assert.deepEqual(client.tally(scope), { docs: Number(docs), sum: Number(sum) }, `scope ${scope}`);
  }
}

function accepted(outcomes) {
  for (const outcome of outcomes) assert.ok(outcome.accepted, JSON.stringify(outcome));
}

async function step(name, work) {
  await work();
  console.log(`ok      [interop] ${name}`);
}
