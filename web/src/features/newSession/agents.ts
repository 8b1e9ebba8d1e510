import { list, object, text } from "../chat/facts.ts";
import type { MachineMetadata } from "../../relay/schema.ts";
import type { SessionMetadata } from "../sessions/metadata.ts";

export interface AgentChoice {
  readonly id: string;
  readonly name: string;
  readonly models: readonly { readonly code: string; readonly name: string }[];
}

const NAMES: Readonly<Record<string, string>> = {
  claude: "Claude",
  codex: "Codex",
  gemini: "Gemini",
  openclaw: "OpenClaw",
  opencode: "opencode",
};
const USUAL = ["claude", "codex", "gemini"];

/** Agents of a machine: the ones it names, else the ones it says are installed, else the usual ones. */
export function agentsOf({ agents, cliAvailability }: MachineMetadata): readonly AgentChoice[] {
  if (agents !== undefined && agents.length > 0) {
    return agents.map(({ name, ...rest }) => ({ id: name, name: NAMES[name] ?? name, models: modelsOf(rest) }));
  }
  const installed = Object.entries(cliAvailability ?? {})
    .filter(([id, there]) => there === true && id !== "detectedAt")
    .map(([id]) => id);
  return (installed.length > 0 ? installed : USUAL).map((id) => ({ id, name: NAMES[id] ?? id, models: [] }));
}

function modelsOf(agent: Readonly<Record<string, unknown>>): AgentChoice["models"] {
  return list(agent["models"]).flatMap((one) => {
    const { code, id, value, name } = object(one);
    const key = text(code) ?? text(id) ?? (typeof one === "string" ? one : null);
    return key === null ? [] : [{ code: key, name: text(value) ?? text(name) ?? key }];
  });
}

/**
 * The models of an agent, and the one to begin with. Many agents tell their models only while they run: then its last
 * session on this machine knows them. The model that the person chose there is chosen again; empty is the agent's own
 * choice.
 *
 * @param sessions of the account, last changed first
 */
export function modelsFor(
  agent: AgentChoice,
  machineId: string,
  sessions: Iterable<SessionMetadata>,
): { readonly models: AgentChoice["models"]; readonly last: string } {
  for (const session of sessions) {
    if (session.machineId !== machineId || session.flavor !== agent.id || session.models === undefined) continue;
    const told = session.models.map(({ code, value }) => ({ code, name: value === "" ? code : value }));
    const models = agent.models.length > 0 ? agent.models : told;
    const last = session.modelMode ?? "";
    return { models, last: models.some(({ code }) => code === last) ? last : "" };
  }
  return { models: agent.models, last: "" };
}
