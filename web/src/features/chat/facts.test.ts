// @vitest-environment node
import { describe, expect, it } from "vitest";
import { outputText, readFacts, type Fact } from "./facts.ts";

const origin = { id: "m1", time: 1_000 };
const facts = (message: unknown) => readFacts(message, origin);
const envelope = (fields: object, more: object = {}) => ({
  role: "session",
  content: { id: "e1", time: 2_000, role: "agent", turn: "t1", ...fields },
  ...more,
});

describe("a message of the person", () => {
  it("is text, with the words meant for display", () => {
    expect(facts({ role: "user", content: { type: "text", text: "hello" }, meta: { sentFrom: "ios" } })).toMatchObject([
      { kind: "text", role: "user", text: "hello", id: "m1", time: 1_000 },
    ]);
    expect(facts({ role: "user", content: { text: "/x" }, meta: { displayText: "Explain" } })).toMatchObject([{ text: "Explain" }]);
    expect(facts({ role: "user", content: "typed at the terminal" })).toMatchObject([{ text: "typed at the terminal" }]);
  });

  it("of notes of a program alone is hidden", () => {
    const note = "<task-notification>\ndone\n</task-notification>";
    expect(facts({ role: "user", content: { type: "text", text: `${note}\n${note}` } })).toEqual([]);
    expect(facts({ role: "user", content: { type: "text", text: `${note} and I say` } })).toHaveLength(1);
  });
});

describe("the session protocol", () => {
  it.each<[object, object]>([
    [{ t: "text", text: "hi" }, { kind: "text", role: "agent", text: "hi", thinking: false, id: "e1", time: 2_000 }],
    [{ t: "text", text: "hm", thinking: true }, { kind: "text", thinking: true }],
    [{ t: "service", text: "compacting" }, { kind: "note", text: "compacting" }],
    [
      { t: "tool-call-start", call: "c", name: "Bash", title: "T", description: "D", args: { command: "ls" } },
      { kind: "tool", call: "c", name: "Bash", title: "T", description: "D", args: { command: "ls" } },
    ],
    [{ t: "tool-call-end", call: "c" }, { kind: "tool-end", call: "c", output: null, failed: false }],
    [
      { t: "file", ref: "r", name: "a.png", size: 3, mimeType: "image/png", image: { width: 4, height: 5 } },
      { kind: "file", file: { ref: "r", name: "a.png", size: 3, mimeType: "image/png", width: 4, height: 5 } },
    ],
    [{ t: "turn-start" }, { kind: "turn-start" }],
    [{ t: "turn-end", status: "cancelled" }, { kind: "turn-end", status: "cancelled", turn: "t1" }],
  ])("%j", (ev, fact) => {
    expect(facts(envelope({ ev }))).toMatchObject([fact]);
    const wrapped = { role: "session", content: { type: "session", data: envelope({ ev }).content } };
    expect(facts(wrapped)).toMatchObject([fact]);
  });

  it("names the subagent of what it does, and tells where it begins and ends", () => {
    expect(facts(envelope({ ev: { t: "start", title: "x" } }))).toEqual([]);
    expect(facts(envelope({ ev: { t: "stop" } }))).toEqual([]);
    expect(facts(envelope({ subagent: "abc123", ev: { t: "start", title: "x" } }))).toMatchObject([
      { kind: "subagent", subagent: "abc123", state: "begins", title: "x" },
    ]);
    expect(facts(envelope({ subagent: "abc123", ev: { t: "stop" } }))).toMatchObject([{ kind: "subagent", state: "ends" }]);
    expect(facts(envelope({ subagent: "abc123", ev: { t: "turn-end", status: "completed" } }))).toEqual([]);
    const usage = { input_tokens: 1, output_tokens: 2 };
    expect(facts(envelope({ subagent: "abc123", usage, ev: { t: "service", text: "" } }))).toEqual([]);
    expect(facts(envelope({ subagent: "abc123", ev: { t: "text", text: "x" } }))).toMatchObject([{ subagent: "abc123" }]);
    expect(facts(envelope({ subagent: "No!", ev: { t: "text", text: "x" } }))).toMatchObject([{ subagent: null }]);
  });

  it("ignores the agent outside a turn, except figures", () => {
    const usage = { input_tokens: 1, output_tokens: 2, cache_read_input_tokens: 3, context_window: 9 };
    expect(facts(envelope({ turn: undefined, ev: { t: "text", text: "x" } }))).toEqual([]);
    expect(facts(envelope({ turn: undefined, usage, ev: { t: "service", text: "" } }))).toEqual([
      { kind: "usage", usage: { input: 1, output: 2, cacheRead: 3, cacheCreation: 0, contextWindow: 9 } },
    ]);
    expect(facts(envelope({ role: "user", turn: undefined, ev: { t: "text", text: "typed" } }))).toMatchObject([{ role: "user" }]);
    expect(facts(envelope({ role: "user", ev: { t: "service", text: "x" } }))).toEqual([]);
  });

  it("names the stream that a text ends, wherever it stands", () => {
    const ev = { t: "text", text: "x" };
    for (const message of [
      envelope({ ev, streamId: "s" }),
      envelope({ ev: { ...ev, streamId: "s" } }),
      envelope({ ev }, { streamId: "s" }),
      envelope({ ev }, { meta: { streamId: "s" } }),
    ]) {
      expect(facts(message)).toMatchObject([{ streamId: "s" }]);
    }
  });
});

