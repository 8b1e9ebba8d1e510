import { createHash, randomBytes, randomUUID } from "node:crypto";
import { x25519 } from "@noble/curves/ed25519.js";
import { io } from "socket.io-client";
import { readCommand } from "./machine.mjs";
import { openEnvelope, openRecord, request, sealRecord, wrapKey } from "./wire.mjs";

/**
 * A machine with an agent that does what it is told, over the relay's own wire and encryption. One command in each
 * message:
 *
 *   say TEXT        one text                      stream N      N words, live, then the whole text
 *   ask COMMAND     asks for permission first     show          one of everything that can be shown
 *   hang            works until it is stopped     big N         N messages at once
 *   delegate        two subagents at once
 */
export class AgentMachine {
  /** Answers to questions that arrived, by question. */
  answers = new Map();
  /** Texts of the person that were acted on, in order. */
  heard = [];
  /** What came along with each of them: mode and model. */
  chosen = [];
  sessions = new Map();
  jobsRun = [];
  folders = new Map([
    ["/home/ada", ["code", "notes", ".config"]],
    ["/home/ada/code", ["roost", "atlas"]],
    ["/home/ada/notes", []],
    ["/home/ada/code/roost", []],
    ["/home/ada/code/atlas", []],
  ]);

  /** @param {string} command the command of the dialog */
  static async start(command, fields = {}) {
    const machine = new AgentMachine();
    const { server, token, accountKey } = readCommand(command);
    const [machineId, secret] = token.split(":", 2);
    Object.assign(machine, { server, machineId, accountKey, key: randomBytes(32) });
    const { token: bearer } = await request("POST", `${server}/v1/machines/authenticate`, { machineId, secret });
    machine.bearer = bearer;
    const metadata = {
      host: "roostbox",
      platform: "linux",
      arch: "x64",
      happyCliVersion: "0.1.0",
      happyHomeDir: "/home/ada/.happy",
      homeDir: "/home/ada",
      username: "ada",
      rootDirectory: "/home/ada",
      rootDirectories: ["/home/ada"],
      remotePolicy: "full",
      agents: [{ name: "opencode", command: "opencode acp", models: [{ code: "small", value: "Small" }, { code: "large", value: "Large" }] }, { name: "claude", command: "claude-agent-acp" }],
      ...fields,
    };
    await request(
      "POST",
      `${server}/v1/machines`,
      { id: machineId, metadata: sealRecord(metadata, machine.key), dataEncryptionKey: wrapKey(machine.key, accountKey) },
      bearer,
    );
    machine.socket = machine.connect({ clientType: "machine-scoped", machineId });
    machine.serve(machine.socket, machineId, machine.key, {
      "spawn-happy-session": (params) => machine.spawn(params),
      "resume-happy-session": (params) => machine.resume(params),
      listDirectory: ({ path }) => machine.list(path),
      "make-directory": ({ path }) => machine.makeFolder(path),
      "git-clone": (params) => machine.clone(params),
      "create-assistant": (params) => machine.createAssistant(params),
      "history-search": (params) => machine.search(params),
      "run-job": ({ jobId }) => {
        machine.jobsRun.push(jobId);
        return { success: true };
      },
    });
    machine.socket.on("connect", () => machine.socket.emit("machine-alive", { machineId, time: Date.now() }));
    machine.alive = setInterval(() => machine.socket.emit("machine-alive", { machineId, time: Date.now() }), 5_000);
    await connected(machine.socket);
    return machine;
  }

  connect(auth) {
    return io(this.server, {
      path: new URL(`${this.server}/v1/updates`).pathname,
      transports: ["websocket"],
      auth: { token: this.bearer, ...auth },
      reconnectionDelay: 200,
      reconnectionDelayMax: 500,
      forceNew: true,
    });
  }

  /** Registers methods after every connect; parameters and results are encrypted. */
  serve(socket, id, key, methods) {
    socket.on("connect", () => {
      for (const name of Object.keys(methods)) socket.emit("rpc-register", { method: `${id}:${name}` });
    });
    socket.on("rpc-request", async ({ method, params }, answer) => {
      let result;
      try {
        result = await methods[method.slice(id.length + 1)](openRecord(params, key));
      } catch (error) {
        result = { error: error.message };
      }
      answer(sealRecord(result ?? null, key));
    });
  }

  list(path) {
    const names = this.folders.get(path);
    if (names === undefined) throw new Error("There is no such folder");
    const entries = names.map((name) => ({ name, type: "directory" }));
    return { success: true, entries: [...entries, { name: "README.md", type: "file", size: 12 }] };
  }

