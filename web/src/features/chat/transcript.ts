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
  | SubagentItem
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
  /** What the subagents did that this tool started. */
  readonly inside: readonly Item[];
}

/** A subagent whose tool is not among the messages: some agents do not tell about it. */
export interface SubagentItem {
  readonly kind: "subagent";
  readonly key: string;
  readonly time: number;
  readonly title: string;
  readonly state: ToolState;
  readonly inside: readonly Item[];
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

/** Where an item stands, while the transcript is made. */
interface Place {
  readonly list: Item[];
  readonly at: number;
}

/**
 * The conversation of consecutive messages in the order of their numbers. A tool whose end is not among them runs while
 * the turn does, and was stopped with it. What a subagent did stands inside the tool that started it.
 */
export function transcript(entries: readonly Entry[]): Transcript {
  const items: Item[] = [];
  const tools = new Map<string, Place>();
  const alone = new Map<string, Place>();
  const insides = new Map<string, Item[]>();
  /** Of transcripts: each line of a branch, with the line that it began with. */
  const branches = new Map<string, string>();
  const startedOne = new Set<string>();
  const plans = new Map<Item[], number>();
  const seen = new Set<string>();
  const endedStreams = new Set<string>();
  let working = false;
  let usage: Usage | null = null;

  const add = (list: Item[], item: Item) => {
    // One envelope may have been stored twice by a session that tried again under another local id.
    if (seen.has(item.key)) return;
    seen.add(item.key);
    list.push(item);
  };
  const finish = ({ list, at }: Place, state: ToolState, output: string | null = null) => {
    const item = list[at];
    if (item?.kind === "tool") list[at] = { ...item, state, output: output ?? item.output };
    else if (item?.kind === "subagent") list[at] = { ...item, state };
  };
  const stopAll = (state: ToolState) => {
    for (const place of tools.values()) if (isRunning(place)) finish(place, "stopped");
    for (const place of alone.values()) if (isRunning(place)) finish(place, state);
  };
  const insideOf = (subagent: string | null, time: number, title: string | null = null, prompt: string | null = null): Item[] => {
    if (subagent === null) return items;
    const id = branches.get(subagent) ?? subagent;
    const known = insides.get(id);
    if (known !== undefined) return known;
    const call = tools.has(id) ? id : starterOf(tools, startedOne, title, prompt);
    const starter = call === null ? undefined : tools.get(call);
    const tool = starter?.list[starter.at];
    const list: Item[] = [];
    insides.set(id, list);
    if (call !== null && starter !== undefined && tool?.kind === "tool") {
      startedOne.add(call);
      // Two subagents of one tool stand in the order in which they began.
      if (tool.inside.length > 0) insides.set(id, tool.inside as Item[]);
      else starter.list[starter.at] = { ...tool, inside: list };
      return insides.get(id) ?? list;
    }
    alone.set(id, { list: items, at: items.length });
    add(items, { kind: "subagent", key: `subagent:${id}`, time, title: title ?? "Subagent", state: "running", inside: list });
    return list;
  };

  for (const entry of entries) {
    if (entry.facts === null) {
      add(items, { kind: "locked", key: entry.id, time: entry.time });
      continue;
    }
    for (const fact of entry.facts) {
      switch (fact.kind) {
        case "text":
          if (fact.streamId !== null) endedStreams.add(fact.streamId);
          if (fact.role === "agent") working ||= fact.subagent === null;
          else plans.clear();
          add(insideOf(fact.subagent, fact.time), { ...shown(fact), kind: "text", role: fact.role, text: fact.text, thinking: fact.thinking });
          break;
        case "note":
          add(insideOf(fact.subagent, fact.time), { ...shown(fact), kind: "note", text: fact.text });
          break;
        case "tool": {
          const list = insideOf(fact.subagent, fact.time);
          const plan = planOf(fact.name, fact.args);
          if (plan !== null) {
            // One plan for each turn, at its first place, as it stands now.
            const at = plans.get(list);
            const before = at === undefined ? undefined : list[at];
            if (at !== undefined && before?.kind === "plan") list[at] = { ...before, steps: plan };
            else if (!seen.has(fact.id)) {
              plans.set(list, list.length);
              add(list, { ...shown(fact), kind: "plan", steps: plan });
            }
            break;
          }
          if (!seen.has(fact.id)) tools.set(fact.call, { list, at: list.length });
          const { call, name, title, description, args } = fact;
          add(list, { ...shown(fact), kind: "tool", call, name, title, description, args, state: "running", output: null, inside: [] });
          break;
        }
        case "tool-end": {
          const place = tools.get(fact.call);
          if (place !== undefined) finish(place, fact.failed ? "failed" : "done", fact.output);
          break;
        }
        case "file":
          add(insideOf(fact.subagent, fact.time), { ...shown(fact), kind: "file", role: fact.role, file: fact.file });
          break;
        case "edit": {
          const { path, description, diff, before, after } = fact;
          add(items, { ...shown(fact), kind: "edit", path, description, diff, before, after });
          break;
        }
        case "subagent": {
          // The end of one of which nothing else is among the messages says nothing.
          if (fact.state === "begins" || insides.has(fact.subagent)) insideOf(fact.subagent, fact.time, fact.title);
          const place = alone.get(fact.subagent);
          if (place !== undefined && fact.state === "ends") finish(place, "done");
          break;
        }
        case "branch":
          branches.set(fact.line, (fact.follows === null ? undefined : branches.get(fact.follows)) ?? fact.line);
          insideOf(fact.line, entry.time, null, fact.prompt);
          break;
        case "turn-start":
          working = true;
          break;
        case "turn-end":
          working = false;
          stopAll(fact.status === "completed" ? "done" : "stopped");
          if (fact.status !== "completed") add(items, { ...shown(fact), kind: "turn-end", status: fact.status });
          break;
        case "usage":
          usage = fact.usage;
      }
    }
  }
  return { items, working, usage, endedStreams };
}

function isRunning({ list, at }: Place): boolean {
  const item = list[at];
  return (item?.kind === "tool" || item?.kind === "subagent") && item.state === "running";
}

const STARTER = /^(task|agent|delegate|subagent|spawn_?agent)$/i;

/** The call that a subagent most likely comes from: by what it was asked, by its title, else the first that runs. */
function starterOf(
  tools: ReadonlyMap<string, Place>,
  startedOne: ReadonlySet<string>,
  title: string | null,
  prompt: string | null,
): string | null {
  const free: { readonly call: string; readonly running: boolean; readonly words: readonly unknown[] }[] = [];
  for (const [call, { list, at }] of tools) {
    const item = list[at];
    if (item?.kind !== "tool" || !STARTER.test(item.name) || startedOne.has(call)) continue;
    const given = object(item.args);
    const words = [given["prompt"], given["description"], given["title"], given["subagent_type"], item.title].map((one) => text(one)?.trim());
    free.push({ call, running: item.state === "running", words });
  }
  for (const wanted of [prompt?.trim(), title?.trim()]) {
    const named = wanted === undefined || wanted === "" ? undefined : free.find(({ words }) => words.includes(wanted));
    if (named !== undefined) return named.call;
  }
  return free.find(({ running }) => running)?.call ?? null;
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
