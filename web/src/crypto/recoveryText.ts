import { fromBase64Url } from "./bytes.ts";

/**
 * The master secret as text for people: RFC 4648 base32 without padding, 52 letters in eleven groups joined by dashes.
 */
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const GROUP = 5;
const SECRET_BYTES = 32;

/** Digits that base32 does not have, read as the letters they are mistaken for. */
const LOOKALIKES: Readonly<Record<string, string>> = { "0": "O", "1": "I", "8": "B", "9": "G" };

export function toRecoveryText(secret: Uint8Array): string {
  let letters = "";
  let buffer = 0;
  let bits = 0;
  for (const byte of secret) {
    buffer = ((buffer << 8) | byte) & 0xfff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      letters += ALPHABET.charAt((buffer >> bits) & 31);
    }
  }
  if (bits > 0) letters += ALPHABET.charAt((buffer << (5 - bits)) & 31);
  return (letters.match(new RegExp(`.{1,${GROUP}}`, "g")) ?? []).join("-");
}

/** Forgiving about case, blanks, dashes and look-alike digits. `length` is the number of bytes found instead of 32. */
export type Recovered =
  | { readonly ok: true; readonly secret: Uint8Array }
  | { readonly ok: false; readonly length: number };

export function fromRecoveryText(input: string): Recovered {
  const text = input.trim();
  // Other clients also hand the secret over as one base64url word. A dash means groups: the first 43 characters of a
  // recovery text would decode as base64url too, to the secret of nobody.
  if (text.length <= 50 && !/[\s-]/.test(text)) {
    const bytes = fromBase64Url(text);
    if (bytes?.length === SECRET_BYTES) return { ok: true, secret: bytes };
  }
  const bytes = decode(recoveryLetters(text));
  return bytes.length === SECRET_BYTES ? { ok: true, secret: bytes } : { ok: false, length: bytes.length };
}

/** The base32 letters a person meant: also compares a single group that was typed as confirmation. */
export function recoveryLetters(input: string): string {
  return input
    .toUpperCase()
    .replace(/[0189]/g, (digit) => LOOKALIKES[digit] ?? "")
    .replace(/[^A-Z2-7]/g, "");
}

function decode(letters: string): Uint8Array {
  const bytes: number[] = [];
  let buffer = 0;
  let bits = 0;
  for (const letter of letters) {
    buffer = ((buffer << 5) | ALPHABET.indexOf(letter)) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((buffer >> bits) & 255);
    }
  }
  return Uint8Array.from(bytes);
}
