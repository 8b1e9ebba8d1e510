import type { Entry } from "./transcript.ts";

export interface Hit {
  readonly key: string;
  readonly factId: string;
  readonly seq: number;
  readonly time: number;
  readonly who: string;
  readonly text: string;
}

/** Messages that contain the words as they are written, whatever their case. */
export function searchEntries(entries: readonly Entry[], words: string): readonly Hit[] {
  const wanted = words.trim().toLowerCase();
  const hits: Hit[] = [];
  for (const { seq, facts } of entries) {
    for (const fact of facts ?? []) {
      const found = fact.kind === "text" ? fact.text : fact.kind === "tool" ? toolText(fact.name, fact.args) : null;
      if (found === null || !found.toLowerCase().includes(wanted)) continue;
      if (fact.kind !== "text" && fact.kind !== "tool") continue;
      const who = fact.kind === "tool" ? "Tool" : fact.role === "user" ? "You" : fact.subagent === null ? "Agent" : "Subagent";
      hits.push({ key: `${seq}:${fact.id}`, factId: fact.id, seq, time: fact.time, who, text: found });
    }
  }
  return hits;
}

function toolText(name: string, args: unknown): string {
  return `${name} ${args === undefined ? "" : JSON.stringify(args)}`;
}

const AROUND = 60;

export function excerpt({ text }: Hit, words: string): string {
  const at = Math.max(0, text.toLowerCase().indexOf(words.trim().toLowerCase()));
  const from = Math.max(0, at - AROUND);
  const to = at + words.length + AROUND;
  return `${from > 0 ? "…" : ""}${text.slice(from, to).replace(/\s+/g, " ")}${to < text.length ? "…" : ""}`;
}
