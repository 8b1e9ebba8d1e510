import * as z from "zod/mini";

// Compiling a schema at run time needs `eval`, which the page forbids itself.
z.config({ jitless: true });

const count = z.number().check(z.nonnegative());

/** A machine as the person registered it: the web view. Unknown fields are ignored. */
export const machineRow = z.object({
  machineId: z.string(),
  name: z.string(),
  status: z.enum(["online", "offline"]),
  /** Milliseconds since 1970; the time of registration until the first contact. */
  lastSeen: z.number(),
  assistantCount: count,
  createdAt: z.number(),
  /** False until the machine has connected once. */
  connectedBefore: z.boolean(),
  assistantCounts: z.catch(z.object({ online: count, offline: count, pending: count }), {
    online: 0,
    offline: 0,
    pending: 0,
  }),
  enrolment: z.catch(z.enum(["token", "keys", "ready", "external"]), "ready"),
  /** Grows with every change of any row of the account. */
  rev: z.number(),
});
export type MachineRow = z.infer<typeof machineRow>;

export const machineGone = z.object({ machineId: z.string(), rev: z.number() });
export type MachineGone = z.infer<typeof machineGone>;

/** The encrypted side of a machine: the view that other clients of the account read too. */
export const machineRecord = z.object({
  id: z.string(),
  metadata: z.string(),
  metadataVersion: z.number(),
  dataEncryptionKey: z.nullish(z.string()),
});
export type MachineRecord = z.infer<typeof machineRecord>;

/** What is inside the metadata; every part optional, because one bad record must not hide a machine. */
export const machineMetadata = z.object({
  host: z.catch(z.optional(z.string()), undefined),
  platform: z.catch(z.optional(z.string()), undefined),
  arch: z.catch(z.optional(z.string()), undefined),
  displayName: z.catch(z.optional(z.string()), undefined),
  happyCliVersion: z.catch(z.optional(z.string()), undefined),
  homeDir: z.catch(z.optional(z.string()), undefined),
  username: z.catch(z.optional(z.string()), undefined),
  /** Everything that is done from afar stays inside these. */
  rootDirectory: z.catch(z.optional(z.string()), undefined),
  rootDirectories: z.catch(z.optional(z.array(z.string())), undefined),
  remotePolicy: z.catch(z.optional(z.string()), undefined),
  cliAvailability: z.catch(z.optional(z.record(z.string(), z.unknown())), undefined),
  agents: z.catch(z.optional(z.array(z.looseObject({ name: z.string() }))), undefined),
});
export type MachineMetadata = z.infer<typeof machineMetadata>;

/** Any numbered update; whoever knows its kind reads the body. */
export const updateHead = z.object({
  seq: z.number(),
  createdAt: z.number(),
  body: z.looseObject({ t: z.string() }),
});
export type UpdateHead = z.infer<typeof updateHead>;

/** Updates behind a number; `gap` when the relay does not know all of them any more. */
export const changePage = z.object({
  verdict: z.enum(["resumed", "gap"]),
  changes: z.array(z.unknown()),
  lastSeq: z.number(),
  hasMore: z.boolean(),
});

export const rpcAck = z.object({ ok: z.boolean(), result: z.optional(z.unknown()), error: z.optional(z.string()) });

/** The bodies of `update` events that concern this page; others do not match and are ignored. */
export const machineUpdate = z.object({
  body: z.discriminatedUnion("t", [
    z.object({
      t: z.literal("new-machine"),
      machineId: z.string(),
      metadata: z.string(),
      metadataVersion: z.number(),
      dataEncryptionKey: z.nullish(z.string()),
    }),
    z.object({
      t: z.literal("update-machine"),
      machineId: z.string(),
      metadata: z.optional(z.object({ value: z.string(), version: z.number() })),
    }),
    z.object({ t: z.literal("delete-machine"), machineId: z.string() }),
  ]),
});
export type MachineUpdate = z.infer<typeof machineUpdate>["body"];

/** Heartbeats of a machine; they are not stored and only move "last seen". */
export const machineActivity = z.object({
  type: z.literal("machine-activity"),
  id: z.string(),
  active: z.boolean(),
  activeAt: z.number(),
});
export type MachineActivity = z.infer<typeof machineActivity>;

export const relayInfo = z.object({
  registration: z.enum(["open", "invite", "closed"]),
  version: z.string(),
});
export type RelayInfo = z.infer<typeof relayInfo>;

/** Sign-ins of the account; this page needs to find its own. */
export const devices = z.array(z.object({ id: z.string(), current: z.boolean() }));

export const signedIn = z.object({ success: z.literal(true), token: z.string() });
export const createdMachine = z.object({ machineId: z.string(), token: z.string() });
export const succeeded = z.object({ success: z.literal(true) });
export const machineRows = z.array(machineRow);
export const machineRecords = z.array(z.unknown());
export const refusal = z.object({ error: z.string(), message: z.optional(z.string()) });

/** The value if it has the shape, else `null`. */
export function read<S extends z.core.$ZodType>(schema: S, value: unknown): z.output<S> | null {
  const result = z.safeParse(schema, value);
  return result.success ? result.data : null;
}
