// @vitest-environment node
import { describe, expect, it } from "vitest";
import { cronFault, cronWords } from "../machines/jobs.ts";
import { agentsOf } from "../newSession/agents.ts";
import { repositoryName } from "../newSession/CloneForm.tsx";
import { group, isListed } from "../sessions/grouping.ts";
import { NO_STATE, readAgentState, titleOf } from "../sessions/metadata.ts";
import { shortPath, stateOf } from "../sessions/sessionState.ts";
import type { Session } from "../sessions/sessionsModel.ts";
import { machine } from "../machines/testMachines.ts";
import { changes, readUnified } from "./diffLines.ts";
import { toMarkdown } from "./exportMarkdown.ts";
import { isSafe } from "./Markdown.tsx";
import { excerpt, searchEntries } from "./search.ts";
import { LiveStream, readPart } from "./stream.ts";
import { viewTool } from "./toolView.ts";
import type { Entry } from "./transcript.ts";

describe("a live stream", () => {
  const part = (text: string, thinking = false) => ({ text, thinking });

  it("shows what came in the order of its numbers, once, and says where something is missing", () => {
    const stream = new LiveStream("s", 0);
    expect([stream.add(1, part("b")), stream.add(0, part("a")), stream.add(1, part("b"))]).toEqual([true, true, false]);
    expect(stream.read()).toEqual([{ text: "ab", thinking: false, hole: false }]);
    stream.add(4, part("e"));
    expect(stream.read()).toEqual([{ text: "ab", thinking: false, hole: false }, { text: "e", thinking: false, hole: true }]);
  });

  it("keeps thinking apart from text and skips frames that say nothing", () => {
    const stream = new LiveStream("s", 0);
    stream.add(0, part("hm", true));
    stream.add(1, null);
    stream.add(2, part("yes"));
    expect(stream.read().map(({ text, thinking }) => [text, thinking])).toEqual([["hm", true], ["yes", false]]);
  });

  it("reads the forms of a frame", () => {
    expect(readPart({ t: "text", turn: "t", text: "x" })).toEqual({ text: "x", thinking: false, turn: "t" });
    expect(readPart({ ev: { t: "text", text: "x", thinking: true } })).toMatchObject({ text: "x", thinking: true });
    for (const other of [null, 1, {}, { t: "tool", text: "x" }, { t: "text" }, { subagent: "s", ev: { t: "text", text: "x" } }]) expect(readPart(other)).toBeNull();
  });
});

describe("tools", () => {
  it("are shown by what they do", () => {
    expect(viewTool("Bash", "", { command: "ls -l\npwd" })).toMatchObject({ verb: "Run", subject: "ls -l", body: { kind: "code", language: "bash" } });
    expect(viewTool("CodexBash", "", { command: ["ls", "-l"] })).toMatchObject({ verb: "Run", subject: "ls -l" });
    expect(viewTool("Edit", "", { file_path: "/a", old_string: "1", new_string: "2" })).toMatchObject({ verb: "Edit", subject: "/a", body: { kind: "diff", before: "1", after: "2" } });
    expect(viewTool("Write", "", { file_path: "/a", content: "2" })).toMatchObject({ body: { kind: "diff", before: "", after: "2" } });
    expect(viewTool("mcp__db__query", "", { query: "select" })).toMatchObject({ verb: "db: query", subject: "select", body: { kind: "code", language: "json" } });
    expect(viewTool("Task", "", { description: "Look", prompt: "Look at it" })).toMatchObject({ verb: "Delegate", subject: "Look", body: { code: "Look at it" } });
    expect(viewTool("thing", "A thing", undefined)).toMatchObject({ verb: "A thing", subject: "", body: { kind: "none" } });
  });
});

