// A Jazz client that is told what to do, one JSON line at a time: {"do": name, ...}; it answers each
// with one line. The relay's address is its argument.
import { LocalNode } from "cojson";
import { WasmCrypto } from "cojson/crypto/WasmCrypto";
import { WebSocketPeerWithReconnection } from "cojson-transport-ws";
import { createInterface } from "node:readline";
import WebSocket from "ws";

const crypto = await WasmCrypto.create();
const address = process.argv[2];
let node;
let connection;

function connect() {
  connection = new WebSocketPeerWithReconnection({
    peer: address,
    reconnectionTimeout: 100,
    addPeer: (peer) => node.syncManager.addPeer(peer),
    removePeer: () => {},
    WebSocketConstructor: WebSocket,
  });
  connection.enable();
}

async function loaded(id) {
  for (let attempt = 0; attempt < 100; attempt++) {
    const value = await node.load(id);
    if (value !== "unavailable") {
      return value;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("unavailable: " + id);
}

function shown(value) {
  switch (value.type) {
    case "comap":
      return value.toJSON();
    case "colist":
      return value.asArray();
    case "costream":
      return Object.values(value.items)
        .flat()
        .map((item) => item.value)
        .sort();
    default:
      throw new Error(value.type);
  }
}

const deeds = {
  async create({ name }) {
    const peers = [];
    const made = await LocalNode.withNewlyCreatedAccount({ creationProps: { name }, peers, crypto });
    node = made.node;
    connect();
    await node.syncManager.waitForAllCoValuesSync(20000);
    return { account: made.accountID, secret: made.accountSecret };
  },
  async login({ account, secret }) {
    // The connection has to be there before the account can be loaded.
    const { createWebSocketPeer } = await import("cojson-transport-ws");
    const socket = new WebSocket(address);
    const peer = createWebSocketPeer({ id: "relay", websocket: socket, role: "server" });
    node = await LocalNode.withLoadedAccount({
      accountID: account,
      accountSecret: secret,
      sessionID: crypto.newRandomSessionID(account),
      peers: [peer],
      crypto,
    });
    return { account: node.getCurrentAgent().id };
  },
  async values() {
    const group = node.createGroup();
    return {
      group: group.id,
      map: group.createMap().id,
      list: group.createList().id,
      feed: group.createStream().id,
    };
  },
  async invite({ group, account, role }) {
    (await loaded(group)).addMember(await loaded(account), role);
    return {};
  },
  async remove({ group, account }) {
    await (await loaded(group)).removeMember(await loaded(account));
    return {};
  },
  async write({ id, key, items }) {
    const value = await loaded(id);
    for (const item of items) {
      if (value.type === "comap") {
        value.set(key, item);
      } else if (value.type === "colist") {
        value.append(item);
      } else {
        value.push(item);
      }
    }
    return {};
  },
  async synced() {
    await node.syncManager.waitForAllCoValuesSync(20000);
    return {};
  },
  async read({ id }) {
    return { value: shown(await loaded(id)) };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const wish = JSON.parse(line);
  try {
    process.stdout.write(JSON.stringify(await deeds[wish.do](wish)) + "\n");
  } catch (e) {
    process.stdout.write(JSON.stringify({ error: String(e && e.stack) }) + "\n");
  }
}
process.exit(0);
