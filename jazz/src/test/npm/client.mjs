// Published classic Jazz as a client: takes one JSON command per line, answers each with one line.
import { createInterface } from "node:readline";
import { LocalNode } from "cojson";
import { NapiCrypto } from "cojson/crypto/NapiCrypto";
import { WebSocketPeerWithReconnection } from "cojson-transport-ws";
import { co, z } from "jazz-tools";
import { startWorker } from "jazz-tools/worker";
import WebSocket from "ws";

globalThis.WebSocket ??= WebSocket;

// The transport lets go of a socket that it gives up, and a relay that dies then would end us.
class Socket extends WebSocket {
  constructor(...args) {
    super(...args);
    this.on("error", () => {});
  }
}

// Even milliseconds only: the other side takes the odd ones, so that no two edits are at one time.
const realNow = Date.now;
if (process.argv.includes("--even")) {
  Date.now = () => Math.floor(realNow() / 2) * 2;
}

const crypto = await NapiCrypto.create();
let node;
let connection;
let worker;

const Entry = co.map({
  id: z.string(),
  deviceId: z.string(),
  encryptedPayload: z.string(),
  safetyLevel: z.string(),
  executed: z.boolean(),
  success: z.optional(z.boolean()),
  createdAt: z.number(),
  executedAt: z.optional(z.number()),
  deletedAt: z.optional(z.number()),
});
const Device = co.map({
  deviceId: z.string(),
  name: z.string(),
  platform: z.string(),
  schemaVersion: z.number(),
  firstSeen: z.number(),
  lastSeen: z.number(),
  isActive: z.boolean(),
});
const Preferences = co.map({ entries: co.record(z.string(), z.string()), updatedAt: z.number() });
const Root = co.map({
  schemaVersion: z.number(),
  commandHistory: co.feed(Entry),
  preferences: Preferences,
  devices: co.list(Device),
  createdAt: z.number(),
  updatedAt: z.number(),
});
const Account = co.account({ root: Root, profile: co.profile({ name: z.string() }) });

function peer(url) {
  connection = new WebSocketPeerWithReconnection({
    peer: url,
    reconnectionTimeout: 100,
    addPeer: (p) => node.syncManager.addPeer(p),
    removePeer: (p) => node.syncManager.removePeer(p.id),
    WebSocketConstructor: Socket,
  });
  connection.enable();
}

async function load(id) {
  const value = await node.load(id);
  if (value === "unavailable") {
    throw new Error("unavailable: " + id);
  }
  return value;
}

function json(value) {
  switch (value.type) {
    case "colist":
      return value.asArray();
    case "costream":
      return Object.values(value.items).flat().sort((a, b) => a.madeAt - b.madeAt || (a.tx.sessionID < b.tx.sessionID ? -1 : a.tx.sessionID > b.tx.sessionID ? 1 : a.tx.txIndex - b.tx.txIndex)).map((i) => i.value);
    default:
      return value.toJSON();
  }
}

function edit(value, [op, a, b]) {
  if (value.type === "colist" && typeof a === "number") {
    const length = value.asArray().length;
    if (length === 0) return value.appendItems(["was empty"], undefined, "private");
    a %= length;
  }
  switch (op) {
    case "set":
      return value.set(a, b, "private");
    case "assign":
      return value.assign(a, "private");
    case "del":
      return value.delete(a, "private");
    case "push":
      return value.push(a, "private");
    case "append":
      return value.appendItems(a, undefined, "private");
    case "after":
      return value.append(b, a, "private");
    case "before":
      return value.prepend(b, a, "private");
    case "remove":
      return value.delete(a, "private");
    case "replace":
      return value.replace(a, b, "private");
  }
  throw new Error("unknown edit " + op);
}

