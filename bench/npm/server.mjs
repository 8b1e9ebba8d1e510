// The published Socket.IO server with the behaviour that the socket load run needs: `echo` is acknowledged with its
// arguments, `join` enters a room, `cast` goes to a room. Prints its port; `gc` on stdin is answered with the heap in
// use after a collection. Ends when stdin ends.
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { Server } from "socket.io";

const http = createServer();
const io = new Server(http, {
  transports: ["websocket"],
  perMessageDeflate: false,
  httpCompression: false,
  serveClient: false,
  pingInterval: 25_000,
  pingTimeout: 60_000,
});

// The project's own advice for many connections: let go of the first request.
io.engine.on("connection", (raw) => {
  raw.request = null;
});

io.on("connection", (socket) => {
  socket.on("echo", (value, ack) => ack(value));
  socket.on("join", (room, ack) => {
    socket.join(room);
    ack();
  });
  socket.on("cast", (room, value) => io.to(room).emit("cast", value));
});

http.listen({ port: 0, host: "127.0.0.1", backlog: 4096 }, () => console.log(`port ${http.address().port}`));

for await (const line of createInterface({ input: process.stdin })) {
  if (line === "gc") {
    for (let i = 0; i < 3; i++) global.gc();
    const { heapUsed, external } = process.memoryUsage();
    console.log(`heap ${heapUsed + external}`);
  }
}
process.exit(0);
