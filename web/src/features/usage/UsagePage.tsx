import { useEffect, useState } from "preact/hooks";
import { Link } from "../../app/Link.tsx";
import { lazy } from "../../ui/Lazy.tsx";
import type { Workspace } from "../../workspace/workspace.ts";
import { sumOf, usageByDay, usageByPlace, type Day, type Share } from "./usageData.ts";

const UsageChart = lazy(() => import("./UsageChart.tsx").then((file) => file.UsageChart));

const SPANS = [7, 30, 90] as const;

export function UsagePage({ workspace }: { readonly workspace: Workspace | null }) {
  const [span, setSpan] = useState<number>(30);
  const [value, setValue] = useState<"tokens" | "cost">("tokens");
  const [days, setDays] = useState<readonly Day[] | null>(null);
  const [shares, setShares] = useState<{ machines: readonly Share[]; agents: readonly Share[] } | null>(null);
  const [failed, setFailed] = useState(false);
  const ready = workspace !== null && workspace.sessions.order.value !== null;

  useEffect(() => {
    if (workspace === null || !ready) return;
    let left = false;
    const now = Date.now();
    setShares(null);
    void usageByDay(workspace.link.http, span, now).then((found) => {
      if (left) return;
      setFailed(found === null);
      if (found !== null) setDays(found);
    });
    void usageByPlace(workspace, span, now).then((found) => {
      if (!left) setShares(found);
    });
    return () => {
      left = true;
    };
  }, [workspace, ready, span]);

  const format = value === "tokens" ? tokens : money;
  const sum = sumOf(days ?? []);
  return (
    <section class="stack" aria-labelledby="usage-title">
      <header class="page-head">
        <div>
          <p class="crumb">
            <Link to="account" class="quiet-link">
              Account
            </Link>
          </p>
          <h1 id="usage-title" tabIndex={-1}>
            Usage
          </h1>
          {days !== null && (
            <p class="summary">
              <span>{tokens(sum.tokens)} tokens</span>
              <span class="fact">{money(sum.cost)}</span>
              <span class="fact">in {span} days</span>
            </p>
          )}
        </div>
        <div class="row">
          <div class="segments" role="group" aria-label="Figures">
            <button type="button" aria-pressed={value === "tokens"} onClick={() => setValue("tokens")}>
              Tokens
            </button>
            <button type="button" aria-pressed={value === "cost"} onClick={() => setValue("cost")}>
              Cost
            </button>
          </div>
          <div class="segments" role="group" aria-label="Time">
            {SPANS.map((one) => (
              <button key={one} type="button" aria-pressed={span === one} onClick={() => setSpan(one)}>
                {one} days
              </button>
            ))}
          </div>
        </div>
      </header>
      {failed && (
        <p class="error" role="alert">
          The relay does not answer. Open this page again in a moment.
        </p>
      )}
      {days !== null && (
        <section class="panel stack" aria-labelledby="by-day">
          <h2 id="by-day">By day</h2>
          <UsageChart days={days} value={value} format={format} />
          <details class="more">
            <summary>As a table</summary>
            <ShareTable label="Day" rows={[...days].reverse().map(({ at, ...day }) => ({ name: new Date(at * 1_000).toISOString().slice(0, 10), ...day }))} />
          </details>
        </section>
      )}
      <div class="pair">
        <section class="panel stack" aria-labelledby="by-machine">
          <h2 id="by-machine">By machine</h2>
          {shares === null ? <p class="hint" role="status">Adding up…</p> : <ShareTable label="Machine" rows={shares.machines} />}
        </section>
        <section class="panel stack" aria-labelledby="by-agent">
          <h2 id="by-agent">By agent</h2>
          {shares === null ? <p class="hint" role="status">Adding up…</p> : <ShareTable label="Agent" rows={shares.agents} />}
        </section>
      </div>
      <p class="hint">As the agents reported it, by days in UTC. Machines and agents are added up in this browser.</p>
    </section>
  );
}

function ShareTable({ label, rows }: { readonly label: string; readonly rows: readonly Share[] }) {
  if (rows.length === 0) return <p class="hint">Nothing was reported.</p>;
  return (
    <table class="table">
      <thead>
        <tr>
          <th scope="col">{label}</th>
          <th scope="col" class="figure">
            Tokens
          </th>
          <th scope="col" class="figure">
            Cost
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.name}>
            <th scope="row">
              <bdi>{row.name}</bdi>
            </th>
            <td class="figure">{tokens(row.tokens)}</td>
            <td class="figure">{money(row.cost)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

function tokens(count: number): string {
  return compact.format(count);
}

function money(amount: number): string {
  return `$${amount.toFixed(amount < 100 ? 2 : 0)}`;
}
