import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { hsalsa, xsalsa20poly1305 } from "@noble/ciphers/salsa.js";
import { u32 } from "@noble/ciphers/utils.js";
import { x25519 } from "@noble/curves/ed25519.js";

/** The formats of the wire, written a second time: the page's own code is what is tested. */

/** AES-256-GCM record: version 0, nonce, ciphertext, tag. */
export function sealRecord(value, key) {
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  const sealed = [cipher.update(JSON.stringify(value), "utf8"), cipher.final(), cipher.getAuthTag()];
  return Buffer.concat([Buffer.of(0), nonce, ...sealed]).toString("base64");
}

export function openRecord(text, key) {
  const bytes = Buffer.from(text, "base64");
  const cipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(1, 13));
  cipher.setAuthTag(bytes.subarray(-16));
  const plain = Buffer.concat([cipher.update(bytes.subarray(13, -16)), cipher.final()]).toString("utf8");
  return plain === "" ? null : JSON.parse(plain);
}

/** A NaCl box from an ephemeral sender: public key, nonce, box. */
export function sealEnvelope(plain, publicKey) {
  const ephemeral = x25519.utils.randomSecretKey();
  const nonce = new Uint8Array(randomBytes(24));
  const box = xsalsa20poly1305(boxKey(ephemeral, publicKey), nonce).encrypt(new Uint8Array(plain));
  return Buffer.concat([x25519.getPublicKey(ephemeral), nonce, box]);
}

export function openEnvelope(envelope, secretKey) {
  const bytes = new Uint8Array(envelope);
  return xsalsa20poly1305(boxKey(secretKey, bytes.slice(0, 32)), bytes.slice(32, 56)).decrypt(bytes.slice(56));
}

/** A record's key for the account: version 0 and an envelope. */
export function wrapKey(key, accountKey) {
  const publicKey = new Uint8Array(Buffer.from(accountKey, "base64url"));
  return Buffer.concat([Buffer.of(0), sealEnvelope(key, publicKey)]).toString("base64");
}

function boxKey(secretKey, publicKey) {
  const shared = x25519.getSharedSecret(secretKey, publicKey);
  const key = new Uint32Array(8);
  hsalsa(u32(new TextEncoder().encode("expand 32-byte k")), u32(shared), new Uint32Array(4), key);
  return new Uint8Array(key.buffer);
}

export async function request(method, url, body, bearer) {
  const response = await fetch(url, {
    method,
    headers: {
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      ...(bearer === undefined ? {} : { Authorization: `Bearer ${bearer}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${new URL(url).pathname}: ${response.status}`);
  return response.json();
}
