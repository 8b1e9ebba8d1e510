import { list, object, text, type Fact, type FileReference, type Role, type TurnStatus, type Usage } from "./facts.ts";

/** One thing in the conversation, as it is shown. `key` is stable while the conversation grows at both ends. */
export type Item =
  | {
      readonly kind: "text";
      readonly key: string;
      readonly time: number;
      readonly role: Role;
      readonly text: string;
      readonly thinking: boolean;
    }
  | { readonly kind: "note"; readonly key: string; readonly time: number; readonly text: string }
  | ToolItem
  | { readonly kind: "plan"; readonly key: string; readonly time: number; readonly steps: readonly PlanStep[] }
  | { readonly kind: "file"; readonly key: string; readonly time: number; readonly role: Role; readonly file: FileReference }
  | {
      readonly kind: "edit";
      readonly key: string;
      readonly time: number;
      readonly path: string;
      readonly description: string;
      readonly diff: string | null;
      readonly before: string | null;
      readonly after: string | null;
    }
  | { readonly kind: "turn-end"; readonly key: string; readonly time: number; readonly status: TurnStatus }
  | { readonly kind: "locked"; readonly key: string; readonly time: number };

export type ToolState = "running" | "done" | "failed" | "stopped";

export interface ToolItem {
  readonly kind: "tool";
  readonly key: string;
  readonly time: number;
  readonly call: string;
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly args: unknown;
  readonly state: ToolState;
  readonly output: string | null;
}

export interface PlanStep {
  readonly text: string;
  readonly state: "open" | "active" | "done";
}

/** Facts of one stored message; `null` when it cannot be opened. */
export interface Entry {
  readonly seq: number;
  readonly id: string;
  readonly time: number;
  readonly facts: readonly Fact[] | null;
}

export interface Transcript {
  readonly items: readonly Item[];
  /** Whether the last turn has not ended. */
  readonly working: boolean;
  /** The latest figures told. */
  readonly usage: Usage | null;
  /** Streams that a stored message has ended. */
  readonly endedStreams: ReadonlySet<string>;
}

/**
 * The conversation of consecutive messages in the order of their numbers. A tool whose end is not among them runs while
 * the turn does, and was stopped with it.
 */
export function transcript(entries: readonly Entry[]): Transcript {
  const items: Item[] = [];
  const tools = new Map<string, number>();
  const seen = new Set<string>();
  const endedStreams = new Set<string>();
  let working = false;
  let usage: Usage | null = null;
  let planAt: number | null = null;

  const stopTools = () => {
    for (const at of tools.values()) {
      const item = items[at];
      if (item?.kind === "tool" && item.state === "running") items[at] = { ...item, state: "stopped" };
    }
  };
  const add = (item: Item) => {
    // One envelope may have been stored twice by a session that tried again under another local id.
    if (seen.has(item.key)) return;
    seen.add(item.key);
    items.push(item);
  };

  for (const entry of entries) {
    if (entry.facts === null) {
      add({ kind: "locked", key: entry.id, time: entry.time });
      continue;
    }
    for (const fact of entry.facts) {
      switch (fact.kind) {
        case "text":
          if (fact.streamId !== null) endedStreams.add(fact.streamId);
          if (fact.role === "agent") working ||= fact.subagent === null;
          else planAt = null;
          if (fact.subagent === null) add({ ...shown(fact), kind: "text", role: fact.role, text: fact.text, thinking: fact.thinking });
          break;
        case "note":
          add({ ...shown(fact), kind: "note", text: fact.text });
          break;
        case "tool": {
          const plan = planOf(fact.name, fact.args);
          if (plan !== null) {
            // One plan for each turn, at its first place, as it stands now.
            const before = planAt === null ? undefined : items[planAt];
            if (planAt !== null && before?.kind === "plan") items[planAt] = { ...before, steps: plan };
            else if (!seen.has(fact.id)) {
              planAt = items.length;
              add({ ...shown(fact), kind: "plan", steps: plan });
            }
            break;
          }
          if (fact.subagent !== null) break;
          if (!seen.has(fact.id)) tools.set(fact.call, items.length);
          const { call, name, title, description, args } = fact;
          add({ ...shown(fact), kind: "tool", call, name, title, description, args, state: "running", output: null });
          break;
        }
        case "tool-end": {
          const at = tools.get(fact.call);
          const item = at === undefined ? undefined : items[at];
          if (at !== undefined && item?.kind === "tool") {
            items[at] = { ...item, state: fact.failed ? "failed" : "done", output: fact.output ?? item.output };
          }
          break;
        }
        case "file":
          add({ ...shown(fact), kind: "file", role: fact.role, file: fact.file });
          break;
        case "edit": {
          const { path, description, diff, before, after } = fact;
          add({ ...shown(fact), kind: "edit", path, description, diff, before, after });
          break;
        }
        case "turn-start":
          working = true;
          break;
        case "turn-end":
          working = false;
          stopTools();
          if (fact.status !== "completed") add({ ...shown(fact), kind: "turn-end", status: fact.status });
          break;
        case "usage":
          usage = fact.usage;
      }
    }
  }
  return { items, working, usage, endedStreams };
}

function shown(fact: { readonly id: string; readonly time: number }): { readonly key: string; readonly time: number } {
  return { key: fact.id, time: fact.time };
}

/** Agents write their plan as arguments of a tool; the names differ, the form is a list of steps with a state. */
export function planOf(name: string, args: unknown): readonly PlanStep[] | null {
  const given = object(args);
  const steps = [given["todos"], given["plan"], given["entries"]].find(Array.isArray);
  if (steps === undefined || !/todo|plan/i.test(name)) return null;
  return list(steps).map((step) => {
    const { content, step: words, text: said, status } = object(step);
    return {
      text: text(content) ?? text(words) ?? text(said) ?? (typeof step === "string" ? step : ""),
      state: status === "completed" || status === "done" ? "done" : status === "in_progress" ? "active" : "open",
    };
  });
}