describe("changes", () => {
  it("have lines around them, and nothing of what is far away", () => {
    const before = Array.from({ length: 20 }, (_, at) => `line ${at}`).join("\n");
    const lines = changes(before, before.replace("line 10", "line ten"));
    expect(lines.filter(({ kind }) => kind === "removed").map(({ text }) => text)).toEqual(["line 10"]);
    expect(lines.filter(({ kind }) => kind === "added").map(({ text }) => text)).toEqual(["line ten"]);
    expect(lines.some(({ text }) => text === "line 2")).toBe(false);
    expect(lines[0]?.kind).toBe("place");
  });

  it("are read from a unified diff", () => {
    expect(readUnified("--- a\n+++ b\n@@ -1 +1 @@\n-x\n+y\n z\n")).toEqual([
      { kind: "place", text: "@@ -1 +1 @@" },
      { kind: "removed", text: "x" },
      { kind: "added", text: "y" },
      { kind: "same", text: "z" },
    ]);
  });
});

it("links lead to the web and to mail only", () => {
  for (const good of ["https://a.example", "HTTP://a.example", "mailto:a@b.example"]) expect(isSafe(good)).toBe(true);
  for (const bad of ["javascript:alert(1)", "data:text/html,x", "/machines", "file:///etc/passwd", " javascript:1"]) expect(isSafe(bad)).toBe(false);
});

