import type { MachineRow } from "../../relay/schema.ts";
import type { Session } from "./sessionsModel.ts";

/** What a session is doing, in the words of the page. */
export type SessionState = "waiting" | "working" | "idle" | "ended" | "archived" | "machine-offline" | "locked";

export const STATE_WORDS: Readonly<Record<SessionState, string>> = {
  waiting: "Waiting for you",
  working: "Working",
  idle: "Idle",
  ended: "Ended",
  archived: "Archived",
  "machine-offline": "Machine offline",
  locked: "Locked",
};

export function stateOf(session: Session, machine: MachineRow | undefined): SessionState {
  if (session.kind === "locked") return "locked";
  if (session.active) {
    if (session.agentState.requests.size > 0) return "waiting";
    return session.thinking ? "working" : "idle";
  }
  const lifecycle = session.metadata.lifecycleState;
  if (lifecycle === "archived" || lifecycle === "archiveRequested") return "archived";
  return machine?.status === "offline" ? "machine-offline" : "ended";
}

export function titleOfSession(session: Session): string {
  if (session.kind === "opening") return "Opening…";
  if (session.kind === "locked") return "Locked session";
  return session.metadata.summary?.text || session.metadata.name || "New Chat";
}

/** `~/code/thing` for a path below the home of its machine. */
export function shortPath(path: string, home: string | undefined): string {
  if (home === undefined || home === "" || home === "/") return path;
  const base = home.replace(/\/+$/, "");
  return path === base ? "~" : path.startsWith(`${base}/`) ? `~${path.slice(base.length)}` : path;
}
