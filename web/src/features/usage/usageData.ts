import type { RelayHttp } from "../../relay/http.ts";
import type { Workspace } from "../../workspace/workspace.ts";
import { machineName } from "../machines/machineName.ts";
import { total, usageSums } from "./sums.ts";

export interface Amount {
  readonly tokens: number;
  readonly cost: number;
}

export interface Day extends Amount {
  /** Begin of the day in UTC, in seconds. */
  readonly at: number;
}

const DAY_S = 86_400;
/** Sessions whose share is asked for; the newest, because the others can hardly have reported in the time. */
const MAX_SESSIONS = 200;
const AT_ONCE = 4;

/** Every day of the time, also those without reports. `null`: the relay did not answer. */
export async function usageByDay(http: RelayHttp, days: number, nowMs: number, sessionId?: string): Promise<readonly Day[] | null> {
  const today = Math.floor(nowMs / 1_000 / DAY_S) * DAY_S;
  const startTime = today - (days - 1) * DAY_S;
  const body = { startTime, endTime: today + DAY_S, groupBy: "day", ...(sessionId === undefined ? {} : { sessionId }) };
  const answer = await http.request("POST", "/v1/usage/query", body, usageSums);
  if (!answer.ok) return null;
  const found = new Map(
    answer.value.usage.map(({ timestamp, tokens, cost }) => [timestamp, { tokens: total(tokens), cost: total(cost) }]),
  );
  return Array.from({ length: days }, (_, at) => {
    const day = startTime + at * DAY_S;
    return { at: day, ...(found.get(day) ?? { tokens: 0, cost: 0 }) };
  });
}

export interface Share extends Amount {
  readonly name: string;
}

/** The relay does not know which machine or agent a session is of; this page does, and adds up. */
export async function usageByPlace(
  workspace: Workspace,
  days: number,
  nowMs: number,
): Promise<{ readonly machines: readonly Share[]; readonly agents: readonly Share[] }> {
  const from = nowMs - days * DAY_S * 1_000;
  const sessions = (workspace.sessions.order.peek() ?? [])
    .map((id) => workspace.sessions.session(id)?.peek())
    .filter((session) => session !== undefined)
    .filter(({ updatedAt }) => updatedAt >= from)
    .slice(0, MAX_SESSIONS);
  const machines = new Map<string, Amount>();
  const agents = new Map<string, Amount>();
  const rest = [...sessions];
  const work = async () => {
    for (let session = rest.shift(); session !== undefined; session = rest.shift()) {
      const used = await usageByDay(workspace.link.http, days, nowMs, session.id);
      const amount = sumOf(used ?? []);
      if (amount.tokens === 0 && amount.cost === 0) continue;
      const { machineId, host, flavor } = session.metadata;
      const row = workspace.model.list.peek()?.rows.find((one) => one.machineId === machineId);
      const name = row === undefined ? (host ?? "Unknown") : machineName(row, workspace.model.details.peek().get(row.machineId));
      add(machines, name, amount);
      add(agents, flavor ?? "Unknown", amount);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return { machines: sorted(machines), agents: sorted(agents) };
}

export function sumOf(amounts: readonly Amount[]): Amount {
  return amounts.reduce((sum, { tokens, cost }) => ({ tokens: sum.tokens + tokens, cost: sum.cost + cost }), {
    tokens: 0,
    cost: 0,
  });
}

function add(to: Map<string, Amount>, name: string, amount: Amount): void {
  to.set(name, sumOf([to.get(name) ?? { tokens: 0, cost: 0 }, amount]));
}

function sorted(from: ReadonlyMap<string, Amount>): readonly Share[] {
  return [...from].map(([name, amount]) => ({ name, ...amount })).sort((a, b) => b.tokens - a.tokens);
}