  makeFolder(path) {
    if (!this.folders.has(path)) {
      const at = path.lastIndexOf("/");
      this.folders.get(path.slice(0, at))?.push(path.slice(at + 1));
      this.folders.set(path, []);
    }
    return { success: true, path, created: true };
  }

  /** Takes longer than a call may, and tells how far it is. */
  clone({ url, path, streamId }) {
    const frames = [10, 55, 100].map((percent) => ({ type: "progress", phase: "Receiving objects", percent }));
    const send = (frame, n) =>
      this.socket.emit("machine-stream", { machineId: this.machineId, streamId, n, data: sealRecord(frame, this.key) });
    frames.forEach((frame, n) => setTimeout(() => send(frame, n), 200 * (n + 1)));
    setTimeout(() => {
      this.makeFolder(path);
      send({ type: "done", success: true, path }, frames.length);
    }, 1_000);
    this.cloned = url;
    return { success: true, pending: true, path };
  }

  /** Two entries, then an older one. */
  search({ query = "", before }) {
    const entry = (id, command, more) => ({ id: String(id), command, createdAt: Date.now() - id * 60_000, host: "roostbox", cwd: "/home/ada/code/roost", ...more });
    const all = [
      entry(1, "npm test -- lines", { author: "opencode", authorKind: "agent", exitCode: 0, durationMs: 4_200 }),
      entry(2, "make deploy TARGET=staging VERSION=2026.11.26 REGION=eu-central NOTIFY=team@example.org && echo done", { author: "ada", authorKind: "person", exitCode: 1 }),
      entry(3, "git clone https://git.example/team/tools.git", { author: "ada", authorKind: "person", exitCode: 0 }),
    ].filter(({ command }) => command.includes(query));
    return before === undefined ? { entries: all.slice(0, 2), nextBefore: all.length > 2 ? "2" : null } : { entries: all.slice(2), nextBefore: null };
  }

  async createAssistant({ directory, name }) {
    if (!this.folders.has(directory)) throw new Error("There is no such directory on this machine");
    return { success: true, assistantId: await this.announce(directory, name) };
  }

  /** An assistant that somebody made at the machine itself: it waits for the owner's word. */
  async announce(directory, name) {
    const assistantId = randomBytes(16).toString("base64url").slice(0, 21);
    const details = sealRecord({ name, directory, username: "ada" }, this.key);
    await request("PUT", `${this.server}/v1/machines/${this.machineId}/assistants/${assistantId}`, { details }, this.bearer);
    return assistantId;
  }

  async spawn({ directory, approvedNewDirectoryCreation, agent, permissionMode, modelMode }) {
    if (!this.folders.has(directory)) {
      if (approvedNewDirectoryCreation !== true) return { type: "requestToApproveDirectoryCreation", directory };
      this.makeFolder(directory);
    }
    const session = await AgentSession.start(this, {
      path: directory,
      host: "roostbox",
      homeDir: "/home/ada",
      machineId: this.machineId,
      flavor: agent ?? "opencode",
      models: [
        { code: "small", value: "Small" },
        { code: "large", value: "Large" },
      ],
      currentModelCode: "small",
      lifecycleState: "running",
      startedBy: "daemon",
      ...(permissionMode === undefined ? {} : { permissionMode }),
      ...(modelMode === undefined ? {} : { modelMode }),
    });
    return { type: "success", sessionId: session.id };
  }

  async resume({ sessionId }) {
    const session = this.sessions.get(sessionId);
    if (session === undefined) throw new Error("This machine does not know the session");
    await session.wake();
    return { type: "success", sessionId };
  }

  async stop() {
    clearInterval(this.alive);
    for (const session of this.sessions.values()) session.sleep();
    this.socket.disconnect();
  }

  /** Stops as planned, for a while; its sessions stay as they are. */
  leave() {
    this.socket.disconnect();
  }

  async comeBack() {
    this.socket.connect();
    await connected(this.socket);
  }

  /** Breaks off without a goodbye. */
  kill() {
    clearInterval(this.alive);
    for (const session of this.sessions.values()) session.break();
    this.socket.io.reconnection(false);
    this.socket.io.engine.close();
  }
}

export class AgentSession {
  requests = {};
  completed = {};
  version = 0;
  seen = 0;
  thinking = false;
  queue = Promise.resolve();
  acting = Promise.resolve();
  waiting = new Map();
  posted = 0;

