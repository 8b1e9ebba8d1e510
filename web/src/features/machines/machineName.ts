import type { MachineMetadata, MachineRow } from "../../relay/schema.ts";
import type { MachineDetails } from "./unlock.ts";

/** The label of the person; a machine made by another client has its id there, then what the machine calls itself. */
export function machineName(row: MachineRow, details: MachineDetails | undefined): string {
  if (row.name !== row.machineId || details?.kind !== "open") return row.name;
  return details.metadata.displayName || details.metadata.host || row.name;
}

const PLATFORMS: Readonly<Record<string, string>> = {
  linux: "Linux",
  darwin: "macOS",
  win32: "Windows",
  freebsd: "FreeBSD",
};

/** "macOS arm64" */
export function platformWords({ platform, arch }: MachineMetadata): string {
  const system = platform === undefined ? undefined : (PLATFORMS[platform] ?? platform);
  return [system, arch].filter(Boolean).join(" ");
}

/** Host, platform and version, as far as the machine tells. */
export function machineFacts(metadata: MachineMetadata): readonly string[] {
  const platform = platformWords(metadata);
  const version = metadata.happyCliVersion === undefined ? "" : `version ${metadata.happyCliVersion}`;
  return [metadata.host ?? "", platform, version].filter((fact) => fact !== "");
}
