import assert from "node:assert/strict";
import { createServer } from "node:net";
import { startProgram } from "./machine.mjs";

const PATIENCE_MS = 60_000;

/** A relay of this test's own, that can be killed and started again with its data and at its address. */
export class OwnRelay {
  /** @param {string} roost command line of the program  @param {string} folder for its data */
  static async start(roost, folder, options = []) {
    const relay = new OwnRelay();
    Object.assign(relay, { roost: roost.split(" "), folder, options, port: await freePort() });
    relay.url = `http://127.0.0.1:${relay.port}`;
    await relay.up();
    return relay;
  }

  async up() {
    this.program = startProgram([
      ...this.roost, "up", "--data", `${this.folder}/relay`, "--port", String(this.port), "--metrics-port", "off", ...this.options,
    ]);
    const deadline = Date.now() + PATIENCE_MS;
    while (!(await fetch(`${this.url}/v1/web/relay`).then(({ ok }) => ok, () => false))) {
      assert.ok(Date.now() < deadline, "the relay starts");
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** SIGKILL: nothing is said to anybody. */
  async kill() {
    await this.program?.stop();
    this.program = undefined;
  }
}

export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
