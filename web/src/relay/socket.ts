import { io } from "socket.io-client";
import { at } from "./base.ts";
import {
  machineActivity,
  machineGone,
  machineRow,
  machineUpdate,
  read,
  type MachineActivity,
  type MachineGone,
  type MachineRow,
  type MachineUpdate,
} from "./schema.ts";

/** What the live connection reports, in the order in which it happens. */
export interface LiveListener {
  connected(): void;
  lost(): void;
  /** The bearer was refused; the connection is not tried again. */
  unauthorized(): void;
  row(row: MachineRow): void;
  gone(gone: MachineGone): void;
  update(update: MachineUpdate): void;
  activity(activity: MachineActivity): void;
}

export interface LiveConnection {
  close(): void;
}

const AUTHENTICATION_FAILURES = new Set(["Invalid authentication token", "Missing authentication token"]);
const RETRY_MS = 2_000;

/**
 * Connects to the relay as a page of the person (user-scoped) and stays connected: retries for ever with growing
 * pauses of at most 5 s, and at once when the browser says that the network is back.
 */
export function connectLive(token: string, listener: LiveListener): LiveConnection {
  const socket = io({
    path: at("/v1/updates"),
    transports: ["websocket"],
    auth: { token, clientType: "user-scoped", happyClient: `web/${__VERSION__}` },
    reconnectionDelay: 500,
    reconnectionDelayMax: 5_000,
  });
  let retry: ReturnType<typeof setTimeout> | undefined;
  const again = () => {
    clearTimeout(retry);
    retry = setTimeout(() => socket.connect(), RETRY_MS);
  };

  socket.on("connect", () => listener.connected());
  socket.on("disconnect", () => {
    listener.lost();
    // After a disconnect packet of the server the library waits for us.
    if (!socket.active) again();
  });
  socket.on("connect_error", (error) => {
    if (AUTHENTICATION_FAILURES.has(error.message)) {
      socket.close();
      listener.unauthorized();
      return;
    }
    listener.lost();
    if (!socket.active) again();
  });

  const on = <T>(event: string, schema: Parameters<typeof read>[0], use: (value: T) => void) =>
    socket.on(event, (value: unknown) => {
      const known = read(schema, value) as T | null;
      if (known !== null) use(known);
    });
  on<MachineRow>("machine-row", machineRow, (row) => listener.row(row));
  on<MachineGone>("machine-gone", machineGone, (gone) => listener.gone(gone));
  on<{ body: MachineUpdate }>("update", machineUpdate, ({ body }) => listener.update(body));
  on<MachineActivity>("ephemeral", machineActivity, (activity) => listener.activity(activity));

  const online = () => {
    if (!socket.connected) socket.disconnect().connect();
  };
  addEventListener("online", online);
  return {
    close() {
      removeEventListener("online", online);
      clearTimeout(retry);
      socket.off();
      socket.close();
    },
  };
}
