import { hsalsa, xsalsa20poly1305 } from "@noble/ciphers/salsa.js";
import { u32, swap32IfBE } from "@noble/ciphers/utils.js";
import { x25519 } from "@noble/curves/ed25519.js";
import { concat, fromBase64, randomBytes, utf8 } from "./bytes.ts";

const PUBLIC_KEY = 32;
const NONCE = 24;
const TAG = 16;
const SIGMA = utf8("expand 32-byte k");

/**
 * Opens a NaCl box from an ephemeral sender: `ephemeralPublicKey(32) || nonce(24) || tag(16) || ciphertext`.
 * `null` when it is not for this key or damaged; an all-zero shared secret counts as damaged.
 */
export function openEnvelope(envelope: Uint8Array, recipientSecretKey: Uint8Array): Uint8Array | null {
  if (envelope.length < PUBLIC_KEY + NONCE + TAG) return null;
  const nonce = envelope.subarray(PUBLIC_KEY, PUBLIC_KEY + NONCE);
  try {
    const key = boxKey(recipientSecretKey, envelope.subarray(0, PUBLIC_KEY));
    return xsalsa20poly1305(key, nonce).decrypt(envelope.subarray(PUBLIC_KEY + NONCE));
  } catch {
    return null;
  }
}

/** Opens the field `dataEncryptionKey` of a record: base64 of `0x00 || envelope(32-byte key)`. */
export function openDataEncryptionKey(field: string, contentSecretKey: Uint8Array): Uint8Array | null {
  const bytes = fromBase64(field);
  if (bytes === null || bytes[0] !== 0) return null;
  const key = openEnvelope(bytes.subarray(1), contentSecretKey);
  return key !== null && key.length === 32 ? key : null;
}

/** Seals for the holder of a public key, from a fresh sender. Throws when the key is none. */
export function sealEnvelope(plain: Uint8Array, recipientPublicKey: Uint8Array): Uint8Array {
  const secret = randomBytes(32);
  const nonce = randomBytes(NONCE);
  const box = xsalsa20poly1305(boxKey(secret, recipientPublicKey), nonce).encrypt(plain);
  return concat(x25519.getPublicKey(secret), nonce, box);
}

/** HSalsa20 of the X25519 secret with a zero input: the precomputed key of a NaCl box. Throws on an all-zero secret. */
export function boxKey(secretKey: Uint8Array, publicKey: Uint8Array): Uint8Array {
  const shared = x25519.getSharedSecret(secretKey, publicKey);
  const out = new Uint32Array(8);
  hsalsa(words(SIGMA), words(shared), new Uint32Array(4), out);
  return new Uint8Array(swap32IfBE(out).buffer);
}

/** Little-endian words of a copy, because the bytes of a view need not be aligned. */
function words(bytes: Uint8Array): Uint32Array<ArrayBuffer> {
  return swap32IfBE(u32(Uint8Array.from(bytes))) as Uint32Array<ArrayBuffer>;
}