  static async start(machine, metadata) {
    const session = new AgentSession();
    Object.assign(session, { machine, key: randomBytes(32) });
    session.row = {
      tag: randomUUID(),
      metadata: sealRecord(metadata, session.key),
      agentState: sealRecord({}, session.key),
      dataEncryptionKey: wrapKey(session.key, machine.accountKey),
    };
    await session.wake();
    return session;
  }

  async wake() {
    if (this.socket?.active) return;
    // Also when it is there already: only this makes heartbeats of an archived session count again.
    const { session: row } = await request("POST", `${this.machine.server}/v1/sessions`, this.row, this.machine.bearer);
    this.id = row.id;
    this.version = row.agentStateVersion;
    this.machine.sessions.set(row.id, this);
    this.socket = this.machine.connect({ clientType: "session-scoped", sessionId: this.id });
    this.machine.serve(this.socket, this.id, this.key, {
      permission: (params) => this.answered(params),
      abort: () => this.abort?.(),
      killSession: () => {
        setTimeout(() => this.sleep(), 50);
        return { success: true, message: "Session stopped" };
      },
      switch: () => null,
    });
    this.socket.on("update", ({ body }) => {
      if (body.t === "new-message") void this.read();
    });
    this.socket.on("connect", () => {
      this.beat();
      void this.read();
    });
    this.alive = setInterval(() => this.beat(), 1_000);
    await connected(this.socket);
  }

  /** Ends as planned. */
  sleep() {
    clearInterval(this.alive);
    this.thinking = false;
    this.socket?.emit("session-end", { sid: this.id, time: Date.now() });
    this.socket?.disconnect();
  }

  break() {
    clearInterval(this.alive);
    this.socket?.io.reconnection(false);
    this.socket?.io.engine?.close();
  }

  beat() {
    if (this.socket.connected) this.socket.emit("session-alive", { sid: this.id, time: Date.now(), thinking: this.thinking, mode: "remote" });
  }

  setThinking(thinking) {
    this.thinking = thinking;
    this.beat();
  }

  /** Reads what is new by its numbers, once and in order, whatever was missed. */
  read() {
    this.queue = this.queue.then(async () => {
      for (;;) {
        const url = `${this.machine.server}/v3/sessions/${this.id}/messages?after_seq=${this.seen}&limit=500`;
        const page = await request("GET", url, undefined, this.machine.bearer).catch(() => null);
        if (page === null) return;
        for (const message of page.messages) {
          this.seen = message.seq;
          const { role, content, meta } = openRecord(message.content.c, this.key);
          if (role !== "user") continue;
          this.machine.chosen.push(meta);
          this.machine.heard.push(content.text);
          // One turn after the other, as agents work.
          this.acting = this.acting.then(() => this.act(content.text)).catch((error) => console.error("agent:", error));
        }
        if (!page.hasMore) return;
      }
    });
    return this.queue;
  }

  async act(text) {
    const [word, ...rest] = text.split(" ");
    const argument = rest.join(" ");
    const turn = `turn${randomBytes(6).toString("hex")}`;
    this.turn = turn;
    this.setThinking(true);
    await this.post({ t: "turn-start" }, turn);
    const status = (await this.commands[word]?.call(this, argument, turn)) ?? "completed";
    await this.post({ t: "turn-end", status }, turn);
    this.setThinking(false);
  }

