import * as z from "zod/mini";
import { path, type Answer } from "../../relay/http.ts";
import { read } from "../../relay/schema.ts";
import type { OpenMachine, Workspace } from "../../workspace/workspace.ts";
import { onMachine } from "./remoteFolders.ts";

const assistantRecord = z.object({
  assistantId: z.string(),
  approval: z.enum(["pending", "approved", "revoked"]),
  status: z.enum(["online", "offline"]),
  createdAt: z.number(),
  approvedAt: z.nullish(z.number()),
  lastSeen: z.nullish(z.number()),
  details: z.string(),
});
const details = z.object({
  name: z.catch(z.optional(z.string()), undefined),
  directory: z.catch(z.string(), ""),
  username: z.catch(z.optional(z.string()), undefined),
});

/** A directory of a machine in which an agent may run. `null` details: they do not open. */
export type Assistant = Omit<z.infer<typeof assistantRecord>, "details"> & { readonly details: z.infer<typeof details> | null };

export type AssistantAction = "approve" | "reject" | "revoke" | "remove";

export async function listAssistants(workspace: Workspace, machineId: string): Promise<Answer<readonly Assistant[]>> {
  const where = path("/v1/web/machines", machineId, "assistants");
  const answer = await workspace.link.http.request("GET", where, undefined, z.array(z.unknown()));
  if (!answer.ok) return answer;
  const cipher = workspace.machine(machineId)?.cipher;
  const all = answer.value.map((one) => read(assistantRecord, one)).filter((one) => one !== null);
  return {
    ok: true,
    value: all.map((one) => {
      const opened = cipher?.open(one.details);
      return { ...one, details: opened?.opened === true ? read(details, opened.value) : null };
    }),
  };
}

export function changeAssistant(
  workspace: Workspace,
  machineId: string,
  assistantId: string,
  action: AssistantAction,
): Promise<Answer<unknown>> {
  const { http } = workspace.link;
  const where = path("/v1/web/machines", machineId, "assistants", assistantId);
  return action === "remove"
    ? http.request("DELETE", where, undefined, z.unknown())
    : http.request("POST", `${where}/${action}`, {}, z.unknown());
}

const created = z.object({
  assistantId: z.catch(z.optional(z.string()), undefined),
  /** Of one that the directory has already. */
  approval: z.catch(z.string(), "pending"),
});

/**
 * The machine checks the directory and registers the assistant. Whoever asked for it is the owner, so it is approved at
 * once; a machine cannot do that itself.
 */
export async function createAssistant(
  workspace: Workspace,
  machine: OpenMachine,
  directory: string,
  name: string,
): Promise<string | null> {
  const params = { directory, ...(name === "" ? {} : { name }) };
  const answer = await onMachine(workspace, machine, "create-assistant", params);
  if (!answer.ok) return answer.error;
  const { assistantId, approval } = read(created, answer.value) ?? { assistantId: undefined, approval: "" };
  if (assistantId === undefined || approval === "approved") return null;
  if (approval === "revoked") return "This directory has an assistant that was revoked. Remove that one first.";
  const approved = await changeAssistant(workspace, machine.row.machineId, assistantId, "approve");
  return approved.ok ? null : "It was added, but not approved. Approve it in the list.";
}
