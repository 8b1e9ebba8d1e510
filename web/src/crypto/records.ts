import { gcm } from "@noble/ciphers/aes.js";
import { xsalsa20poly1305 } from "@noble/ciphers/salsa.js";
import { concat, fromBase64, fromUtf8, randomBytes, toBase64, utf8 } from "./bytes.ts";

/** What opening gives: the value inside (`null` for an empty plaintext), or that it cannot be opened with this key. */
export type Opened = { readonly opened: true; readonly value: unknown } | { readonly opened: false };

const SEALED: Opened = { opened: false };

const LEGACY_NONCE = 24;
const LEGACY_TAG = 16;
const DATA_KEY_VERSION = 0;
const DATA_KEY_NONCE = 12;
const DATA_KEY_TAG = 16;

/** NaCl secretbox under the master secret: `nonce(24) || tag(16) || ciphertext`. */
export function openLegacyRecord(text: string, key: Uint8Array): Opened {
  const bytes = fromBase64(text);
  if (bytes === null || bytes.length < LEGACY_NONCE + LEGACY_TAG) return SEALED;
  return openJson(() => xsalsa20poly1305(key, bytes.subarray(0, LEGACY_NONCE)).decrypt(bytes.subarray(LEGACY_NONCE)));
}

/** AES-256-GCM under a key of the record's own: `0x00 || nonce(12) || ciphertext || tag(16)`. */
export function openDataKeyRecord(text: string, key: Uint8Array): Opened {
  const bytes = fromBase64(text);
  if (bytes === null || bytes.length < 1 + DATA_KEY_NONCE + DATA_KEY_TAG || bytes[0] !== DATA_KEY_VERSION) return SEALED;
  const body = 1 + DATA_KEY_NONCE;
  return openJson(() => gcm(key, bytes.subarray(1, body)).decrypt(bytes.subarray(body)));
}

/**
 * The same for many records at once, in their order: by the browser's own cipher, which is much quicker and does not hold
 * up the page. Where it has none, over plain http, they are opened one by one with pauses for the page.
 */
export async function openDataKeyRecords(texts: readonly string[], key: Uint8Array): Promise<readonly Opened[]> {
  const subtle = crypto.subtle as SubtleCrypto | undefined;
  if (subtle === undefined) return inPieces(texts, (text) => openDataKeyRecord(text, key));
  const own = await subtle.importKey("raw", key as Uint8Array<ArrayBuffer>, "AES-GCM", false, ["decrypt"]);
  return Promise.all(
    texts.map(async (text) => {
      const bytes = fromBase64(text) as Uint8Array<ArrayBuffer> | null;
      if (bytes === null || bytes.length < 1 + DATA_KEY_NONCE + DATA_KEY_TAG || bytes[0] !== DATA_KEY_VERSION) return SEALED;
      const body = 1 + DATA_KEY_NONCE;
      const plain = await subtle
        .decrypt({ name: "AES-GCM", iv: bytes.subarray(1, body) }, own, bytes.subarray(body))
        .catch(() => null);
      return plain === null ? SEALED : openJson(() => new Uint8Array(plain));
    }),
  );
}

/** How many are opened before the page has its turn. */
const PIECE = 50;

/** Opens one after the other without holding up the page. */
export async function inPieces(texts: readonly string[], open: (text: string) => Opened): Promise<readonly Opened[]> {
  const opened: Opened[] = [];
  for (let at = 0; at < texts.length; at += PIECE) {
    opened.push(...texts.slice(at, at + PIECE).map(open));
    await new Promise((resolve) => setTimeout(resolve));
  }
  return opened;
}

export function sealLegacyRecord(value: unknown, key: Uint8Array, nonce: Uint8Array = randomBytes(LEGACY_NONCE)): string {
  return toBase64(concat(nonce, xsalsa20poly1305(key, nonce).encrypt(utf8(JSON.stringify(value)))));
}

/** Raw bytes of an attachment: `nonce(24) || tag(16) || ciphertext` under the blob key. */
export function sealBlob(bytes: Uint8Array, key: Uint8Array, nonce: Uint8Array = randomBytes(LEGACY_NONCE)): Uint8Array {
  return concat(nonce, xsalsa20poly1305(key, nonce).encrypt(bytes));
}

/** `null` when the bytes are damaged or for another key. */
export function openBlob(bytes: Uint8Array, key: Uint8Array): Uint8Array | null {
  if (bytes.length < LEGACY_NONCE + LEGACY_TAG) return null;
  try {
    return xsalsa20poly1305(key, bytes.subarray(0, LEGACY_NONCE)).decrypt(bytes.subarray(LEGACY_NONCE));
  } catch {
    return null;
  }
}

export function sealDataKeyRecord(
  value: unknown,
  key: Uint8Array,
  nonce: Uint8Array = randomBytes(DATA_KEY_NONCE),
): string {
  return toBase64(
    concat(Uint8Array.of(DATA_KEY_VERSION), nonce, gcm(key, nonce).encrypt(utf8(JSON.stringify(value)))),
  );
}

function openJson(decrypt: () => Uint8Array): Opened {
  try {
    const text = fromUtf8(decrypt());
    if (text === null) return SEALED;
    return { opened: true, value: text === "" ? null : (JSON.parse(text) as unknown) };
  } catch {
    // A wrong key, a damaged record and a plaintext that is no JSON mean the same here: nothing to show.
    return SEALED;
  }
}
