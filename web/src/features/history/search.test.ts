import { describe, expect, it } from "vitest";
import { foundIn, outcomeOf, paramsOf } from "./search.ts";

describe("history-search", () => {
  it("sends only what was filled in", () => {
    expect(paramsOf({ text: " make ", machine: "", author: " " }, null)).toEqual({ query: "make", limit: 50 });
    expect(paramsOf({ text: "", machine: "box", author: "claude" }, "5-x")).toEqual({
      machine: "box",
      author: "claude",
      before: "5-x",
      limit: 50,
    });
  });

  it("reads a page and leaves out what is no entry", () => {
    const one = { id: "a", createdAt: 1, command: "ls", unknown: true };
    const found = foundIn({ ok: true, value: { entries: [one, { id: 3 }], nextBefore: null } });
    expect(found).toMatchObject({ ok: true, next: null, entries: [{ id: "a", command: "ls" }] });
    expect(found.ok && found.entries).toHaveLength(1);
  });

  it("tells why there is none", () => {
    expect(foundIn({ ok: true, value: { rubbish: 1 } }).ok).toBe(false);
    expect(foundIn({ ok: false, error: "It is away.", lost: false })).toEqual({ ok: false, error: "It is away." });
  });

  it("says how a command ended, if anybody told", () => {
    const base = { id: "a", createdAt: 1, command: "ls" };
    expect(outcomeOf({ ...base, exitCode: 0 })).toEqual({ words: "done", bad: false });
    expect(outcomeOf({ ...base, exitCode: 2 })).toEqual({ words: "exit 2", bad: true });
    expect(outcomeOf({ ...base, outcome: "failed" })).toEqual({ words: "failed", bad: true });
    expect(outcomeOf(base)).toBeNull();
  });
});
