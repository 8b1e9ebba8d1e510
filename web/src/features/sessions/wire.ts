import * as z from "zod/mini";

/** Sessions and messages as the relay stores them; everything of the person is encrypted. */

export const sessionRecord = z.object({
  id: z.string(),
  /** The highest message number. */
  seq: z.number(),
  metadata: z.string(),
  metadataVersion: z.number(),
  agentState: z.nullable(z.string()),
  agentStateVersion: z.number(),
  dataEncryptionKey: z.nullish(z.string()),
  active: z.boolean(),
  activeAt: z.number(),
  createdAt: z.number(),
  updatedAt: z.number(),
});
export type SessionRecord = z.infer<typeof sessionRecord>;
export const sessionList = z.object({ sessions: z.array(z.unknown()) });

export const storedMessage = z.object({
  id: z.string(),
  seq: z.number(),
  content: z.object({ c: z.string() }),
  localId: z.nullish(z.string()),
  createdAt: z.number(),
});
export type StoredMessage = z.infer<typeof storedMessage>;
export const messagePage = z.object({ messages: z.array(storedMessage), hasMore: z.boolean() });
export const receipts = z.object({
  messages: z.array(z.object({ seq: z.number(), localId: z.nullish(z.string()) })),
});

const versioned = z.object({ value: z.string(), version: z.number() });
const versionedOrNull = z.object({ value: z.nullable(z.string()), version: z.number() });

/** The bodies of numbered updates that concern sessions. */
export const sessionUpdate = z.discriminatedUnion("t", [
  z.extend(sessionRecord, { t: z.literal("new-session") }),
  z.object({
    t: z.literal("update-session"),
    id: z.string(),
    metadata: z.optional(versioned),
    agentState: z.optional(versionedOrNull),
  }),
  z.object({ t: z.literal("delete-session"), sid: z.string() }),
  z.object({ t: z.literal("new-message"), sid: z.string(), message: storedMessage }),
]);
export type SessionUpdate = z.infer<typeof sessionUpdate>;

export const sessionActivity = z.object({
  type: z.literal("activity"),
  id: z.string(),
  active: z.boolean(),
  activeAt: z.number(),
  thinking: z.catch(z.boolean(), false),
});
export type SessionActivity = z.infer<typeof sessionActivity>;

export const usageEvent = z.object({
  type: z.literal("usage"),
  id: z.string(),
  tokens: z.record(z.string(), z.unknown()),
  cost: z.record(z.string(), z.unknown()),
});

export const streamFrame = z.object({ sid: z.string(), streamId: z.string(), n: z.number(), data: z.string() });
export type StreamFrame = z.infer<typeof streamFrame>;

export const fieldWrite = z.object({
  result: z.string(),
  version: z.optional(z.number()),
  metadata: z.optional(z.string()),
});
