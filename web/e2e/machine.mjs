import { randomBytes } from "node:crypto";
import { spawn, spawnSync } from "node:child_process";
import { io } from "socket.io-client";
import { request, sealRecord, wrapKey } from "./wire.mjs";

/**
 * The machine at the other end: either a real daemon, started with the command of the dialog, or a small machine of
 * this test that speaks the same protocol to the same relay. `stop` ends it without a goodbye.
 *
 * @typedef {{ stop: () => Promise<void> }} Machine
 */

/**
 * Runs the dialog's command with its first word, `roost`, replaced. It leaves a daemon in the background, which is what
 * `stop` kills.
 * @param {string} command
 * @param {string} roost command line of the program, split at blanks
 * @param {Record<string, string>} environment added to this process's
 * @returns {Machine}
 */
export function startRoost(command, roost, environment = {}) {
  const [, ...rest] = command.split(" ");
  const [program, ...first] = roost.split(" ");
  const enrolling = startProgram([program, ...first, ...rest], environment);
  return {
    async stop() {
      await enrolling.ended;
      const status = spawnSync(program, [...first, "daemon", "status", "--json"], {
        encoding: "utf8",
        env: { ...process.env, ...environment },
      });
      const { pid } = JSON.parse(status.stdout);
      if (!Number.isInteger(pid)) throw new Error(`no daemon to stop: ${status.stdout}${status.stderr}`);
      process.kill(pid, "SIGKILL");
    },
  };
}

/** @returns {Machine} */
export function startProgram([program, ...rest], environment = {}) {
  const env = { ...process.env, ...environment };
  const child = spawn(program, rest, { stdio: ["ignore", "inherit", "inherit"], env });
  const ended = new Promise((resolve) => child.once("close", resolve));
  return {
    ended,
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
  const { token: bearer } = await request("POST", `${server}/v1/machines/authenticate`, { machineId, secret });
  const key = randomBytes(32);
  await request(
    "POST",
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
