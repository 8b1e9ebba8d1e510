import { object, text } from "./facts.ts";

/** What a tool does, for its row, read from the names and arguments that agents use. */
export interface ToolView {
  readonly verb: string;
  readonly subject: string;
  readonly body:
    | { readonly kind: "diff"; readonly path: string; readonly before: string; readonly after: string }
    | { readonly kind: "unified"; readonly path: string; readonly diff: string }
    | { readonly kind: "code"; readonly language: string; readonly code: string }
    | { readonly kind: "none" };
}

const VERBS: Readonly<Record<string, string>> = {
  Bash: "Run",
  Read: "Read",
  Write: "Write",
  Edit: "Edit",
  MultiEdit: "Edit",
  Grep: "Search",
  Glob: "Find files",
  WebFetch: "Fetch",
  WebSearch: "Search the web",
  Task: "Delegate",
  Agent: "Delegate",
  task: "Delegate",
  CodexBash: "Run",
  CodexPatch: "Edit",
  execute: "Run",
  edit: "Edit",
  read: "Read",
  search: "Search",
};

export function viewTool(name: string, title: string, args: unknown): ToolView {
  const given = object(args);
  const field = (...names: string[]) => names.map((one) => text(given[one])).find((value) => value !== null && value !== "") ?? null;
  const verb = VERBS[name] ?? (title !== "" ? title : name.replace(/^mcp__/, "").replaceAll("__", ": "));
  const path = field("file_path", "filePath", "path", "notebook_path");
  const commandList = Array.isArray(given["command"]) ? given["command"].map(String).join(" ") : null;
  const command = commandList ?? field("command", "cmd");
  const before = field("old_string", "oldText", "old_content", "oldContent");
  const after = field("new_string", "newText", "new_content", "newContent");
  const diff = field("diff", "unified_diff");

  if (command !== null) return { verb, subject: firstLine(command), body: { kind: "code", language: "bash", code: command } };
  if (path !== null && diff !== null) return { verb, subject: path, body: { kind: "unified", path, diff } };
  if (path !== null && (before !== null || after !== null)) {
    return { verb, subject: path, body: { kind: "diff", path, before: before ?? "", after: after ?? "" } };
  }
  const prompt = field("prompt");
  if (verb === "Delegate" && prompt !== null) {
    return { verb, subject: field("description") ?? firstLine(prompt), body: { kind: "code", language: "", code: prompt } };
  }
  const content = field("content", "contents");
  if (path !== null && content !== null) return { verb, subject: path, body: { kind: "diff", path, before: "", after: content } };
  const subject = path ?? field("pattern", "query", "url", "description", "prompt") ?? "";
  const rest = Object.keys(given).length === 0 && (args === undefined || args === null || typeof args === "object");
  if (rest) return { verb, subject: title !== verb ? title : "", body: { kind: "none" } };
  return { verb, subject: firstLine(subject), body: { kind: "code", language: "json", code: JSON.stringify(args, null, 2) } };
}

function firstLine(value: string): string {
  const line = value.split("\n", 1)[0] ?? "";
  return line.length > 160 ? `${line.slice(0, 160)}…` : line;
}