  commands = {
    async say(argument, turn) {
      await this.post({ t: "text", text: argument }, turn);
    },
    async stream(argument, turn) {
      const streamId = randomUUID();
      const words = Array.from({ length: Number(argument) }, (_, n) => `word${n} `);
      for (const [n, word] of words.entries()) {
        this.frame(streamId, n, { t: "text", turn, text: word });
        await pause(40);
      }
      await this.post({ t: "text", text: words.join("") + "whole." }, turn, { streamId });
    },
    async ask(argument, turn) {
      const call = `call${randomBytes(6).toString("hex")}`;
      await this.post({ t: "tool-call-start", call, name: "Bash", title: "Run a command", description: "", args: { command: argument } }, turn);
      const answer = await this.question(call, "Bash", { command: argument });
      await this.post({ t: "tool-call-end", call, ...(answer.approved ? { output: `ran ${argument}` } : { status: "failed" }) }, turn);
      await this.post({ t: "text", text: answer.approved ? `I ran ${argument}.` : `I did not run ${argument}.` }, turn);
    },
    async hang(argument, turn) {
      await new Promise((resolve) => {
        this.abort = () => resolve();
      });
      return "cancelled";
    },
    async big(argument, turn) {
      for (let at = 0; at < Number(argument); at++) await this.post({ t: "text", text: `message ${at}` }, turn);
    },
    async delegate(argument, turn) {
      const inner = (subagent, ev) => this.post(ev, turn, { subagent });
      await this.post({ t: "tool-call-start", call: "d1", name: "Task", title: "Read the parser", description: "", args: { description: "Read the parser", prompt: "Find where lines are split" } }, turn);
      await inner("sub1", { t: "start", title: "Read the parser" });
      await inner("sub1", { t: "text", text: "I look for the place." });
      await inner("sub1", { t: "tool-call-start", call: "d2", name: "Read", title: "Read", description: "", args: { file_path: "/home/ada/code/roost/src/lines.ts" } });
      // Another one at the same time, whose tool the agent does not tell about.
      await inner("sub2", { t: "start", title: "Explorer" });
      await inner("sub2", { t: "text", text: "There are four callers." });
      await inner("sub1", { t: "tool-call-end", call: "d2" });
      await inner("sub1", { t: "text", text: "It splits before the last line end." });
      await inner("sub1", { t: "stop" });
      await inner("sub2", { t: "stop" });
      await this.post({ t: "tool-call-end", call: "d1" }, turn);
      await this.post({ t: "text", text: "Both have reported." }, turn);
    },
    async show(argument, turn) {
      await this.post({ t: "text", thinking: true, text: "The parser drops the last line. I look at how it reads." }, turn);
      await this.post(
        {
          t: "tool-call-start", call: "p1", name: "TodoWrite", title: "Plan", description: "",
          args: { todos: [
            { content: "Find where lines are split", status: "completed" },
            { content: "Keep the last line without a line end", status: "in_progress" },
            { content: "Add a test", status: "pending" },
          ] },
        },
        turn,
      );
      await this.tool(turn, "r1", "Read", { file_path: "/home/ada/code/roost/src/lines.ts" });
      await this.tool(turn, "e1", "Edit", {
        file_path: "/home/ada/code/roost/src/lines.ts",
        old_string: "export function lines(text: string) {\n  return text.split(\"\\n\").slice(0, -1);\n}",
        new_string: "export function lines(text: string) {\n  const all = text.split(\"\\n\");\n  return all.at(-1) === \"\" ? all.slice(0, -1) : all;\n}",
      });
      await this.tool(turn, "b1", "Bash", { command: "npm test -- lines" }, "ok 4 tests passed");
      await this.post({ t: "text", text: MARKDOWN }, turn, {
        usage: { input_tokens: 1820, output_tokens: 412, cache_read_input_tokens: 22_400, context_window: 200_000 },
      });
      this.report();
    },
  };

  report() {
    this.socket.emit("usage-report", {
      key: "opencode",
      sessionId: this.id,
      tokens: { total: 24_632, input: 1820, output: 412, cache_creation: 0, cache_read: 22_400 },
      cost: { total: 0.42, input: 0.3, output: 0.12 },
    });
  }

  async tool(turn, call, name, args, output) {
    const id = `${call}${randomBytes(4).toString("hex")}`;
    await this.post({ t: "tool-call-start", call: id, name, title: name, description: "", args }, turn);
    await this.post({ t: "tool-call-end", call: id, ...(output === undefined ? {} : { output }) }, turn);
  }

  frame(streamId, n, data) {
    if (this.socket.connected) this.socket.emit("session-stream", { sid: this.id, streamId, n, data: sealRecord(data, this.key) });
  }

  /** Stored once, whatever breaks: the same local id until the relay has answered. */
  async post(ev, turn, more = {}) {
    const content = { id: randomUUID(), time: Date.now(), role: "agent", turn, ...more, ev };
    const message = { role: "session", content, meta: { sentFrom: "cli" } };
    const body = { messages: [{ content: sealRecord(message, this.key), localId: randomUUID() }] };
    for (;;) {
      try {
        await request("POST", `${this.machine.server}/v3/sessions/${this.id}/messages`, body, this.machine.bearer);
        this.posted++;
        return;
      } catch {
        await pause(200);
      }
    }
  }

