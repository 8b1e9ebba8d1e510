// Drives published Socket.IO clients for the tests: one JSON command per line on stdin, one JSON report per line on
// stdout. Binary values travel as {"$binary": base64}. Ends when stdin ends.
import { createInterface } from "node:readline";
import { io } from "socket.io-client";

process.stdout.on("error", () => process.exit(0));

const sockets = new Map();

const report = (line) => process.stdout.write(JSON.stringify(line) + "\n");

function fromWire(value) {
  if (Array.isArray(value)) return value.map(fromWire);
  if (value === null || typeof value !== "object") return value;
  if ("$binary" in value) return Buffer.from(value.$binary, "base64");
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, fromWire(v)]));
}

function toWire(value) {
  if (Buffer.isBuffer(value) || value instanceof ArrayBuffer || ArrayBuffer.isView(value)) {
    return { $binary: Buffer.from(value).toString("base64") };
  }
  if (Array.isArray(value)) return value.map(toWire);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, toWire(v)]));
}

const commands = {
  connect({ id, url, options }) {
    const socket = io(url, { forceNew: true, reconnectionDelay: 50, reconnectionDelayMax: 100, ...options });
    sockets.set(id, socket);
    socket.on("connect", () => {
      const { engine } = socket.io;
      report({ id, is: "connect", sid: socket.id, recovered: socket.recovered === true, transport: engine.transport.name });
      engine.once("upgrade", () => report({ id, is: "upgrade", transport: engine.transport.name }));
    });
    socket.on("connect_error", (e) => report({ id, is: "connect_error", message: e.message, data: toWire(e.data ?? null) }));
    socket.on("disconnect", (reason) => report({ id, is: "disconnect", reason }));
    socket.onAny((event, ...args) => {
      const ack = typeof args.at(-1) === "function" ? args.pop() : undefined;
      report({ id, is: "event", event, args: toWire(args), wantsAck: ack !== undefined });
      if (ack && event !== "never-answered") ack(...args);
    });
  },
  emit({ id, event, args }) {
    sockets.get(id).emit(event, ...fromWire(args));
  },
  emitMany({ id, event, count }) {
    for (let i = 0; i < count; i++) sockets.get(id).emit(event, i);
  },
  ask({ id, call, event, args, timeout }) {
    sockets.get(id).timeout(timeout).emit(event, ...fromWire(args), (error, ...answer) =>
      report({ id, is: "ack", call, error: error ? error.message : null, args: toWire(answer) }));
  },
  disconnect({ id }) {
    sockets.get(id).disconnect();
  },
  // The network fails: no close frame, no packet.
  cut({ id }) {
    const { transport } = sockets.get(id).io.engine;
    if (transport.ws) transport.ws._socket.destroy();
    else sockets.get(id).io.engine.close();
  },
  reconnectTo({ id, url }) {
    sockets.get(id).io.uri = url;
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  try {
    commands[command.op](command);
  } catch (e) {
    report({ id: command.id ?? null, is: "fault", message: String(e.stack) });
  }
}
process.exit(0);
