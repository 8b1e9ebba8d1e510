// A relay as the published command line wires it, with its values in memory: the storage of that
// command line is a native package.
import { LocalNode } from "cojson";
import { WasmCrypto } from "cojson/crypto/WasmCrypto";
import { createWebSocketPeer } from "cojson-transport-ws";
import { WebSocketServer } from "ws";

const crypto = await WasmCrypto.create();
const secret = crypto.newRandomAgentSecret();
const node = new LocalNode(secret, crypto.newRandomSessionID(crypto.getAgentID(secret)), crypto);
const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
let next = 0;
server.on("connection", (websocket) => {
  const ping = () =>
    websocket.send(JSON.stringify({ type: "ping", time: Date.now(), dc: "unknown" }));
  const pinging = setInterval(ping, 1500);
  websocket.on("close", () => clearInterval(pinging));
  websocket.on("error", () => {});
  node.syncManager.addPeer(
    createWebSocketPeer({
      id: "client" + next++,
      role: "client",
      websocket,
      expectPings: false,
      batchingByDefault: false,
      deletePeerStateOnClose: true,
    }),
  );
});
server.on("listening", () => console.log("port " + server.address().port));
process.stdin.on("end", () => process.exit(0));
process.stdin.resume();