  async question(id, tool, args) {
    this.requests[id] = { tool, arguments: args, createdAt: Date.now(), toolUseId: id };
    const answer = new Promise((resolve) => this.waiting.set(id, resolve));
    await this.writeState();
    const given = await answer;
    const { [id]: request, ...others } = this.requests;
    this.requests = others;
    this.completed[id] = {
      ...request,
      completedAt: Date.now(),
      status: given.approved ? "approved" : "denied",
      decision: given.decision,
      ...(given.reason === undefined ? {} : { reason: given.reason }),
    };
    await this.writeState();
    return given;
  }

  answered(params) {
    this.machine.answers.set(params.id, [...(this.machine.answers.get(params.id) ?? []), params]);
    const resolve = this.waiting.get(params.id);
    if (resolve === undefined) throw new Error("This question is not open (any more)");
    this.waiting.delete(params.id);
    if (params.decision === "abort") this.abort?.();
    resolve(params);
    return null;
  }

  async writeState() {
    const state = { controlledByUser: false, requests: this.requests, completedRequests: this.completed };
    for (;;) {
      const answer = await this.socket
        .timeout(3_000)
        .emitWithAck("update-state", { sid: this.id, agentState: sealRecord(state, this.key), expectedVersion: this.version })
        .catch(() => null);
      if (answer?.result === "success") {
        this.version = answer.version;
        return;
      }
      if (answer?.result === "version-mismatch") this.version = answer.version;
      else await pause(200);
    }
  }
}

const MARKDOWN = `The last line is kept now. **What was wrong:** \`lines\` dropped the piece after the last line end, also when there was none.

\`\`\`ts
const all = text.split("\\n");
return all.at(-1) === "" ? all.slice(0, -1) : all; // keeps "b" of "a\\nb"
\`\`\`

| Input | Before | Now |
|---|---|---|
| \`"a\\nb"\` | 1 line | 2 lines |
| \`"a\\n"\` | 1 line | 1 line |

1. The test is in \`lines.test.ts\`.
2. See [the documentation](https://example.org/docs) and <script>alert(1)</script>.
`;

function connected(socket) {
  if (socket.connected) return Promise.resolve();
  return new Promise((resolve) => socket.once("connect", resolve));
}

function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/**
 * A machine that was given its token only: it asks for keys and waits until the owner, who has compared the code, sends
 * them. Answers the content public key that it got, base64url.
 */
export async function askForKeys(server, token) {
  const [machineId, secret] = token.split(":", 2);
  const { token: bearer } = await request("POST", `${server}/v1/machines/authenticate`, { machineId, secret });
  const secretKey = x25519.utils.randomSecretKey();
  const publicKey = x25519.getPublicKey(secretKey);
  const socket = io(server, {
    path: new URL(`${server}/v1/updates`).pathname,
    transports: ["websocket"],
    auth: { token: bearer, clientType: "machine-scoped", machineId },
    forceNew: true,
  });
  await connected(socket);
  const approved = new Promise((resolve) => socket.once("enrolment-approved", ({ response }) => resolve(response)));
  await request("PUT", `${server}/v1/machines/${machineId}/enrolment`, { publicKey: Buffer.from(publicKey).toString("base64") }, bearer);
  const hash = createHash("sha256").update("machine-enrol-v1\0").update(`${machineId}\0`).update(publicKey).digest();
  const bits = [...hash.subarray(0, 8)].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  const letters = bits.match(/.{5}/g).slice(0, 12).map((five) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[Number.parseInt(five, 2)]).join("");
  return {
    machineId,
    code: letters.match(/.{4}/g).join("-"),
    async accountKey() {
      const plain = openEnvelope(Buffer.from(await approved, "base64"), secretKey);
      socket.disconnect();
      if (plain.length !== 33 || plain[0] !== 0) throw new Error("the answer has another form");
      return Buffer.from(plain.subarray(1)).toString("base64url");
    },
  };
}

/** A terminal that waits to be let in. */
export function askAsTerminal(server) {
  const secretKey = x25519.utils.randomSecretKey();
  const publicKey = Buffer.from(x25519.getPublicKey(secretKey));
  const ask = () =>
    request("POST", `${server}/v1/auth/request`, { publicKey: publicKey.toString("base64"), supportsV2: true });
  return {
    address: `${server}/terminal/connect#key=${publicKey.toString("base64url")}`,
    ask,
    /** What it was given: a bearer, and the content public key. */
    async given() {
      const answer = await ask();
      if (answer.state !== "authorized") return null;
      const plain = openEnvelope(Buffer.from(answer.response, "base64"), secretKey);
      return { token: answer.token, length: plain.length, accountKey: Buffer.from(plain.subarray(1)).toString("base64url") };
    },
  };
}
