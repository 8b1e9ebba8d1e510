// @vitest-environment node
import { hexToBytes } from "@noble/curves/utils.js";
import { describe, expect, it } from "vitest";
import { accountKeys, signIn } from "./accountKeys.ts";
import { fromBase64, toBase64 } from "./bytes.ts";
import { openDataEncryptionKey, openEnvelope } from "./envelope.ts";
import { deriveKey } from "./keyTree.ts";
import { openDataKeyRecord, openLegacyRecord, sealDataKeyRecord } from "./records.ts";
import { fromRecoveryText, toRecoveryText } from "./recoveryText.ts";

/** Published test vectors, made with the functions of other clients of the same accounts. */
type Vector = Record<string, unknown>;
const files = import.meta.glob<{ vectors: Vector[] }>("../../test/vectors/*.json", { eager: true, import: "default" });
function vectors(name: string): Vector[] {
  const file = files[`../../test/vectors/${name}.json`];
  if (file === undefined) throw new Error(`no vectors ${name}`);
  return file.vectors;
}

const text = (vector: Vector, field: string) => vector[field] as string;
const hex = (vector: Vector, field: string) => hexToBytes(text(vector, field));

describe("keys", () => {
  it.each(vectors("key-derivation"))("are derived along the path %#", (vector) => {
    expect(deriveKey(hex(vector, "seedHex"), text(vector, "usage"), vector["path"] as string[])).toEqual(
      hex(vector, "keyHex"),
    );
  });

  it.each(vectors("account-keys"))("of an account come from its master secret %#", (vector) => {
    const keys = accountKeys(hex(vector, "masterSecretHex"));
    expect(keys.contentSecretKey).toEqual(hex(vector, "contentSecretKeyHex"));
    expect(toBase64(keys.contentPublicKey)).toBe(vector["contentPublicKeyB64"]);
  });

  it.each(vectors("auth-challenge").filter((vector) => vector["ok"]))("sign the challenge %#", (vector) => {
    const request = vector["request"] as { challenge: string };
    const challenge = fromBase64(request.challenge) ?? new Uint8Array();
    expect(signIn(hex(vector, "masterSecretHex"), challenge)).toEqual(request);
  });

  it("sign a fresh challenge each time", () => {
    const secret = new Uint8Array(32);
    expect(signIn(secret).challenge).not.toBe(signIn(secret).challenge);
  });
});

describe("records", () => {
  it.each(vectors("aes-gcm-datakey"))("under a data key %#", (vector) => {
    const opened = openDataKeyRecord(text(vector, "bundleB64"), hex(vector, "keyHex"));
    expect(opened).toEqual(
      vector["ok"] ? { opened: true, value: JSON.parse(text(vector, "plaintextJson")) } : { opened: false },
    );
    if (vector["ok"]) {
      const plain = text(vector, "plaintextJson");
      if (JSON.stringify(JSON.parse(plain)) === plain) {
        expect(sealDataKeyRecord(JSON.parse(plain), hex(vector, "keyHex"), hex(vector, "nonceHex"))).toBe(
          vector["bundleB64"],
        );
      }
    }
  });

  it.each(vectors("secretbox-legacy"))("under the master secret %#", (vector) => {
    expect(openLegacyRecord(text(vector, "bundleB64"), hex(vector, "keyHex"))).toEqual(
      vector["ok"] === false
        ? { opened: false }
        : { opened: true, value: JSON.parse(text(vector, "plaintextJson")) },
    );
  });

  it.each(vectors("records"))("whole, from the master secret on %#", (vector) => {
    const keys = accountKeys(hex(vector, "masterSecretHex"));
    const wrapped = vector["dataEncryptionKey"] as string | null;
    const metadata = text(vector, "metadata");
    const key = wrapped === null ? null : openDataEncryptionKey(wrapped, keys.contentSecretKey);
    const opened = key === null ? openLegacyRecord(metadata, keys.masterSecret) : openDataKeyRecord(metadata, key);
    expect(opened).toEqual({ opened: true, value: vector["metadataPlain"] });
  });
});

describe("envelopes", () => {
  it.each(vectors("box-envelope"))("open with the recipient's key and no other %#", (vector) => {
    const envelope = fromBase64(text(vector, "envelopeB64")) ?? new Uint8Array();
    const recipient = hex(vector, "recipientSecretKeyHex");
    expect(openEnvelope(envelope, recipient)).toEqual(hex(vector, "plaintextHex"));
    expect(openEnvelope(envelope, recipient.map((byte) => byte ^ 0x40))).toBeNull();
  });

  it("with a changed byte anywhere do not open", () => {
    const [vector] = vectors("box-envelope");
    if (vector === undefined) throw new Error("no vectors");
    const envelope = fromBase64(text(vector, "envelopeB64")) ?? new Uint8Array();
    const recipient = hex(vector, "recipientSecretKeyHex");
    for (let at = 0; at < envelope.length; at++) {
      const changed = envelope.map((byte, index) => (index === at ? byte ^ 1 : byte));
      // The lowest bit, because X25519 ignores the highest of a public key.
      expect(openEnvelope(changed, recipient)).toBeNull();
    }
  });

  it("from the all-zero public key are refused", () => {
    expect(openEnvelope(new Uint8Array(120), new Uint8Array(32).fill(7))).toBeNull();
  });

  it("cut short anywhere are refused as a data key", () => {
    const field = text(vectors("box-envelope")[0] ?? {}, "wireB64");
    for (let length = 0; length < field.length; length++) {
      expect(openDataEncryptionKey(field.slice(0, length), new Uint8Array(32).fill(7))).toBeNull();
    }
  });
});

describe("recovery text", () => {
  const all = vectors("backup-key");

  it.each(all.filter((vector) => !("input" in vector)))("is written and read back %#", (vector) => {
    expect(toRecoveryText(hex(vector, "secretHex"))).toBe(vector["backupText"]);
    expect(fromRecoveryText(text(vector, "backupText"))).toEqual({ ok: true, secret: hex(vector, "secretHex") });
  });

  it.each(all.filter((vector) => "input" in vector))("as typed: $why", (vector) => {
    const recovered = fromRecoveryText(text(vector, "input"));
    expect(recovered.ok).toBe(vector["ok"]);
    if (recovered.ok) expect(recovered.secret).toEqual(hex(vector, "secretHex"));
  });

  it("cut to the length of a base64url secret is not taken for one", () => {
    const whole = toRecoveryText(new Uint8Array(32).fill(0xa7));
    expect(fromRecoveryText(whole.slice(0, 43)).ok).toBe(false);
  });
});