const commands = {
  async create({ seed, name, url }) {
    const secret = seed ? crypto.agentSecretFromSecretSeed(Uint8Array.from(Buffer.from(seed, "hex"))) : crypto.newRandomAgentSecret();
    const made = await LocalNode.withNewlyCreatedAccount({ creationProps: { name }, peers: [], crypto, initialAgentSecret: secret });
    node = made.node;
    peer(url);
    return { account: made.accountID, secret };
  },
  async login({ account, secret, url }) {
    const peers = [];
    connection = new WebSocketPeerWithReconnection({
      peer: url,
      reconnectionTimeout: 100,
      addPeer: (p) => (node ? node.syncManager.addPeer(p) : peers.push(p)),
      removePeer: () => {},
      WebSocketConstructor: Socket,
    });
    connection.enable();
    node = await LocalNode.withLoadedAccount({ accountID: account, accountSecret: secret, sessionID: crypto.newRandomSessionID(account), peers, crypto });
    return { account };
  },
  disconnect() {
    connection.disable();
    return true;
  },
  connect() {
    connection.enable();
    return true;
  },
  async sync() {
    await node.syncManager.waitForAllCoValuesSync(30000);
    return true;
  },
  group: () => node.createGroup().id,
  async addMember({ group, member, role }) {
    const g = await load(group);
    g.addMember(member === "everyone" ? member : await load(member), role);
    return true;
  },
  async removeMember({ group, member }) {
    const g = await load(group);
    g.removeMember(await load(member));
    return true;
  },
  async extend({ child, parent, role }) {
    (await load(child)).extend(await load(parent), role ?? "inherit");
    return true;
  },
  async invite({ group, role }) {
    return (await load(group)).createInvite(role);
  },
  async accept({ group, invite }) {
    await node.acceptInvite(group, invite);
    return true;
  },
  async role({ group, member }) {
    return (await load(group)).roleOf(member) ?? null;
  },
  async make({ type, owner, value, uniqueness }) {
    const group = await load(owner);
    const unique = uniqueness ? { uniqueness } : crypto.createdNowUnique();
    switch (type) {
      case "comap":
        return group.createMap(value ?? {}, null, "private", unique).id;
      case "colist":
        return group.createList(value ?? [], null, "private", unique).id;
      default: {
        const feed = group.createStream(null, unique);
        for (const item of value ?? []) feed.push(item, "private");
        return feed.id;
      }
    }
  },
  async edit({ id, edits }) {
    const value = await load(id);
    for (const one of edits) edit(value, one);
    return true;
  },
  async edits({ values }) {
    for (const [id, edits] of values) {
      const value = await load(id);
      for (const one of edits) edit(value, one);
    }
    return true;
  },
  async read({ id }) {
    return json(await load(id));
  },
  async readAll({ ids }) {
    return Promise.all(ids.map(async (id) => json(await load(id))));
  },
  async root() {
    return node.expectCurrentAccount("test").get("root") ?? null;
  },
  async setRoot({ id }) {
    node.expectCurrentAccount("test").set("root", id, "trusting");
    return true;
  },
  // What follows goes through jazz-tools, the way applications use it.
  async work({ account, secret, url }) {
    worker = await startWorker({ accountID: account, accountSecret: secret, syncServer: url, AccountSchema: Account, WebSocket: Socket, crypto });
    await worker.waitForConnection();
    return { name: (await worker.worker.$jazz.ensureLoaded({ resolve: { profile: true } })).profile.name };
  },
  async readRoot() {
    const me = await worker.worker.$jazz.ensureLoaded({
      resolve: { root: { commandHistory: true, preferences: { entries: true }, devices: { $each: true } } },
    });
    const entries = [];
    for (const session of Object.values(me.root.commandHistory.perSession)) {
      for (const item of session.all) {
        const id = item.ref?.id ?? item.value.$jazz.id;
        const entry = await Entry.load(id, { loadAs: me });
        entries.push(entry.toJSON());
      }
    }
    return {
      schemaVersion: me.root.schemaVersion,
      entries,
      preferences: me.root.preferences.entries.toJSON(),
      devices: me.root.devices.toJSON(),
    };
  },
  async writeInline({ entries, devices, preferences }) {
    const me = worker.worker;
    const root = Root.create(
      {
        schemaVersion: 1,
        commandHistory: entries,
        preferences: { entries: preferences, updatedAt: 1 },
        devices,
        createdAt: 1,
        updatedAt: 1,
      },
      me,
    );
    me.$jazz.set("root", root);
    await me.$jazz.waitForAllCoValuesSync();
    return root.$jazz.id;
  },
  async appendEntry({ entry }) {
    const me = await worker.worker.$jazz.ensureLoaded({ resolve: { root: { commandHistory: true } } });
    const made = Entry.create(entry, me.root.commandHistory.$jazz.owner);
    me.root.commandHistory.$jazz.push(made);
    await me.$jazz.waitForAllCoValuesSync();
    return made.$jazz.id;
  },
  // Measurement: one map per entry, each also an item of one feed, written and confirmed.
  async writeEntries({ count, payload }) {
    const started = performance.now();
    const group = node.createGroup();
    const feed = group.createStream();
    for (let i = 0; i < count; i++) {
      const entry = group.createMap({ id: "command-" + i, deviceId: "device-1", encryptedPayload: payload, safetyLevel: "safe", executed: true, createdAt: 1735689600000 + i });
      feed.push(entry.id, "private");
      if (i % 100 === 99) await new Promise((done) => setImmediate(done));
    }
    const written = performance.now();
    await node.syncManager.waitForAllCoValuesSync(600000);
    return { feed: feed.id, write: written - started, synced: performance.now() - started };
  },
  async readEntries({ feed, count }) {
    const started = performance.now();
    const value = await load(feed);
    // A large value is there with its first piece.
    while (json(value).length < count) await new Promise((done) => setTimeout(done, 10));
    const ids = json(value);
    let next = 0;
    let found = 0;
    await Promise.all(
      Array.from({ length: 500 }, async () => {
        while (next < ids.length) {
          const entry = await load(ids[next++]);
          if (entry.get("id")) found++;
        }
      }),
    );
    return { found, loaded: performance.now() - started };
  },
  usage: () => ({ cpu: process.cpuUsage(), rss: process.memoryUsage.rss() }),
};

for await (const line of createInterface({ input: process.stdin })) {
  const { n, cmd, ...args } = JSON.parse(line);
  Promise.resolve()
    .then(() => commands[cmd](args))
    .then(
      (result) => console.log(JSON.stringify({ n, result: result ?? null })),
      (error) => console.log(JSON.stringify({ n, error: String(error?.stack ?? error) })),
    );
}
process.exit(0);
