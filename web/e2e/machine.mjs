import { createCipheriv, randomBytes } from "node:crypto";
import { spawn } from "node:child_process";
import { hsalsa, xsalsa20poly1305 } from "@noble/ciphers/salsa.js";
import { u32 } from "@noble/ciphers/utils.js";
import { x25519 } from "@noble/curves/ed25519.js";
import { io } from "socket.io-client";

/**
 * The machine at the other end: either a real daemon, started with the command of the dialog, or a small machine of
 * this test that speaks the same protocol to the same relay. `stop` ends it without a goodbye.
 *
 * @typedef {{ stop: () => Promise<void> }} Machine
 */

/**
 * Runs the dialog's command with its first word, `roost`, replaced.
 * @param {string} command
 * @param {string} roost command line of the program, split at blanks
 * @param {Record<string, string>} environment added to this process's
 * @returns {Machine}
 */
export function startRoost(command, roost, environment = {}) {
  const [, ...rest] = command.split(" ");
  return startProgram([...roost.split(" "), ...rest], environment);
}

/** @returns {Machine} */
export function startProgram([program, ...rest], environment = {}) {
  const env = { ...process.env, ...environment };
  const child = spawn(program, rest, { stdio: ["ignore", "inherit", "inherit"], env });
  const ended = new Promise((resolve) => child.once("close", resolve));
  return {
    async stop() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

/**
 * @param {string} command the command of the dialog
 * @param {Record<string, string>} metadata what the machine tells about itself
 * @returns {Promise<Machine>}
 */
export async function startPlainMachine(command, metadata) {
  const { server, token, accountKey } = readCommand(command);
  const [machineId, secret] = token.split(":", 2);
  const { token: bearer } = await post(`${server}/v1/machines/authenticate`, { machineId, secret });
  const key = randomBytes(32);
  await post(
    `${server}/v1/machines`,
    { id: machineId, metadata: sealRecord(metadata, key), dataEncryptionKey: wrapKey(key, accountKey) },
    bearer,
  );
  const socket = io(server, {
    path: "/v1/updates",
    transports: ["websocket"],
    auth: { token: bearer, clientType: "machine-scoped", machineId },
  });
  await new Promise((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("connect_error", reject);
  });
  socket.emit("machine-alive", { machineId, time: Date.now() });
  return {
    async stop() {
      // The transport breaks off; a Socket.IO disconnect would be a planned stop.
      socket.io.reconnection(false);
      socket.io.engine.close();
    },
  };
}

/** @param {string} command */
export function readCommand(command) {
  const match =
    /^roost enrol --server (\S+) --token ([\w-]{21}:[\w-]{21,128}) --account-key[ =]([\w-]{43})$/.exec(command);
  if (match === null) throw new Error("the dialog's command has another form");
  const [, server, token, accountKey] = match;
  return { server, token, accountKey };
}

async function post(url, body, bearer) {
  const response = await fetch(url, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      ...(bearer === undefined ? {} : { Authorization: `Bearer ${bearer}` }),
    },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`POST ${new URL(url).pathname}: ${response.status}`);
  return response.json();
}

/** AES-256-GCM record: version 0, nonce, ciphertext, tag. */
function sealRecord(value, key) {
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  const sealed = [cipher.update(JSON.stringify(value), "utf8"), cipher.final(), cipher.getAuthTag()];
  return Buffer.concat([Buffer.of(0), nonce, ...sealed]).toString("base64");
}

/** The machine's key in a NaCl box for the account: version 0, ephemeral public key, nonce, box. */
function wrapKey(key, accountKey) {
  const ephemeral = x25519.utils.randomSecretKey();
  const shared = x25519.getSharedSecret(ephemeral, new Uint8Array(Buffer.from(accountKey, "base64url")));
  const boxKey = new Uint32Array(8);
  hsalsa(u32(new TextEncoder().encode("expand 32-byte k")), u32(shared), new Uint32Array(4), boxKey);
  const nonce = new Uint8Array(randomBytes(24));
  const box = xsalsa20poly1305(new Uint8Array(boxKey.buffer), nonce).encrypt(new Uint8Array(key));
  return Buffer.concat([Buffer.of(0), x25519.getPublicKey(ephemeral), nonce, box]).toString("base64");
}