describe("older forms", () => {
  const output = (data: object) => facts({ role: "agent", content: { type: "output", data } });

  it("lines of a transcript", () => {
    expect(
      output({
        type: "assistant",
        uuid: "u",
        message: {
          content: [
            { type: "thinking", thinking: "hm" },
            { type: "text", text: "yes" },
            { type: "tool_use", id: "c", name: "Read", input: { file_path: "/a" } },
          ],
          usage: { input_tokens: 5, output_tokens: 6 },
        },
      }),
    ).toMatchObject([
      { kind: "text", thinking: true, id: "u:0" },
      { kind: "text", text: "yes", id: "u:1" },
      { kind: "tool", call: "c", name: "Read" },
      { kind: "usage" },
    ]);
    expect(output({ type: "user", message: { content: [{ type: "tool_result", tool_use_id: "c", content: "out", is_error: true }] } })).toEqual([
      { kind: "tool-end", time: 1_000, call: "c", output: "out", failed: true },
    ]);
    expect(output({ type: "user", uuid: "u", message: { content: "typed" } })).toMatchObject([{ kind: "text", role: "user" }]);
    // What a subagent is asked is nothing that the person said.
    expect(output({ type: "user", isSidechain: true, message: { content: "to the subagent" } })).toMatchObject([
      { kind: "branch", follows: null, prompt: "to the subagent" },
    ]);
    for (const quiet of [{ type: "summary", summary: "x" }, { type: "system" }, { type: "assistant", isMeta: true, message: { content: [{ type: "text", text: "x" }] } }]) {
      expect(output(quiet)).toEqual([]);
    }
  });

  it.each(["codex", "acp", "gemini"])("items of %s", (type) => {
    const item = (data: object) => facts({ role: "agent", content: { type, provider: "p", data } });
    expect(item({ type: "message", message: "hi" })).toMatchObject([{ kind: "text", text: "hi" }]);
    expect(item({ type: "reasoning", message: "hm" })).toMatchObject([{ thinking: true }]);
    expect(item({ type: "thinking", text: "hm" })).toMatchObject([{ thinking: true }]);
    expect(item({ type: "tool-call", callId: "c", name: "CodexBash", input: {} })).toMatchObject([{ kind: "tool", call: "c" }]);
    expect(item({ type: "tool-call-result", callId: "c", output: { stdout: "out" } })).toMatchObject([{ kind: "tool-end", output: "out" }]);
    expect(item({ type: "tool-result", callId: "c", output: "out" })).toMatchObject([{ kind: "tool-end", output: "out" }]);
    expect(item({ type: "terminal-output", callId: "c", data: "out" })).toMatchObject([{ kind: "tool-end", output: "out" }]);
    expect(item({ type: "file-edit", filePath: "/a", description: "d", oldContent: "1", newContent: "2" })).toMatchObject([
      { kind: "edit", path: "/a", before: "1", after: "2", diff: null },
    ]);
    expect(item({ type: "task_started", id: "1" })).toMatchObject([{ kind: "turn-start" }]);
    expect(item({ type: "turn_aborted", id: "1" })).toMatchObject([{ kind: "turn-end", status: "cancelled" }]);
    for (const quiet of ["token_count", "permission-request", "what is this"]) expect(item({ type: quiet })).toEqual([]);
  });

  it("events", () => {
    const event = (data: object) => facts({ role: "agent", content: { type: "event", id: "v", data } });
    expect(event({ type: "ready" })).toMatchObject([{ kind: "turn-end" }]);
    expect(event({ type: "switch", mode: "local" })).toMatchObject([{ kind: "note", text: /terminal/ }]);
    expect(event({ type: "message", message: "note" })).toMatchObject([{ kind: "note", text: "note" }]);
    const limits = event({ type: "limit-reached", endsAt: 1_900_000_000 }) as [Extract<Fact, { kind: "note" }>];
    expect(limits[0].text).toContain("2030");
  });
});

it("anything else gives nothing and throws nothing", () => {
  const strange = [null, undefined, 1, "x", [], {}, { role: "agent" }, { role: "session", content: null }, { role: "user" }, { role: "x", content: {} }];
  for (const value of strange) expect(facts(value)).toEqual([]);
  for (const ev of [null, 1, {}, { t: 7 }, { t: "text" }, { t: "file" }, { t: "tool-call-end" }]) expect(facts(envelope({ ev }))).toEqual([]);
});

it("outputs become text", () => {
  expect(outputText(null)).toBeNull();
  expect(outputText([{ type: "text", text: "a" }, { type: "text", text: "b" }])).toBe("a\nb");
  expect(outputText({ x: 1 })).toBe('{\n  "x": 1\n}');
});
