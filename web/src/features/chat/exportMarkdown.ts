import { transcript, type Entry, type Item } from "./transcript.ts";
import { viewTool } from "./toolView.ts";

/** A conversation as Markdown, for reading and keeping outside. */
export function toMarkdown(title: string, entries: readonly Entry[]): string {
  const parts = transcript(entries).items.map(itemText).filter((part) => part !== "");
  return `# ${title.replace(/\s+/g, " ")}\n\n${parts.join("\n\n")}\n`;
}

function itemText(item: Item): string {
  switch (item.kind) {
    case "text":
      if (item.role === "user") return `## You, ${time(item.time)}\n\n${item.text}`;
      return item.thinking ? quote(`Thinking: ${item.text}`) : item.text;
    case "note":
      return quote(item.text);
    case "tool": {
      const { verb, subject, body } = viewTool(item.name, item.title, item.args);
      const code = body.kind === "code" ? `\n\n${fenced(body.code, body.language)}` : body.kind === "unified" ? `\n\n${fenced(body.diff, "diff")}` : "";
      const output = item.output === null || item.output === "" ? "" : `\n\n${fenced(item.output, "")}`;
      return `**${verb}** ${subject} (${item.state})${code}${output}${inside(item.inside)}`;
    }
    case "subagent":
      return `**${item.title}** (${item.state})${inside(item.inside)}`;
    case "plan":
      return item.steps.map(({ text, state }) => `- [${state === "done" ? "x" : " "}] ${text}`).join("\n");
    case "file":
      return `Attachment: ${item.file.name}`;
    case "edit":
      return `**Edit** ${item.path}${item.diff === null ? "" : `\n\n${fenced(item.diff, "diff")}`}`;
    case "turn-end":
      return item.status === "cancelled" ? "*Stopped*" : "*Failed*";
    case "locked":
      return "*A message that could not be decrypted*";
  }
}

/** What subagents did, one level in. */
function inside(items: readonly Item[]): string {
  const parts = items.map(itemText).filter((part) => part !== "");
  return parts.length === 0 ? "" : `\n\n${quote(parts.join("\n\n"))}`;
}

function quote(text: string): string {
  return text
    .split("\n")
    .map((line) => `> ${line}`)
    .join("\n");
}

/** A fence longer than any inside. */
function fenced(code: string, language: string): string {
  const longest = Math.max(2, ...[...code.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${code.replace(/\n$/, "")}\n${fence}`;
}

function time(ms: number): string {
  return new Date(ms).toISOString().slice(0, 16).replace("T", " ");
}
