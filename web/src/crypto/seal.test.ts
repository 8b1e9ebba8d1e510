// @vitest-environment node
import { readFileSync } from "node:fs";
import { x25519 } from "@noble/curves/ed25519.js";
import { describe, expect, it, vi } from "vitest";
import { accountKeys } from "./accountKeys.ts";
import { fromBase64, randomBytes, toBase64, toBase64Url, utf8 } from "./bytes.ts";
import { dataKeyCipher, legacyCipher, recordCipher } from "./cipher.ts";
import { openEnvelope, sealEnvelope } from "./envelope.ts";
import { accountLink, enrolmentCode, newLinkKeys, openLinkAnswer, readLink } from "./pairing.ts";
import { openBlob, sealBlob } from "./records.ts";

describe("sealing", () => {
  it("is opened by its own key only", () => {
    for (const cipher of [dataKeyCipher(randomBytes(32)), legacyCipher(randomBytes(32))]) {
      const text = cipher.seal({ a: "ü" });
      expect(cipher.open(text)).toEqual({ opened: true, value: { a: "ü" } });
      expect(dataKeyCipher(randomBytes(32)).open(text)).toEqual({ opened: false });
      expect(legacyCipher(randomBytes(32)).open(text)).toEqual({ opened: false });
    }
  });

  it("of many at once is the same as of each, with the browser's cipher and without", async () => {
    const key = randomBytes(32);
    const own = dataKeyCipher(key);
    const texts = [own.seal("a"), dataKeyCipher(randomBytes(32)).seal("b"), own.seal({ c: [1, "ü"] }), "", "AAAA", own.seal(null)];
    const each = texts.map(own.open);
    expect(each.filter(({ opened }) => opened)).toHaveLength(3);
    expect(await own.openAll(texts)).toEqual(each);
    vi.stubGlobal("crypto", { getRandomValues: crypto.getRandomValues.bind(crypto) });
    expect(await own.openAll(texts)).toEqual(each);
    vi.unstubAllGlobals();
    const old = legacyCipher(key);
    const sixty = Array.from({ length: 60 }, (_, at) => old.seal(at));
    expect(await old.openAll(sixty)).toEqual(sixty.map(old.open));
  });

  it("of an envelope reaches the holder of the key", () => {
    const secret = randomBytes(32);
    const envelope = sealEnvelope(utf8("hello"), x25519.getPublicKey(secret));
    expect(openEnvelope(envelope, secret)).toEqual(utf8("hello"));
    expect(openEnvelope(envelope, randomBytes(32))).toBeNull();
    expect(envelope.length).toBe(5 + 72);
  });

  it("of a blob gives the bytes back and notices damage", () => {
    const key = legacyCipher(randomBytes(32)).blobKey();
    const sealed = sealBlob(Uint8Array.of(1, 2, 3), key);
    expect(openBlob(sealed, key)).toEqual(Uint8Array.of(1, 2, 3));
    sealed[30] = (sealed[30] ?? 0) ^ 1;
    expect(openBlob(sealed, key)).toBeNull();
  });

  it("finds the key of a record", () => {
    const keys = accountKeys(randomBytes(32));
    const key = randomBytes(32);
    const wrapped = sealEnvelope(key, keys.contentPublicKey);
    const field = toBase64(Uint8Array.from([0, ...wrapped]));
    expect(recordCipher(field, keys)?.open(dataKeyCipher(key).seal(1))).toEqual({ opened: true, value: 1 });
    expect(recordCipher(toBase64(wrapped), keys)).toBeNull();
    expect(recordCipher(null, keys)?.open(legacyCipher(keys.masterSecret).seal(2))).toEqual({ opened: true, value: 2 });
  });
});

describe("pairing", () => {
  it("shows the same code for the same machine and key, and another for another", () => {
    const key = new Uint8Array(32).fill(7);
    const code = enrolmentCode("machine", key);
    expect(code).toMatch(/^[A-Z2-7]{4}-[A-Z2-7]{4}-[A-Z2-7]{4}$/);
    expect(enrolmentCode("machine", key)).toBe(code);
    expect(enrolmentCode("machine2", key)).not.toBe(code);
  });

  it("reads every form of a link and nothing else", () => {
    const { publicKey } = newLinkKeys();
    const key = toBase64Url(publicKey);
    expect(readLink(accountLink(publicKey))).toEqual({ kind: "account", publicKey });
    expect(readLink(` happy://terminal?${key}\n`)).toEqual({ kind: "terminal", publicKey });
    expect(readLink(`https://x.example/roost/terminal/connect#key=${key}`)).toEqual({ kind: "terminal", publicKey });
    expect(readLink(`https://x.example/account/connect#key=${key}`)).toEqual({ kind: "account", publicKey });
    for (const other of ["", key, "happy://terminal?abc", `happy://other?${key}`, `javascript:1#key=${key}`]) {
      expect(readLink(other)).toBeNull();
    }
  });

  it("gets the master secret of the answer", () => {
    const keys = newLinkKeys();
    const secret = randomBytes(32);
    expect(openLinkAnswer(toBase64(sealEnvelope(secret, keys.publicKey)), keys)).toEqual(secret);
    expect(openLinkAnswer(toBase64(sealEnvelope(utf8("short"), keys.publicKey)), keys)).toBeNull();
    expect(openLinkAnswer("!", keys)).toBeNull();
  });

  it("agrees with the code that the machine shows", () => {
    const vectors = new URL("../../test/vectors/enrolment-code.json", import.meta.url);
    const cases = JSON.parse(readFileSync(vectors, "utf8")) as { machineId: string; publicKey: string; code: string }[];
    for (const { machineId, publicKey, code } of cases) {
      expect(enrolmentCode(machineId, fromBase64(publicKey) ?? new Uint8Array())).toBe(code);
    }
    expect(cases.length).toBeGreaterThan(0);
  });
});
