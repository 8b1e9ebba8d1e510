import { ed25519, x25519 } from "@noble/curves/ed25519.js";
import { sha512 } from "@noble/hashes/sha2.js";
import { randomBytes, toBase64 } from "./bytes.ts";
import { deriveKey } from "./keyTree.ts";

/** Everything this page derives from the master secret of an account. */
export interface AccountKeys {
  /** 32 random bytes made by the first client of the account; also the key of records without a key of their own. */
  readonly masterSecret: Uint8Array;
  /** Opens record keys that machines wrapped for this account. */
  readonly contentSecretKey: Uint8Array;
  /** Given to machines by the person, in the command to paste; never sent to the relay. */
  readonly contentPublicKey: Uint8Array;
  /** Encrypts what this page alone keeps in the browser. */
  readonly browserKey: Uint8Array;
}

export function newMasterSecret(): Uint8Array {
  return randomBytes(32);
}

export function accountKeys(masterSecret: Uint8Array): AccountKeys {
  const contentSeed = deriveKey(masterSecret, "Happy EnCoder", ["content"]);
  const contentSecretKey = sha512(contentSeed).slice(0, 32);
  return {
    masterSecret,
    contentSecretKey,
    contentPublicKey: x25519.getPublicKey(contentSecretKey),
    browserKey: deriveKey(masterSecret, "Roosthold Web", ["browser"]),
  };
}

/** The proof that is sent to `POST /v1/auth`; all fields base64. */
export interface SignInProof {
  readonly publicKey: string;
  readonly challenge: string;
  readonly signature: string;
}

/** Signs a challenge with the account's Ed25519 key. A fresh one each time: the relay refuses one it has seen. */
export function signIn(masterSecret: Uint8Array, challenge: Uint8Array = randomBytes(32)): SignInProof {
  return {
    publicKey: toBase64(ed25519.getPublicKey(masterSecret)),
    challenge: toBase64(challenge),
    signature: toBase64(ed25519.sign(challenge, masterSecret)),
  };
}
