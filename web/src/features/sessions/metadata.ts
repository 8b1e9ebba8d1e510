import * as z from "zod/mini";
import { read } from "../../relay/schema.ts";

/** A field that is left out when it has another form: one strange field must not hide a session. */
const lenient = <S extends z.core.$ZodType>(schema: S) => z.catch(z.optional(schema), undefined);
const text = lenient(z.string());
const nullableText = lenient(z.nullable(z.string()));
const choices = lenient(
  z.array(z.object({ code: z.string(), value: z.catch(z.string(), ""), description: nullableText })),
);

export const sessionMetadata = z.object({
  path: text,
  host: text,
  name: text,
  summary: lenient(z.object({ text: z.string(), updatedAt: z.catch(z.number(), 0) })),
  machineId: text,
  flavor: nullableText,
  version: text,
  gitBranch: text,
  models: choices,
  currentModelCode: nullableText,
  operatingModes: choices,
  currentOperatingModeCode: nullableText,
  thoughtLevels: choices,
  currentThoughtLevelCode: nullableText,
  permissionMode: nullableText,
  modelMode: nullableText,
  effortLevel: nullableText,
  lifecycleState: text,
  assistantId: text,
  jobId: text,
});
export type SessionMetadata = z.infer<typeof sessionMetadata>;
export type Choice = { readonly code: string; readonly value: string; readonly description?: string | null | undefined };

const request = z.object({
  tool: z.catch(z.string(), "tool"),
  arguments: z.optional(z.unknown()),
  createdAt: z.catch(z.nullable(z.number()), null),
  toolUseId: text,
});
export type PermissionRequest = z.infer<typeof request>;

const completed = z.object({
  ...request.shape,
  completedAt: z.catch(z.nullable(z.number()), null),
  status: z.catch(z.enum(["canceled", "denied", "approved"]), "canceled"),
  reason: nullableText,
  mode: nullableText,
  decision: nullableText,
});
export type CompletedRequest = z.infer<typeof completed>;

export interface AgentState {
  /** Somebody at the terminal has control. */
  readonly controlledByUser: boolean;
  readonly requests: ReadonlyMap<string, PermissionRequest>;
  readonly completed: ReadonlyMap<string, CompletedRequest>;
}

export const NO_STATE: AgentState = { controlledByUser: false, requests: new Map(), completed: new Map() };

const state = z.object({
  controlledByUser: z.catch(z.nullish(z.boolean()), null),
  requests: z.catch(z.nullish(z.record(z.string(), z.unknown())), null),
  completedRequests: z.catch(z.nullish(z.record(z.string(), z.unknown())), null),
});

export function readMetadata(value: unknown): SessionMetadata {
  return read(sessionMetadata, value) ?? {};
}

export function readAgentState(value: unknown): AgentState {
  const known = read(state, value);
  if (known === null) return NO_STATE;
  const done = entries(known.completedRequests, completed);
  const open = entries(known.requests, request);
  // In both for a moment: what is answered is not asked again.
  for (const id of done.keys()) open.delete(id);
  return { controlledByUser: known.controlledByUser === true, requests: open, completed: done };
}

function entries<S extends z.core.$ZodType>(
  record: Record<string, unknown> | null | undefined,
  schema: S,
): Map<string, z.output<S>> {
  const found = new Map<string, z.output<S>>();
  for (const [id, value] of Object.entries(record ?? {})) {
    const one = read(schema, value);
    if (one !== null) found.set(id, one);
  }
  return found;
}

const MAX_TITLE = 50;

/** The name of a session after its first message: at most 50 characters of it, blanks collapsed. */
export function titleOf(message: string): string {
  const letters = [...message.replace(/\s+/g, " ").trim()];
  if (letters.length === 0) return "New Chat";
  return letters.length <= MAX_TITLE ? letters.join("") : `${letters.slice(0, MAX_TITLE).join("")}...`;
}
