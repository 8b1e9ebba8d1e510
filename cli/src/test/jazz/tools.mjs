// A worker of jazz-tools: makes a note with a list inside, or reads one back.
// node tools.mjs ADDRESS ACCOUNT SECRET [ID]
import { co, Group, z } from "jazz-tools";
import { startWorker } from "jazz-tools/worker";
import WebSocket from "ws";

const [address, accountID, accountSecret, id] = process.argv.slice(2);
const Note = co.map({ title: z.string(), lines: co.list(z.string()) });
const { worker, done } = await startWorker({
  accountID,
  accountSecret,
  syncServer: address,
  WebSocket,
  skipInboxLoad: true,
});
if (id) {
  const note = await Note.load(id, { loadAs: worker, resolve: { lines: true } });
  console.log(JSON.stringify({ title: note.title, lines: [...note.lines] }));
} else {
  const owner = Group.create({ owner: worker });
  const note = Note.create({ title: "groceries", lines: ["milk", "bread"] }, { owner });
  await worker.$jazz.waitForAllCoValuesSync();
  console.log(JSON.stringify({ id: note.$jazz.id }));
}
await done();
process.exit(0);
