import { list, object, text } from "./facts.ts";

/** A piece of an answer that is being written. */
export interface StreamPart {
  /** Of the turn that it belongs to, if it says so. */
  readonly turn?: string | null;
  readonly text: string;
  readonly thinking: boolean;
}

/** Text as far as it is known; `hole` says that a piece is missing before what follows. */
export interface LiveText {
  readonly text: string;
  readonly thinking: boolean;
  readonly hole: boolean;
}

/** Reads a decrypted frame: `{t: "text", text, thinking?}`, bare or as the `ev` of an envelope; else nothing to show. */
export function readPart(value: unknown): StreamPart | null {
  if (typeof value === "string") return { text: value, thinking: false };
  const outer = object(value);
  const part = outer["ev"] === undefined ? outer : object(outer["ev"]);
  // What a subagent writes comes when it is whole: it stands inside its tool.
  if (text(outer["subagent"]) !== null || text(part["subagent"]) !== null) return null;
  const type = text(part["t"]) ?? text(part["type"]);
  const said = text(part["text"]) ?? text(part["delta"]);
  if (said === null || type === null) return null;
  const turn = text(part["turn"]) ?? text(outer["turn"]);
  if (type === "text") return { text: said, thinking: part["thinking"] === true, turn };
  return type === "thinking" || type === "reasoning" ? { text: said, thinking: true, turn } : null;
}

const MAX_PARTS = 20_000;

/**
 * One live stream. Frames may come twice, out of order or not at all; they are shown in the order of their numbers.
 * The stored message replaces all of it.
 */
export class LiveStream {
  private readonly parts = new Map<number, StreamPart | null>();
  private highest = -1;
  turn: string | null = null;

  constructor(
    readonly id: string,
    readonly startedAt: number,
  ) {}

  /** Whether the frame was new. */
  add(n: number, part: StreamPart | null): boolean {
    if (this.parts.has(n) || n < 0 || !Number.isInteger(n) || this.parts.size >= MAX_PARTS) return false;
    this.parts.set(n, part);
    this.highest = Math.max(this.highest, n);
    this.turn ??= part?.turn ?? null;
    return true;
  }

  /** Runs of text and of thinking. */
  read(): readonly LiveText[] {
    const numbers = this.highest + 1 === this.parts.size ? null : [...this.parts.keys()].sort((a, b) => a - b);
    const runs: { text: string; thinking: boolean; hole: boolean }[] = [];
    let next = 0;
    for (const n of numbers ?? list(Array.from({ length: this.highest + 1 }, (_, at) => at))) {
      const hole = n !== next;
      next = (n as number) + 1;
      const part = this.parts.get(n as number);
      if (part === null || part === undefined) continue;
      const last = runs.at(-1);
      if (last === undefined || last.thinking !== part.thinking || hole) runs.push({ text: part.text, thinking: part.thinking, hole });
      else last.text += part.text;
    }
    return runs;
  }
}
