import { hmac } from "@noble/hashes/hmac.js";
import { sha512 } from "@noble/hashes/sha2.js";
import { concat, utf8 } from "./bytes.ts";

/**
 * Derives the 32-byte key at `path` below `seed`. Every use of a secret has its own `usage`, so keys of two uses are
 * unrelated. Half of each HMAC-SHA512 is the key of that step, the other half the chain code that leads to the next.
 */
export function deriveKey(seed: Uint8Array, usage: string, path: readonly string[]): Uint8Array {
  let step = hmac(sha512, utf8(`${usage} Master Seed`), seed);
  for (const name of path) {
    step = hmac(sha512, step.subarray(32), concat(Uint8Array.of(0), utf8(name)));
  }
  return step.slice(0, 32);
}
