import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Link } from "../../app/Link.tsx";
import { pendingLink } from "../../app/pendingLink.ts";
import { navigate } from "../../app/routes.ts";
import { linkCode, readLink, type LinkRequest } from "../../crypto/index.ts";
import { describe } from "../../ui/problems.ts";
import { TextField } from "../../ui/TextField.tsx";
import type { Workspace } from "../../workspace/workspace.ts";
import { approveLink, terminalStatus } from "./linking.ts";

/** Somebody asks to be let in to this account: by an address that was opened, or by a text that is pasted here. */
export function ConnectPage({ workspace }: { readonly workspace: Workspace | null }) {
  const [text, setText] = useState(pendingLink.value ?? "");
  const request = useMemo(() => readLink(text), [text]);
  useEffect(() => {
    // Once shown it is this page's; going elsewhere must not lead back here.
    pendingLink.value = null;
  }, []);
  return (
    <section class="narrow stack">
      <h1 tabIndex={-1}>{request?.kind === "account" ? "Let another device in" : "Connect a terminal or a device"}</h1>
      {request !== null && workspace === null ? (
        <p class="loading-line" role="status">
          Loading…
        </p>
      ) : request === null || workspace === null ? (
        <TextField
          label="What the other device shows"
          value={text}
          onInput={setText}
          rows={3}
          hint="An address with “connect”, or a text that begins with happy://"
          error={text.trim() === "" || request !== null ? null : "That is not such an address or text."}
          autofocus
        />
      ) : (
        <Asked key={text} workspace={workspace} request={request} />
      )}
    </section>
  );
}

type State = "looking" | "asking" | "busy" | "done" | "gone";

function Asked({ workspace, request }: { readonly workspace: Workspace; readonly request: LinkRequest }) {
  const { http } = workspace.link;
  const terminal = request.kind === "terminal";
  const [state, setState] = useState<State>(terminal ? "looking" : "asking");
  const [v2, setV2] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const running = useRef(false);

  useEffect(() => {
    if (!terminal) return;
    void terminalStatus(http, request.publicKey).then((answer) => {
      if (!answer.ok) setError(describe(answer.problem));
      else if (answer.value.status !== "pending") setState("gone");
      else {
        setV2(answer.value.supportsV2);
        setState("asking");
      }
    });
  }, []);

  const approve = async () => {
    if (running.current) return;
    running.current = true;
    setState("busy");
    const answer = await approveLink(http, workspace.keys, request, v2);
    running.current = false;
    if (answer.ok) setState("done");
    else if (answer.problem.kind === "refused" && answer.problem.status === 404) setState("gone");
    else {
      setError(describe(answer.problem));
      setState("asking");
    }
  };

  return (
    <div class="stack">
      {state === "looking" && <p role="status">Looking who asks…</p>}
      {state === "gone" && (
        <p role="status">Nobody waits with this code any more. Start again on the other side, and open the new address.</p>
      )}
      {(state === "asking" || state === "busy") && (
        <>
          <p>
            {terminal
              ? "A terminal asks to be connected to your account. It will be able to run sessions that you can read."
              : "A device asks to be signed in to your account. It gets the account’s master key and can then do everything that you can."}
          </p>
          {terminal && !v2 && (
            <p class="notice">It is an older command line and gets the account’s master key: it can read everything of yours.</p>
          )}
          {!terminal && (
            <p>
              It shows this code. Approve only if it is the same:
              <span class="compare" data-testid="link-code">
                {linkCode(request.publicKey)}
              </span>
            </p>
          )}
          <p class="hint">Approve only what you started yourself, just now.</p>
          <div class="actions actions-start">
            <button type="button" class="button button-primary" disabled={state === "busy"} onClick={() => void approve()}>
              {state === "busy" ? "Approving…" : "Approve"}
            </button>
            <button type="button" class="button" onClick={() => navigate("account")}>
              Reject
            </button>
          </div>
        </>
      )}
      {state === "done" && (
        <>
          <p role="status">Approved. {terminal ? "The terminal goes on by itself." : "The other device signs in by itself."}</p>
          <p>
            <Link to="account" class="button">
              Devices of this account
            </Link>
          </p>
        </>
      )}
      <p class="error" role="alert" hidden={error === null}>
        {error}
      </p>
    </div>
  );
}
