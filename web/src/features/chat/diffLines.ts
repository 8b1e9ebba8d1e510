import { diffLines } from "diff";

export interface DiffLine {
  readonly kind: "same" | "added" | "removed" | "place";
  readonly text: string;
}

/** Lines around a change that are shown. */
const CONTEXT = 3;
const MAX_LENGTH = 200_000;

/** What changed from one text to another, with some lines around each change. */
export function changes(before: string, after: string): readonly DiffLine[] {
  if (before.length + after.length > MAX_LENGTH) {
    return [{ kind: "place", text: "Too large to compare here" }];
  }
  const all: DiffLine[] = diffLines(before, after).flatMap(({ value, added, removed }) =>
    linesOf(value).map((text) => ({ kind: added ? ("added" as const) : removed ? ("removed" as const) : ("same" as const), text })),
  );
  const near = all.map((_, at) => all.slice(Math.max(0, at - CONTEXT), at + CONTEXT + 1).some(({ kind }) => kind !== "same"));
  const shown: DiffLine[] = [];
  all.forEach((line, at) => {
    if (near[at]) shown.push(line);
    else if (shown.at(-1)?.kind !== "place") shown.push({ kind: "place", text: "…" });
  });
  return shown;
}

/** Reads a unified diff. */
export function readUnified(diff: string): readonly DiffLine[] {
  return linesOf(diff).flatMap((line): DiffLine[] => {
    if (/^(diff |index |--- |\+\+\+ |\\ )/.test(line)) return [];
    if (line.startsWith("@@")) return [{ kind: "place", text: line }];
    if (line.startsWith("+")) return [{ kind: "added", text: line.slice(1) }];
    if (line.startsWith("-")) return [{ kind: "removed", text: line.slice(1) }];
    return [{ kind: "same", text: line.replace(/^ /, "") }];
  });
}

function linesOf(text: string): readonly string[] {
  const lines = text.split("\n");
  return lines.at(-1) === "" ? lines.slice(0, -1) : lines;
}
