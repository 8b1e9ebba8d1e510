/**
 * Reads one decrypted message, whatever client wrote it, into facts that the transcript is built of. Pure; any value
 * gives facts or none, never an exception.
 *
 * Forms: what a person sent (`role: "user"`), the session protocol (`role: "session"`, bare or wrapped), and the older
 * ones of `role: "agent"`: `output`, `codex`, `acp` and its bare agent names, `event`.
 */
export type Fact =
  | TextFact
  | { readonly kind: "note"; readonly id: string; readonly time: number; readonly text: string; readonly subagent: string | null }
  | {
      readonly kind: "tool";
      readonly id: string;
      readonly time: number;
      readonly call: string;
      readonly name: string;
      readonly title: string;
      readonly description: string;
      readonly args: unknown;
      readonly subagent: string | null;
    }
  | {
      readonly kind: "tool-end";
      readonly time: number;
      readonly call: string;
      readonly output: string | null;
      readonly failed: boolean;
    }
  | {
      readonly kind: "file";
      readonly id: string;
      readonly time: number;
      readonly role: Role;
      readonly file: FileReference;
      readonly subagent: string | null;
    }
  | {
      readonly kind: "edit";
      readonly id: string;
      readonly time: number;
      readonly path: string;
      readonly description: string;
      readonly diff: string | null;
      readonly before: string | null;
      readonly after: string | null;
    }
  | { readonly kind: "turn-start"; readonly time: number }
  | {
      readonly kind: "turn-end";
      readonly id: string;
      readonly time: number;
      readonly status: TurnStatus;
      /** `null` in forms that have one turn at a time. */
      readonly turn: string | null;
    }
  | { readonly kind: "usage"; readonly usage: Usage }
  /** A subagent begins or ends; `subagent` of other facts names whose they are. */
  | { readonly kind: "subagent"; readonly time: number; readonly subagent: string; readonly state: "begins" | "ends"; readonly title: string | null }
  /**
   * A line of a transcript that says only which line it follows, not whose it is: the facts after it name `line` as their
   * subagent. The first line of a branch tells what the subagent was asked.
   */
  | { readonly kind: "branch"; readonly line: string; readonly follows: string | null; readonly prompt: string | null };

export type Role = "user" | "agent";
export type TurnStatus = "completed" | "failed" | "cancelled";

export interface TextFact {
  readonly kind: "text";
  readonly id: string;
  readonly time: number;
  readonly role: Role;
  readonly text: string;
  readonly thinking: boolean;
  /** Of the live stream that this message ends. */
  readonly streamId: string | null;
  readonly subagent: string | null;
}

export interface FileReference {
  readonly ref: string;
  readonly name: string;
  readonly size: number;
  readonly mimeType: string;
  readonly width: number | null;
  readonly height: number | null;
}

export interface Usage {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheCreation: number;
  readonly contextWindow: number | null;
}

/** Where the message stands, for facts that have no identity or time of their own. */
export interface Origin {
  readonly id: string;
  readonly time: number;
}

type Json = Readonly<Record<string, unknown>>;

export function readFacts(message: unknown, origin: Origin): readonly Fact[] {
  const { role, content } = object(message);
  switch (role) {
    case "user":
      return personFacts(content, object(object(message)["meta"]), origin);
    case "session": {
      const inner = object(content);
      return envelopeFacts(inner["type"] === "session" ? object(inner["data"]) : inner, streamOf(message), origin);
    }
    case "agent":
      return agentFacts(object(content), streamOf(message), origin);
    default:
      return [];
  }
}

/** The stream that a message ends may stand beside or inside its content. */
function streamOf(message: unknown): string | null {
  const outer = object(message);
  const content = object(outer["content"]);
  for (const place of [outer, content, object(content["data"]), object(content["ev"]), object(outer["meta"])]) {
    const id = text(place["streamId"]);
    if (id !== null) return id;
  }
  return null;
}

function personFacts(content: unknown, meta: Json, { id, time }: Origin): readonly Fact[] {
  const said = typeof content === "string" ? content : text(object(content)["text"]);
  if (said === null || isHidden(said)) return [];
  const shown = text(meta["displayText"]) ?? said;
  return [{ kind: "text", id, time, role: "user", text: shown, thinking: false, streamId: null, subagent: null }];
}

/** Notes of a program to the agent, in the words of the person. */
function isHidden(said: string): boolean {
  return said.replace(/^(\s*<task-notification>[\s\S]*?<\/task-notification>)+\s*$/, "") === "" && said !== "";
}

const CUID2 = /^[a-z][a-z0-9]{1,31}$/;

