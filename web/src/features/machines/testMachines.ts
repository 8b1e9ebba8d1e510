import { dataKeyCipher } from "../../crypto/index.ts";
import type { MachineRow } from "../../relay/schema.ts";

/** A row for tests; the fields that matter to one are given by it. */
export function machine(fields: Partial<MachineRow> & { machineId: string }): MachineRow {
  return {
    name: fields.machineId,
    status: "offline",
    lastSeen: 1_000,
    assistantCount: 0,
    assistantCounts: { online: 0, offline: 0, pending: 0 },
    createdAt: 1_000,
    connectedBefore: false,
    enrolment: "token",
    rev: 1,
    ...fields,
  };
}

export const cipher = dataKeyCipher(new Uint8Array(32).fill(1));
