import type { MachineRecord, MachineUpdate } from "../../relay/schema.ts";

/** The encrypted records of the account's machines, by machine id. */
export type MachineRecords = ReadonlyMap<string, MachineRecord>;

export function fromRecords(records: readonly MachineRecord[]): MachineRecords {
  return new Map(records.map((record) => [record.id, record]));
}

export function applyUpdate(records: MachineRecords, update: MachineUpdate): MachineRecords {
  const next = new Map(records);
  switch (update.t) {
    case "new-machine": {
      const { machineId: id, metadata, metadataVersion, dataEncryptionKey } = update;
      return next.set(id, { id, metadata, metadataVersion, dataEncryptionKey });
    }
    case "update-machine": {
      const known = records.get(update.machineId);
      const metadata = update.metadata;
      if (known === undefined || metadata === undefined || metadata.version <= known.metadataVersion) return records;
      return next.set(known.id, { ...known, metadata: metadata.value, metadataVersion: metadata.version });
    }
    case "delete-machine":
      next.delete(update.machineId);
      return next;
  }
}