function envelopeFacts(envelope: Json, streamId: string | null, origin: Origin): readonly Fact[] {
  const ev = object(envelope["ev"]);
  const role = envelope["role"];
  if (role !== "user" && role !== "agent") return [];
  const id = text(envelope["id"]) ?? origin.id;
  const time = number(envelope["time"]) ?? origin.time;
  const usage = usageFacts(envelope["usage"]);
  const type = text(ev["t"]);
  if (role === "agent" && text(envelope["turn"]) === null) return type === "service" ? usage : [];
  if (role === "user" && (type === "service" || type === "start" || type === "stop")) return [];
  const named = text(envelope["subagent"]);
  const subagent = named !== null && CUID2.test(named) ? named : null;
  // Figures of a subagent are not those of the conversation.
  return subagent === null ? [...eventFacts(), ...usage] : eventFacts();

  function eventFacts(): readonly Fact[] {
    switch (type) {
      case "text": {
        const said = text(ev["text"]) ?? "";
        if (said === "" || (role === "user" && isHidden(said))) return [];
        const thinking = ev["thinking"] === true;
        return [{ kind: "text", id, time, role: role as Role, text: said, thinking, streamId, subagent }];
      }
      case "service": {
        const said = text(ev["text"]) ?? "";
        return said === "" ? [] : [{ kind: "note", id, time, text: said, subagent }];
      }
      case "start":
      case "stop": {
        const state = type === "start" ? "begins" : "ends";
        return subagent === null ? [] : [{ kind: "subagent", time, subagent, state, title: text(ev["title"]) }];
      }
      case "tool-call-start":
        return [
          {
            kind: "tool",
            id,
            time,
            call: text(ev["call"]) ?? id,
            name: text(ev["name"]) ?? "tool",
            title: text(ev["title"]) ?? "",
            description: text(ev["description"]) ?? "",
            args: ev["args"],
            subagent,
          },
        ];
      case "tool-call-end": {
        const call = text(ev["call"]);
        const failed = ev["isError"] === true || ev["status"] === "failed";
        return call === null ? [] : [{ kind: "tool-end", time, call, output: outputText(ev["output"]), failed }];
      }
      case "file":
        return fileFacts(ev, role as Role, id, time, subagent);
      case "turn-start":
        return subagent === null ? [{ kind: "turn-start", time }] : [];
      case "turn-end": {
        if (subagent !== null) return [];
        const status = ev["status"];
        return [{ kind: "turn-end", id, time, status: isStatus(status) ? status : "completed", turn: text(envelope["turn"]) }];
      }
      default:
        return [];
    }
  }
}

function isStatus(value: unknown): value is TurnStatus {
  return value === "completed" || value === "failed" || value === "cancelled";
}

function fileFacts(ev: Json, role: Role, id: string, time: number, subagent: string | null): readonly Fact[] {
  const ref = text(ev["ref"]);
  if (ref === null) return [];
  const image = object(ev["image"]);
  const file: FileReference = {
    ref,
    name: text(ev["name"]) ?? "file",
    size: number(ev["size"]) ?? 0,
    mimeType: text(ev["mimeType"]) ?? "",
    width: number(image["width"]),
    height: number(image["height"]),
  };
  return [{ kind: "file", id, time, role, file, subagent }];
}

function usageFacts(value: unknown): readonly Fact[] {
  const usage = object(value);
  const input = number(usage["input_tokens"]);
  const output = number(usage["output_tokens"]);
  if (input === null && output === null) return [];
  return [
    {
      kind: "usage",
      usage: {
        input: input ?? 0,
        output: output ?? 0,
        cacheRead: number(usage["cache_read_input_tokens"]) ?? 0,
        cacheCreation: number(usage["cache_creation_input_tokens"]) ?? 0,
        contextWindow: number(usage["context_window"]),
      },
    },
  ];
}

function agentFacts(content: Json, streamId: string | null, origin: Origin): readonly Fact[] {
  const data = object(content["data"]);
  switch (content["type"]) {
    case "output":
      return transcriptLineFacts(data, origin);
    case "event":
      return agentEventFacts(data, text(content["id"]) ?? origin.id, origin);
    case undefined:
      return [];
    default:
      // `codex`, `acp`, and the name of an agent as older command lines wrote it.
      return agentItemFacts(data, streamId, origin);
  }
}

