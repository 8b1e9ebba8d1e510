import { useEffect, useState } from "preact/hooks";
import type { LinkState } from "../relay/link.ts";

/** A short interruption, as of a relay that restarts quickly, is not worth a word. */
const PATIENCE_MS = 1_500;

/** The one place that says how the page is connected. What it shows elsewhere is as of the last connected moment. */
export function ConnectionState({ state }: { readonly state: LinkState }) {
  const broken = state.kind === "offline";
  const [told, setTold] = useState(false);
  useEffect(() => {
    if (state.kind === "live") {
      setTold(false);
      return;
    }
    if (!broken) return;
    const timer = setTimeout(() => setTold(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [broken, state.kind]);

  return (
    <div role="status" class="connection">
      {told && broken ? (
        <p class="banner banner-warning" data-testid="connection-lost">
          <strong>Offline since {clock(state.sinceMs)}.</strong> Trying again. What you see is as of then; what you send
          is kept and goes out by itself.
        </p>
      ) : state.kind === "catching-up" && told ? (
        <p class="banner" data-testid="catching-up">
          Connected again, reading what happened since.
        </p>
      ) : (
        <p class="visually-hidden" data-testid="connection">
          {state.kind === "live" ? "Connected" : state.kind === "offline" ? "" : "Connecting"}
        </p>
      )}
    </div>
  );
}

function clock(time: number): string {
  return new Intl.DateTimeFormat("en", { timeStyle: "short" }).format(time);
}
