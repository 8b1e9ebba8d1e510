import { openDataEncryptionKey } from "../crypto/envelope.ts";

/** Opens the keys of many records apart from the page: each takes about a millisecond. */
export interface KeyJob {
  readonly id: number;
  readonly contentSecretKey: Uint8Array;
  readonly fields: readonly string[];
}

export interface KeyResult {
  readonly id: number;
  readonly keys: readonly (Uint8Array | null)[];
}

addEventListener("message", ({ data }: MessageEvent<KeyJob>) => {
  const keys = data.fields.map((field) => openDataEncryptionKey(field, data.contentSecretKey));
  postMessage({ id: data.id, keys } satisfies KeyResult);
});
