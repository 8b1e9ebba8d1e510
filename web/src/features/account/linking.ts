import * as z from "zod/mini";
import { sealEnvelope, toBase64, type AccountKeys, type LinkRequest } from "../../crypto/index.ts";
import type { Answer, RelayHttp } from "../../relay/http.ts";
import { succeeded } from "../../relay/schema.ts";
import { sealKeys } from "../machines/approval.ts";

const pairingStatus = z.object({ status: z.string(), supportsV2: z.catch(z.boolean(), false) });
const pairingAnswer = z.object({
  state: z.string(),
  token: z.optional(z.string()),
  response: z.optional(z.string()),
});

/** Asks to be let in to an account by another device of it; repeated until somebody has approved. */
export function askToBeLinked(http: RelayHttp, publicKey: Uint8Array, invite: string): Promise<Answer<z.infer<typeof pairingAnswer>>> {
  const body = { publicKey: toBase64(publicKey), ...(invite === "" ? {} : { invite }) };
  return http.request("POST", "/v1/auth/account/request", body, pairingAnswer);
}

/** Whether a terminal waits with this key, and which form of keys it takes. */
export function terminalStatus(http: RelayHttp, publicKey: Uint8Array): Promise<Answer<z.infer<typeof pairingStatus>>> {
  const key = encodeURIComponent(toBase64(publicKey));
  return http.request("GET", `/v1/auth/request/status?publicKey=${key}`, undefined, pairingStatus);
}

/**
 * Lets the asking one in. A terminal of today gets the content public key; an older one and another app get the master
 * secret, because they can do nothing without it.
 */
export function approveLink(http: RelayHttp, keys: AccountKeys, request: LinkRequest, supportsV2: boolean): Promise<Answer<unknown>> {
  const envelope =
    request.kind === "terminal" && supportsV2
      ? sealKeys(keys, request.publicKey)
      : sealEnvelope(keys.masterSecret, request.publicKey);
  const where = request.kind === "terminal" ? "/v1/auth/response" : "/v1/auth/account/response";
  return http.request("POST", where, { publicKey: toBase64(request.publicKey), response: toBase64(envelope) }, succeeded);
}
