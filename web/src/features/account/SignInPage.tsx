import { useRef, useState } from "preact/hooks";
import { Link } from "../../app/Link.tsx";
import type { Problem } from "../../relay/http.ts";
import { describe } from "../../ui/problems.ts";
import { TextField } from "../../ui/TextField.tsx";
import type { AccountStore } from "./accountStore.ts";
import { enter, isRegistrationRefused } from "./enter.ts";
import { InviteField } from "./InviteField.tsx";
import { relayInfo } from "./registration.ts";

export function SignInPage({ store }: { readonly store: AccountStore }) {
  const kept = store.account.value;
  return (
    <section class="narrow stack">
      <h1 tabIndex={-1}>Sign in</h1>
      {kept !== null && kept.token === null && <SignInAgain store={store} secret={kept.secret} />}
      <RecoveryForm store={store} />
      {kept === null && (
        <p>
          Or{" "}
          <Link to="link" class="link">
            sign in from another device
          </Link>{" "}
          that is signed in already.
        </p>
      )}
    </section>
  );
}

/** The relay ended this browser's sign-in, but the account is still here. */
function SignInAgain({ store, secret }: { readonly store: AccountStore; readonly secret: string }) {
  const [error, setError] = useState<string | null>(null);
  const running = useRef(false);
  const again = async () => {
    if (running.current) return;
    running.current = true;
    const { fromBase64Url } = await import("../../crypto/index.ts");
    const bytes = fromBase64Url(secret);
    const problem = bytes === null ? null : await enter(store, bytes, "");
    running.current = false;
    if (problem !== null) setError(explain(problem, ""));
  };
  return (
    <div class="banner stack" role="status">
      <p>The relay ended the sign-in of this browser. Your account is still kept here.</p>
      <p class="error" role="alert" hidden={error === null}>
        {error}
      </p>
      <p>
        <button type="button" class="button button-primary" onClick={() => void again()}>
          Sign in again
        </button>
      </p>
    </div>
  );
}

function RecoveryForm({ store }: { readonly store: AccountStore }) {
  const [text, setText] = useState("");
  const [invite, setInvite] = useState("");
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const running = useRef(false);
  const info = relayInfo.value;

  const signIn = async () => {
    if (running.current) return;
    running.current = true;
    setBusy(true);
    setError(await attempt(store, text, invite));
    running.current = false;
    setBusy(false);
  };

  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        void signIn();
      }}
    >
      <TextField
        label="Recovery text"
        value={text}
        onInput={(value) => {
          setText(value);
          setError(null);
        }}
        hint="Eleven groups of letters. Capitals, dashes and blanks do not matter."
        error={error}
        rows={3}
        code
        autofocus
      />
      {info?.ok === true && info.value.registration === "invite" && (
        <details class="more">
          <summary>New on this relay?</summary>
          <InviteField value={invite} onInput={setInvite} />
        </details>
      )}
      <div class="actions actions-start">
        <button type="submit" class="button button-primary" disabled={busy || text.trim() === ""}>
          {busy ? "Signing in…" : "Sign in"}
        </button>
        {store.account.value === null && (
          <Link to="welcome" class="button button-quiet">
            Back
          </Link>
        )}
      </div>
    </form>
  );
}

async function attempt(store: AccountStore, text: string, invite: string): Promise<string | null> {
  const { fromRecoveryText } = await import("../../crypto/index.ts");
  const recovered = fromRecoveryText(text);
  if (!recovered.ok) {
    return recovered.length < 32
      ? "This is not a whole recovery text; some of it is missing."
      : "This is more than a recovery text; check what was pasted.";
  }
  const problem = await enter(store, recovered.secret, invite);
  return problem === null ? null : explain(problem, invite);
}

function explain(problem: Problem, invite: string): string {
  if (!isRegistrationRefused(problem)) return describe(problem);
  return invite.trim() === ""
    ? "This relay has no account for this recovery text and takes no new ones without an invite."
    : "This relay has no account for this recovery text and did not accept the invite code.";
}
