import { concat, enrolmentCode, fromBase64, sealEnvelope, toBase64, type AccountKeys } from "../../crypto/index.ts";
import * as z from "zod/mini";
import { map, path, type Answer } from "../../relay/http.ts";
import { createdMachine, succeeded } from "../../relay/schema.ts";
import type { Workspace } from "../../workspace/workspace.ts";
import { newMachineSecret } from "./enrolment.ts";

const keyRequest = z.object({ publicKey: z.string(), createdAt: z.number() });

/** A machine that was given its token only and asks for keys; `code` is what its terminal shows too. */
export interface KeyRequest {
  readonly publicKey: string;
  readonly code: string;
  readonly createdAt: number;
}

export async function waitingRequest(workspace: Workspace, machineId: string): Promise<Answer<KeyRequest>> {
  const where = path("/v1/web/machines", machineId, "enrolment");
  const answer = await workspace.link.http.request("GET", where, undefined, keyRequest);
  if (!answer.ok) return answer;
  const key = fromBase64(answer.value.publicKey);
  if (key?.length !== 32) return { ok: false, problem: { kind: "unexpected" } };
  return { ok: true, value: { ...answer.value, code: enrolmentCode(machineId, key) } };
}

/** Gives the machine the account's public key, sealed for the key that the person has compared. Refused if it changed. */
export function approveRequest(workspace: Workspace, machineId: string, { publicKey }: KeyRequest): Promise<Answer<unknown>> {
  const response = toBase64(sealKeys(workspace.keys, fromBase64(publicKey) ?? new Uint8Array()));
  const where = path("/v1/web/machines", machineId, "enrolment", "approve");
  return workspace.link.http.request("POST", where, { publicKey, response }, succeeded);
}

/** The plaintext of every answer to a machine or a terminal in data-key mode: a zero byte and the content public key. */
export function sealKeys(keys: AccountKeys, recipient: Uint8Array): Uint8Array {
  return sealEnvelope(concat(Uint8Array.of(0), keys.contentPublicKey), recipient);
}

/** Refuses, and replaces the secret: whoever asked had the token. Answers the new token. */
export async function rejectRequest(workspace: Workspace, machineId: string): Promise<Answer<string>> {
  const where = path("/v1/web/machines", machineId, "enrolment", "reject");
  const answer = await workspace.link.http.request("POST", where, { secret: newMachineSecret() }, createdMachine);
  return map(answer, ({ token }) => token);
}
