// A relay made of the published packages: node relay.mjs PORT FILE. Says "port N" when it listens.
import { createServer } from "node:http";
import Database from "libsql";
import { LocalNode, getSqliteStorage } from "cojson";
import { NapiCrypto } from "cojson/crypto/NapiCrypto";
import { createWebSocketPeer } from "cojson-transport-ws";
import { WebSocketServer } from "ws";

const [port, file] = process.argv.slice(2);
const crypto = await NapiCrypto.create();
const secret = crypto.newRandomAgentSecret();
const agent = crypto.getAgentID(secret);
const node = new LocalNode(secret, crypto.newRandomSessionID(agent), crypto);

function driver(db) {
  const statements = new Map();
  const prepared = (sql) => {
    let statement = statements.get(sql);
    if (!statement) {
      statement = db.prepare(sql);
      statements.set(sql, statement);
    }
    return statement;
  };
  const plain = (values) => values.map((v) => (typeof v === "boolean" ? Number(v) : v ?? null));
  return {
    run: (sql, params) => void (/^\s*(PRAGMA|CREATE|ALTER|DROP)/i.test(sql) ? db.exec(sql) : prepared(sql).run(plain(params))),
    query: (sql, params) => prepared(sql).all(plain(params)),
    get: (sql, params) => prepared(sql).get(plain(params)),
    transaction(work) {
      db.exec("BEGIN");
      try {
        const result = work();
        db.exec("COMMIT");
        return result;
      } catch (e) {
        db.exec("ROLLBACK");
        throw e;
      }
    },
    closeDb: () => db.close(),
  };
}

if (file) {
  const db = new Database(file);
  db.exec("PRAGMA journal_mode = WAL");
  db.exec("PRAGMA synchronous = NORMAL");
  node.setStorage(getSqliteStorage(driver(db)));
}

const http = createServer((request, response) => response.end(request.url === "/health" ? "ok" : ""));
const sockets = new WebSocketServer({ noServer: true, maxPayload: 64 * 1024 * 1024 });
let count = 0;
http.on("upgrade", (request, socket, head) => {
  sockets.handleUpgrade(request, socket, head, (ws) => {
    const ping = setInterval(() => ws.send(JSON.stringify({ type: "ping", time: Date.now(), dc: "test" })), 1500);
    ws.send(JSON.stringify({ type: "ping", time: Date.now(), dc: "test" }));
    ws.on("close", () => clearInterval(ping));
    ws.on("error", () => {});
    node.syncManager.addPeer(
      createWebSocketPeer({
        id: `client-${count++}`,
        role: "client",
        websocket: ws,
        expectPings: false,
        batchingByDefault: false,
        deletePeerStateOnClose: true,
      }),
    );
  });
});
http.listen(Number(port), "127.0.0.1", () => console.log("port " + http.address().port));
process.stdin.on("end", () => process.exit(0)).resume();
