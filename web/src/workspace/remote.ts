import type { RecordCipher } from "../crypto/index.ts";
import type { RelayLink } from "../relay/link.ts";

/** How a call to a machine or a session ended. */
export type RemoteAnswer =
  | { readonly ok: true; readonly value: unknown }
  /** `lost`: whether it was carried out is not known. */
  | { readonly ok: false; readonly error: string; readonly lost: boolean };

/** Calls `target:method`; parameters and result are encrypted with the key of the target's record. */
export async function callRemote(
  link: RelayLink,
  cipher: RecordCipher,
  target: string,
  method: string,
  params: unknown,
): Promise<RemoteAnswer> {
  const answer = await link.call(`${target}:${method}`, cipher.seal(params));
  if (!answer.ok) return { ...answer, error: inWords(answer.error) };
  // Nothing and empty texts are how methods without a result answer.
  if (answer.result === null || answer.result === undefined || answer.result === "") return { ok: true, value: null };
  const opened = typeof answer.result === "string" ? cipher.open(answer.result) : null;
  if (opened?.opened !== true) return { ok: false, error: "The answer could not be decrypted.", lost: false };
  const error = (opened.value as { error?: unknown } | null)?.error;
  const success = (opened.value as { success?: unknown } | null)?.success;
  if (typeof error === "string" && success !== true) {
    return { ok: false, error: error === "Method not found" ? "It does not know this command. Update it." : error, lost: false };
  }
  return { ok: true, value: opened.value };
}

function inWords(error: string): string {
  if (error === "RPC method not available") return "It does not answer: it is not connected to the relay.";
  if (error.includes("timed out")) return "It did not answer in time. Whether it did what you asked is not known.";
  if (error.includes("disconnected")) return "It lost its connection. Whether it did what you asked is not known.";
  return error;
}
