// @vitest-environment node
import { describe, expect, it } from "vitest";
import { readFacts } from "./facts.ts";
import { planOf, transcript, type Entry } from "./transcript.ts";

let seq = 0;
function entry(ev: object, more: object = {}): Entry {
  seq++;
  const message = { role: "session", content: { id: `e${seq}`, time: seq, role: "agent", turn: "t", ...more, ev } };
  return { seq, id: `m${seq}`, time: seq, facts: readFacts(message, { id: `m${seq}`, time: seq }) };
}
const start = (call: string) => entry({ t: "tool-call-start", call, name: "Bash", args: {} });
const states = (entries: readonly Entry[]) => transcript(entries).items.map((item) => (item.kind === "tool" ? item.state : item.kind));

describe("the transcript", () => {
  it("gives a tool its end, and stops what a turn left running", () => {
    expect(states([start("a"), start("b"), entry({ t: "tool-call-end", call: "a" })])).toEqual(["done", "running"]);
    expect(states([start("c"), entry({ t: "tool-call-end", call: "c", status: "failed" })])).toEqual(["failed"]);
    expect(states([start("d"), entry({ t: "turn-end", status: "cancelled" })])).toEqual(["stopped", "turn-end"]);
    expect(states([entry({ t: "tool-call-end", call: "of an earlier page" })])).toEqual([]);
  });

  it("shows an envelope once, however often it was stored", () => {
    const once = entry({ t: "text", text: "x" });
    expect(transcript([once, { ...once, seq: 99, id: "again" }]).items).toHaveLength(1);
  });

  it("says whether the turn goes on, the last figures, and which streams have ended", () => {
    const usage = { input_tokens: 1, output_tokens: 2 };
    const going = transcript([entry({ t: "turn-start" }), entry({ t: "text", text: "x" }, { streamId: "s", usage })]);
    expect(going.working).toBe(true);
    expect(going.usage).toMatchObject({ input: 1, output: 2 });
    expect([...going.endedStreams]).toEqual(["s"]);
    expect(transcript([entry({ t: "turn-start" }), entry({ t: "turn-end", status: "completed" })]).working).toBe(false);
  });

  it("keeps one plan for a turn, as it stands, and begins another after the person", () => {
    const todo = (status: string) =>
      entry({ t: "tool-call-start", call: `p${seq}`, name: "TodoWrite", args: { todos: [{ content: "a", status }] } });
    const said: Entry = { seq: ++seq, id: "u", time: seq, facts: readFacts({ role: "user", content: "go" }, { id: "u", time: seq }) };
    const { items } = transcript([todo("pending"), todo("completed"), said, todo("in_progress")]);
    expect(items.map((item) => (item.kind === "plan" ? item.steps[0]?.state : item.kind))).toEqual(["done", "text", "active"]);
  });

  it("has a place for a message that does not open", () => {
    expect(transcript([{ seq: 1, id: "m", time: 1, facts: null }]).items).toEqual([{ kind: "locked", key: "m", time: 1 }]);
  });
});

it("a plan is read from every form and from nothing else", () => {
  expect(planOf("update_plan", { plan: [{ step: "a", status: "completed" }] })).toEqual([{ text: "a", state: "done" }]);
  expect(planOf("plan", { entries: ["a"] })).toEqual([{ text: "a", state: "open" }]);
  expect(planOf("Bash", { plan: [] })).toBeNull();
  expect(planOf("TodoWrite", { todos: "no list" })).toBeNull();
});
