import { x25519 } from "@noble/curves/ed25519.js";
import { sha256, sha512 } from "@noble/hashes/sha2.js";
import { concat, fromBase64, fromBase64Url, randomBytes, toBase64Url, utf8 } from "./bytes.ts";
import { openEnvelope } from "./envelope.ts";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/**
 * Twelve letters that two screens show for the same public key: the first 60 bits of its hash, in groups of four.
 * `parts` go into the hash with a zero byte between two of them.
 */
function compareCode(...parts: readonly Uint8Array[]): string {
  const hash = sha256(concat(...parts.flatMap((part, at) => (at === 0 ? [part] : [Uint8Array.of(0), part]))));
  let letters = "";
  for (let at = 0; at < 12; at++) {
    const bit = at * 5;
    const pair = ((hash[bit >> 3] ?? 0) << 8) | (hash[(bit >> 3) + 1] ?? 0);
    letters += ALPHABET.charAt((pair >> (11 - (bit & 7))) & 31);
  }
  return `${letters.slice(0, 4)}-${letters.slice(4, 8)}-${letters.slice(8)}`;
}

/** The code of a machine that asks for keys. */
export function enrolmentCode(machineId: string, publicKey: Uint8Array): string {
  return compareCode(utf8("machine-enrol-v1"), utf8(machineId), publicKey);
}

/** The code of a browser that asks to be linked; both pages show it. */
export function linkCode(publicKey: Uint8Array): string {
  return compareCode(utf8("account-link-v1"), publicKey);
}

/** A key pair for one request to be let in; lives as long as the page. */
export interface LinkKeys {
  readonly secretKey: Uint8Array;
  readonly publicKey: Uint8Array;
}

/** As the other clients make theirs: the secret key is half of the hash of a random seed. */
export function newLinkKeys(): LinkKeys {
  const secretKey = sha512(randomBytes(32)).slice(0, 32);
  return { secretKey, publicKey: x25519.getPublicKey(secretKey) };
}

/** The master secret of the answer, `null` when it is none. */
export function openLinkAnswer(response: string, keys: LinkKeys): Uint8Array | null {
  const envelope = fromBase64(response);
  const secret = envelope === null ? null : openEnvelope(envelope, keys.secretKey);
  return secret?.length === 32 ? secret : null;
}

/** What a link or a pasted code asks for. */
export interface LinkRequest {
  readonly kind: "terminal" | "account";
  readonly publicKey: Uint8Array;
}

/** Reads `happy://terminal?KEY`, `happy:///account?KEY` and the addresses of this page with `#key=KEY`. */
export function readLink(text: string): LinkRequest | null {
  const match =
    /^happy:\/\/\/?(terminal|account)\?([\w-]{43}=?)$/.exec(text.trim()) ??
    /\/(terminal|account)\/connect\/?#key=([\w-]{43}=?)$/.exec(text.trim());
  const key = match === null ? null : fromBase64Url(match[2] ?? "");
  if (match === null || key?.length !== 32) return null;
  return { kind: match[1] as LinkRequest["kind"], publicKey: key };
}

export function accountLink(publicKey: Uint8Array): string {
  return `happy:///account?${toBase64Url(publicKey)}`;
}