describe("search and export", () => {
  const entries: Entry[] = [
    { seq: 1, id: "a", time: 0, facts: [{ kind: "text", id: "a", time: 0, role: "user", text: "Where is the Parser?", thinking: false, streamId: null, subagent: null }] },
    { seq: 2, id: "b", time: 0, facts: [{ kind: "tool", id: "b", time: 0, call: "c", name: "Bash", title: "", description: "", args: { command: "grep ```parser" }, subagent: null }] },
    { seq: 3, id: "c", time: 0, facts: null },
  ];

  it("finds words whatever their case, in what was said and done", () => {
    const hits = searchEntries(entries, "parser");
    expect(hits.map(({ seq, who }) => [seq, who])).toEqual([[1, "You"], [2, "Tool"]]);
    expect(excerpt({ ...hits[0]!, text: `${"x".repeat(200)} parser ${"y".repeat(200)}` }, "parser")).toMatch(/^….*parser.*…$/);
  });

  it("writes a conversation that no code in it breaks", () => {
    const text = toMarkdown("A\ntitle", entries);
    expect(text).toMatch(/^# A title\n\n## You, 1970-01-01 00:00\n\nWhere is the Parser\?/);
    expect(text).toContain("````bash\ngrep ```parser\n````");
    expect(text).toContain("could not be decrypted");
  });
});

describe("schedules", () => {
  it.each([
    ["30 7 * * 1-5", "Monday to Friday at 07:30"],
    ["0 9 * * *", "Every day at 09:00"],
    ["0 9 * * 0", "Every Sunday at 09:00"],
    ["*/15 * * * *", "Every 15 minutes"],
    ["5 * * * *", "Every hour at minute 5"],
    ["* * * * *", "Every minute"],
    ["0 0 1 1 *", "Every year on 1 January at 00:00"],
    ["30 6 15 * *", "Every month on day 15 at 06:30"],
    ["0 0 1 1 1", "0 0 1 1 1"],
    ["0 8 * Jan-Mar mon,thu", "0 8 * Jan-Mar mon,thu"],
  ])("%s is %s", (cron, words) => {
    expect(cronFault(cron)).toBeNull();
    expect(cronWords(cron)).toBe(words);
  });

  it.each(["", "* * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "x * * * *", "*/0 * * * *", "1,,2 * * * *"])("%j is none", (cron) => {
    expect(cronFault(cron)).not.toBeNull();
  });
});

describe("sessions", () => {
  const session = (fields: Partial<Session>): Session => ({
    id: "s", seq: 0, active: false, activeAt: 0, thinking: false, createdAt: 0, updatedAt: 0, kind: "open", metadata: {}, agentState: NO_STATE, ...fields,
  });
  const asking = readAgentState({ requests: { q: { tool: "Bash", arguments: {}, createdAt: 1 } } });

  it("have one state each", () => {
    const online = machine({ machineId: "m", status: "online" });
    const offline = machine({ machineId: "m" });
    expect(stateOf(session({ active: true, agentState: asking, thinking: true }), online)).toBe("waiting");
    expect(stateOf(session({ active: true, thinking: true }), online)).toBe("working");
    expect(stateOf(session({ active: true }), online)).toBe("idle");
    expect(stateOf(session({ agentState: asking }), online)).toBe("ended");
    expect(stateOf(session({}), offline)).toBe("machine-offline");
    expect(stateOf(session({ metadata: { lifecycleState: "archived" } }), offline)).toBe("archived");
    expect(stateOf(session({ kind: "locked", active: true }), online)).toBe("locked");
  });

  it("a question that was answered is not asked any more, and strange entries hide nothing", () => {
    const state = readAgentState({
      requests: { a: { tool: "Bash" }, b: { tool: "Edit" }, c: 7 },
      completedRequests: { a: { tool: "Bash", status: "approved", completedAt: 5 } },
    });
    expect([...state.requests.keys()]).toEqual(["b"]);
    expect(state.completed.get("a")).toMatchObject({ status: "approved" });
    expect(readAgentState(null)).toEqual(NO_STATE);
  });

  it("are named after the first message", () => {
    expect(titleOf("  fix\n the   bug ")).toBe("fix the bug");
    expect(titleOf("x".repeat(60))).toBe(`${"x".repeat(50)}...`);
    expect(titleOf(" \n")).toBe("New Chat");
  });

  it("are grouped by machine and folder in the order they come", () => {
    const places: Record<string, [string | null, string]> = { a: ["m", "/x"], b: ["n", "/y"], c: ["m", "/z"], d: ["m", "/x"] };
    const groups = group(["a", "b", "c", "d"], (id) => ({ machineId: places[id]?.[0] ?? null, path: places[id]?.[1] ?? "" }));
    expect(groups).toEqual([
      { machineId: "m", folders: [{ path: "/x", ids: ["a", "d"] }, { path: "/z", ids: ["c"] }] },
      { machineId: "n", folders: [{ path: "/y", ids: ["b"] }] },
    ]);
  });

  it("are listed while they run or were touched lately, and by words", () => {
    const now = 10 * 24 * 3_600_000;
    expect(isListed(session({ active: true }), undefined, "current", "", now)).toBe(true);
    expect(isListed(session({ updatedAt: now - 1_000 }), undefined, "current", "", now)).toBe(true);
    expect(isListed(session({ updatedAt: 1 }), undefined, "current", "", now)).toBe(false);
    expect(isListed(session({ updatedAt: 1 }), undefined, "all", "", now)).toBe(true);
    const named = session({ metadata: { path: "/home/ada/roost", summary: { text: "Fix lines", updatedAt: 0 } } });
    expect(isListed(named, undefined, "current", "roost FIX", now)).toBe(true);
    expect(isListed(named, undefined, "all", "other", now)).toBe(false);
  });
});

it("paths below the home are short", () => {
  expect(shortPath("/home/ada/x", "/home/ada")).toBe("~/x");
  expect(shortPath("/home/ada", "/home/ada/")).toBe("~");
  expect(shortPath("/home/adam", "/home/ada")).toBe("/home/adam");
});

it("addresses of repositories name their folder, and what looks like an option or a path is refused", () => {
  expect(repositoryName("https://git.example/team/tools.git")).toBe("tools");
  expect(repositoryName("git@git.example:team/tools.git")).toBe("tools");
  expect(repositoryName("ssh://git@git.example/tools/")).toBe("tools");
  for (const bad of ["--upload-pack=x", "/etc", "file:///etc", "http://git.example/a", "https://git.example/..", "ext::sh"]) {
    expect(repositoryName(bad)).toBeNull();
  }
});

it("agents are the ones the machine names", () => {
  expect(agentsOf({ agents: [{ name: "opencode" }] })).toEqual([{ id: "opencode", name: "opencode", models: [] }]);
  expect(agentsOf({ cliAvailability: { claude: true, codex: false, detectedAt: 1 } }).map(({ id }) => id)).toEqual(["claude"]);
  expect(agentsOf({}).map(({ id }) => id)).toEqual(["claude", "codex", "gemini"]);
});
