import { io } from "socket.io-client";
import { at } from "./base.ts";

/** What the live connection reports, in the order in which it happens. */
export interface SocketListener {
  connected(): void;
  lost(): void;
  /** The bearer was refused; the connection is not tried again. */
  unauthorized(): void;
  /** Any event of the relay with its first argument. */
  event(name: string, value: unknown): void;
}

export interface LiveSocket {
  /** Sends an event that nobody answers; dropped while there is no connection. */
  emit(event: string, value: unknown): void;
  /** Sends an event and waits for its acknowledgement; `undefined` without connection, on a break and after `timeoutMs`. */
  ask(event: string, value: unknown, timeoutMs: number): Promise<unknown>;
  close(): void;
}

const AUTHENTICATION_FAILURES = new Set(["Invalid authentication token", "Missing authentication token"]);
const RETRY_MS = 2_000;

/**
 * Connects to the relay as a page of the person (user-scoped) and stays connected: retries for ever with growing
 * pauses of at most 5 s, and at once when the browser says that the network is back.
 */
export function openSocket(token: string, listener: SocketListener): LiveSocket {
  const socket = io({
    path: at("/v1/updates"),
    transports: ["websocket"],
    auth: (give) => give({ token, clientType: "user-scoped", happyClient: `web/${__VERSION__}`, appState: appState() }),
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
  socket.onAny((name: string, value: unknown) => listener.event(name, value));

  const online = () => {
    if (!socket.connected) socket.disconnect().connect();
  };
  // The relay sends no push notification to a person who is looking at a page.
  const seen = () => {
    if (socket.connected) socket.emit("app-state", { state: appState() });
  };
  addEventListener("online", online);
  document.addEventListener("visibilitychange", seen);
  return {
    emit(event, value) {
      if (socket.connected) socket.emit(event, value);
    },
    async ask(event, value, timeoutMs) {
      if (!socket.connected) return undefined;
      try {
        return (await socket.timeout(timeoutMs).emitWithAck(event, value)) as unknown;
      } catch {
        return undefined;
      }
    },
    close() {
      removeEventListener("online", online);
      document.removeEventListener("visibilitychange", seen);
      clearTimeout(retry);
      socket.off();
      socket.close();
    },
  };
}

function appState(): string {
  return document.visibilityState === "visible" ? "active" : "background";
}