/** One line of a Claude transcript. */
function transcriptLineFacts(line: Json, origin: Origin): readonly Fact[] {
  if (line["isMeta"] === true || line["isCompactSummary"] === true) return [];
  const base = text(line["uuid"]) ?? origin.id;
  const time = origin.time;
  const message = object(line["message"]);
  const blocks = message["content"];
  const call = text(line["parent_tool_use_id"]) ?? text(line["parentToolUseId"]);
  const aside = line["isSidechain"] === true;
  const subagent = call ?? (aside ? base : null);
  const prompt = line["type"] === "user" && typeof blocks === "string" ? blocks : null;
  const branch: Fact[] =
    call === null && aside ? [{ kind: "branch", line: base, follows: text(line["parentUuid"]), prompt }] : [];
  if (line["type"] === "assistant") {
    const facts = list(blocks).flatMap((block, at) => assistantBlock(object(block), `${base}:${at}`));
    return [...branch, ...facts, ...(subagent === null ? usageFacts(message["usage"]) : [])];
  }
  if (line["type"] !== "user") return [];
  if (typeof blocks === "string") {
    // What a subagent is told stands in the arguments of its tool, and is not the person's.
    if (subagent !== null) return branch;
    if (isHidden(blocks) || blocks === "") return [];
    return [{ kind: "text", id: base, time, role: "user", text: blocks, thinking: false, streamId: null, subagent: null }];
  }
  const results = list(blocks).flatMap((block): Fact[] => {
    const { type, tool_use_id: tool, content, is_error: failed } = object(block);
    if (type !== "tool_result" || typeof tool !== "string") return [];
    return [{ kind: "tool-end", time, call: tool, output: outputText(content), failed: failed === true }];
  });
  return [...branch, ...results];

  function assistantBlock(block: Json, id: string): Fact[] {
    switch (block["type"]) {
      case "text":
        return textFact(id, time, text(block["text"]), false, subagent);
      case "thinking":
        return textFact(id, time, text(block["thinking"]), true, subagent);
      case "tool_use": {
        const name = text(block["name"]) ?? "tool";
        const call = text(block["id"]) ?? id;
        return [{ kind: "tool", id, time, call, name, title: "", description: "", args: block["input"], subagent }];
      }
      default:
        return [];
    }
  }
}

function agentItemFacts(data: Json, streamId: string | null, { id, time }: Origin): readonly Fact[] {
  switch (data["type"]) {
    case "message":
      return textFact(id, time, text(data["message"]), false, null, streamId);
    case "reasoning":
      return textFact(id, time, text(data["message"]), true, null, streamId);
    case "thinking":
      return textFact(id, time, text(data["text"]), true, null, streamId);
    case "tool-call": {
      const name = text(data["name"]) ?? "tool";
      const call = text(data["callId"]) ?? id;
      return [{ kind: "tool", id, time, call, name, title: "", description: "", args: data["input"], subagent: null }];
    }
    case "tool-call-result":
    case "tool-result": {
      const call = text(data["callId"]);
      if (call === null) return [];
      return [{ kind: "tool-end", time, call, output: outputText(data["output"]), failed: data["isError"] === true }];
    }
    case "terminal-output": {
      const call = text(data["callId"]);
      return call === null ? [] : [{ kind: "tool-end", time, call, output: outputText(data["data"]), failed: false }];
    }
    case "file-edit":
      return [
        {
          kind: "edit",
          id,
          time,
          path: text(data["filePath"]) ?? "file",
          description: text(data["description"]) ?? "",
          diff: text(data["diff"]),
          before: text(data["oldContent"]),
          after: text(data["newContent"]),
        },
      ];
    case "task_started":
      return [{ kind: "turn-start", time }];
    case "task_complete":
      return [{ kind: "turn-end", id, time, status: "completed", turn: null }];
    case "turn_aborted":
      return [{ kind: "turn-end", id, time, status: "cancelled", turn: null }];
    default:
      // `token_count` has no fixed form, and questions stand in the state of the agent.
      return [];
  }
}

function agentEventFacts(data: Json, id: string, { time }: Origin): readonly Fact[] {
  switch (data["type"]) {
    case "ready":
      return [{ kind: "turn-end", id, time, status: "completed", turn: null }];
    case "switch":
      return [{ kind: "note", id, time, text: data["mode"] === "local" ? "Control is at the terminal now." : "Control is here now.", subagent: null }];
    case "message": {
      const said = text(data["message"]);
      return said === null || said === "" ? [] : [{ kind: "note", id, time, text: said, subagent: null }];
    }
    case "limit-reached": {
      const ends = number(data["endsAt"]);
      // Seconds in some versions, milliseconds in others.
      const until = ends === null ? "" : ` until ${new Date(ends < 1e11 ? ends * 1000 : ends).toLocaleString("en")}`;
      return [{ kind: "note", id, time, text: `The usage limit of the agent is reached${until}.`, subagent: null }];
    }
    default:
      return [];
  }
}

function textFact(
  id: string,
  time: number,
  said: string | null,
  thinking: boolean,
  subagent: string | null,
  streamId: string | null = null,
): Fact[] {
  if (said === null || said.trim() === "") return [];
  return [{ kind: "text", id, time, role: "agent", text: said, thinking, streamId, subagent }];
}

/** Output of a tool as text: a text, blocks of text, or anything else as JSON. */
export function outputText(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value === "string") return value;
  const blocks = list(value).map((block) => text(object(block)["text"]));
  if (blocks.length > 0 && blocks.every((block) => block !== null)) return blocks.join("\n");
  for (const field of ["stdout", "output", "text", "content"]) {
    const inside = text(object(value)[field]);
    if (inside !== null) return inside;
  }
  return JSON.stringify(value, null, 2);
}

export function object(value: unknown): Json {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function text(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function number(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}
