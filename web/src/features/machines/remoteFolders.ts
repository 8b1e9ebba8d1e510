import * as z from "zod/mini";
import { read } from "../../relay/schema.ts";
import { callRemote, type RemoteAnswer } from "../../workspace/remote.ts";
import type { OpenMachine, Workspace } from "../../workspace/workspace.ts";

const directory = z.object({
  entries: z.array(z.object({ name: z.string(), type: z.string() })),
});
const made = z.object({ path: z.string() });

export type Folders = { readonly ok: true; readonly names: readonly string[] } | { readonly ok: false; readonly error: string };

/** Names of the folders in a folder of the machine; hidden ones last. */
export async function listFolders(workspace: Workspace, machine: OpenMachine, path: string): Promise<Folders> {
  const answer = await onMachine(workspace, machine, "listDirectory", { path });
  if (!answer.ok) return { ok: false, error: answer.error };
  const found = read(directory, answer.value);
  if (found === null) return { ok: false, error: "The machine gave an answer this page does not understand." };
  const names = found.entries.filter(({ type }) => type === "directory").map(({ name }) => name);
  const hidden = (name: string) => (name.startsWith(".") ? 1 : 0);
  return { ok: true, names: names.sort((a, b) => hidden(a) - hidden(b) || a.localeCompare(b)) };
}

export async function makeFolder(
  workspace: Workspace,
  machine: OpenMachine,
  path: string,
): Promise<{ readonly ok: true; readonly path: string } | { readonly ok: false; readonly error: string }> {
  const answer = await onMachine(workspace, machine, "make-directory", { path });
  if (!answer.ok) return { ok: false, error: answer.error };
  return { ok: true, path: read(made, answer.value)?.path ?? path };
}

export function onMachine(workspace: Workspace, machine: OpenMachine, method: string, params: unknown): Promise<RemoteAnswer> {
  return callRemote(workspace.link, machine.cipher, machine.row.machineId, method, params);
}

/** Directories that remote work is confined to, as far as the machine tells; else its home. */
export function rootsOf({ metadata }: OpenMachine): readonly string[] {
  const roots = metadata.rootDirectories ?? (metadata.rootDirectory === undefined ? [] : [metadata.rootDirectory]);
  return roots.length > 0 ? roots : [metadata.homeDir ?? "/"];
}

/** Joins with the separator that the path already uses. */
export function join(path: string, name: string): string {
  const separator = path.includes("\\") && !path.includes("/") ? "\\" : "/";
  return path.endsWith(separator) ? path + name : path + separator + name;
}

export function parentOf(path: string): string | null {
  const at = Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\"));
  if (at < 0 || path === "/") return null;
  return at === 0 ? "/" : path.slice(0, at);
}
