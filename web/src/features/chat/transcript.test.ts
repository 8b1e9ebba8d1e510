// @vitest-environment node
import { describe, expect, it } from "vitest";
import { readFacts } from "./facts.ts";
import { planOf, transcript, type Entry, type Item } from "./transcript.ts";

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

  it("puts what a subagent did inside the tool that started it", () => {
    const task = (call: string, description: string) =>
      entry({ t: "tool-call-start", call, name: "Task", args: { description, prompt: `do ${description}` } });
    const inner = (subagent: string, ev: object) => entry(ev, { subagent });
    const outline = (items: readonly Item[]): unknown[] =>
      items.map((item) =>
        "inside" in item && item.inside.length > 0 ? [item.kind, item.state, ...outline(item.inside)] : item.kind === "text" ? item.text : `${item.kind} ${"state" in item ? item.state : ""}`,
      );

    // By the call itself, and with a subagent of a subagent.
    const named = [
      task("c1", "look"),
      inner("c1", { t: "text", text: "looking" }),
      inner("c1", { t: "tool-call-start", call: "c2", name: "Agent", args: {} }),
      inner("c2", { t: "text", text: "deeper" }),
      inner("c1", { t: "tool-call-end", call: "c2" }),
      entry({ t: "text", text: "meanwhile" }),
      inner("c1", { t: "stop" }),
      entry({ t: "tool-call-end", call: "c1" }),
    ];
    expect(outline(transcript(named).items)).toEqual([["tool", "done", "looking", ["tool", "done", "deeper"]], "meanwhile"]);

    // By the title; without one by the first call that runs. A turn that ends stops what runs inside too.
    const titled = [
      task("t1", "first"),
      task("t2", "second"),
      inner("s2", { t: "start", title: "second" }),
      inner("s1", { t: "text", text: "of the first" }),
      inner("s2", { t: "tool-call-start", call: "x", name: "Bash", args: {} }),
      entry({ t: "turn-end", status: "cancelled" }),
    ];
    expect(outline(transcript(titled).items)).toEqual([["tool", "stopped", "of the first"], ["tool", "stopped", "tool stopped"], "turn-end "]);

    // Of a tool that was not told about.
    const alone = [inner("s9", { t: "start", title: "Explorer" }), inner("s9", { t: "text", text: "found" }), inner("s9", { t: "stop" })];
    expect(transcript(alone).items).toMatchObject([{ kind: "subagent", title: "Explorer", state: "done", inside: [{ text: "found" }] }]);
    expect(transcript([inner("s10", { t: "stop" })]).items).toEqual([]);
  });

  it("follows the branches of a transcript of lines", () => {
    const line = (data: object): Entry => {
      seq++;
      return { seq, id: `l${seq}`, time: seq, facts: readFacts({ role: "agent", content: { type: "output", data } }, { id: `l${seq}`, time: seq }) };
    };
    const says = (text: string) => ({ role: "assistant", content: [{ type: "text", text }] });
    const uses = (id: string, prompt: string) => ({ role: "assistant", content: [{ type: "tool_use", id, name: "Task", input: { prompt } }] });
    const { items } = transcript([
      line({ type: "assistant", uuid: "1", message: uses("A", "count") }),
      line({ type: "assistant", uuid: "2", message: uses("B", "sum") }),
      line({ type: "user", uuid: "b1", parentUuid: null, isSidechain: true, message: { content: "sum" } }),
      line({ type: "user", uuid: "a1", parentUuid: null, isSidechain: true, message: { content: "count" } }),
      line({ type: "assistant", uuid: "b2", parentUuid: "b1", isSidechain: true, message: says("adding") }),
      line({ type: "assistant", uuid: "a2", parentUuid: "a1", isSidechain: true, message: says("one, two") }),
      line({ type: "assistant", uuid: "b3", parentUuid: "b2", isSidechain: true, message: says("three") }),
      line({ type: "assistant", uuid: "a3", parent_tool_use_id: "A", message: says("named") }),
      line({ type: "user", uuid: "3", message: { content: [{ type: "tool_result", tool_use_id: "B", content: "3" }] } }),
      line({ type: "assistant", uuid: "4", message: says("both are done") }),
    ]);
    const texts = (inside: readonly Item[]) => inside.map((item) => (item.kind === "text" ? item.text : item.kind));
    expect(items.map((item) => ("inside" in item ? [item.state, ...texts(item.inside)] : texts([item])[0]))).toEqual([
      ["running", "one, two", "named"],
      ["done", "adding", "three"],
      "both are done",
    ]);
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
