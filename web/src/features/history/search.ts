import * as z from "zod/mini";
import { read } from "../../relay/schema.ts";
import type { RemoteAnswer } from "../../workspace/remote.ts";

const entry = z.object({
  id: z.string(),
  createdAt: z.number(),
  command: z.string(),
  prompt: z.optional(z.string()),
  exitCode: z.optional(z.number()),
  durationMs: z.optional(z.number()),
  cwd: z.optional(z.string()),
  host: z.optional(z.string()),
  author: z.optional(z.string()),
  authorKind: z.optional(z.string()),
  session: z.optional(z.string()),
  outcome: z.optional(z.string()),
});
const page = z.object({ entries: z.array(z.unknown()), nextBefore: z.nullish(z.string()) });

export type HistoryEntry = z.infer<typeof entry>;

export interface Filter {
  readonly text: string;
  readonly machine: string;
  readonly author: string;
}

export type Found =
  | { readonly ok: true; readonly entries: readonly HistoryEntry[]; readonly next: string | null }
  | { readonly ok: false; readonly error: string };

const LIMIT = 50;

/** The parameters of `history-search`: what is left empty is left out. */
export function paramsOf({ text, machine, author }: Filter, before: string | null): Record<string, unknown> {
  return {
    ...(text.trim() === "" ? {} : { query: text.trim() }),
    ...(machine.trim() === "" ? {} : { machine: machine.trim() }),
    ...(author.trim() === "" ? {} : { author: author.trim() }),
    ...(before === null ? {} : { before }),
    limit: LIMIT,
  };
}

/** The answer of a machine; entries that cannot be read are left out. */
export function foundIn(answer: RemoteAnswer): Found {
  if (!answer.ok) return { ok: false, error: answer.error };
  const found = read(page, answer.value);
  if (found === null) return { ok: false, error: "The machine gave an answer this page does not understand." };
  const entries = found.entries.map((one) => read(entry, one)).filter((one) => one !== null);
  return { ok: true, entries, next: found.nextBefore ?? null };
}

/** "0", "exit 2", "failed", or nothing when nobody told. */
export function outcomeOf({ exitCode, outcome }: HistoryEntry): { readonly words: string; readonly bad: boolean } | null {
  if (exitCode === 0) return { words: "done", bad: false };
  if (exitCode !== undefined) return { words: `exit ${exitCode}`, bad: true };
  return outcome === "failed" ? { words: "failed", bad: true } : null;
}
