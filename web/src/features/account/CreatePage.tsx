import { useEffect, useRef, useState } from "preact/hooks";
import { Link } from "../../app/Link.tsx";
import { CopyButton } from "../../ui/CopyButton.tsx";
import { describe } from "../../ui/problems.ts";
import { TextField } from "../../ui/TextField.tsx";
import type { AccountStore } from "./accountStore.ts";
import { enter, isRegistrationRefused } from "./enter.ts";
import { InviteField } from "./InviteField.tsx";
import { RecoveryText } from "./RecoveryText.tsx";
import { relayInfo } from "./registration.ts";

type Crypto = typeof import("../../crypto/index.ts");

/** A recovery text that exists on this page only, until the account is made. */
interface Draft {
  readonly secret: Uint8Array;
  readonly text: string;
  /** The groups the person has to type, counted from 0. */
  readonly asked: readonly [number, number];
}

/**
 * Shows the recovery text once, checks that it was stored, and only then makes the account: an account whose recovery
 * text was never seen could lock its owner out, or take the only place on a relay that closes after the first.
 */
export function CreatePage({ store }: { readonly store: AccountStore }) {
  const [crypto, setCrypto] = useState<Crypto | null>(null);
  const [draft, setDraft] = useState<Draft | null>(null);
  const [step, setStep] = useState<"store" | "confirm">("store");
  const heading = useRef<HTMLHeadingElement>(null);

  useEffect(() => {
    void import("../../crypto/index.ts").then((loaded) => {
      const secret = loaded.newMasterSecret();
      const text = loaded.toRecoveryText(secret);
      setCrypto(loaded);
      setDraft({ secret, text, asked: twoGroups() });
    });
  }, []);

  const go = (to: "store" | "confirm") => {
    setStep(to);
    heading.current?.focus();
  };

  const info = relayInfo.value;
  if (info?.ok && info.value.registration === "closed") {
    return (
      <section class="narrow stack">
        <h1 tabIndex={-1}>Create account</h1>
        <p>This relay takes no new accounts. If you have one, sign in with its recovery text.</p>
        <p>
          <Link to="signIn" class="button button-primary">
            Sign in
          </Link>
        </p>
      </section>
    );
  }
  return (
    <section class="narrow stack">
      <p class="eyebrow">Step {step === "store" ? 1 : 2} of 2</p>
      <h1 tabIndex={-1} ref={heading}>
        {step === "store" ? "Your recovery text" : "Check what you stored"}
      </h1>
      {draft === null || crypto === null ? (
        <p role="status">Making your keys…</p>
      ) : step === "store" ? (
        <StoreStep text={draft.text} onNext={() => go("confirm")} />
      ) : (
        <ConfirmStep store={store} draft={draft} crypto={crypto} onBack={() => go("store")} />
      )}
    </section>
  );
}

function StoreStep({ text, onNext }: { readonly text: string; readonly onNext: () => void }) {
  return (
    <>
      <p>
        This text <strong>is</strong> your account. It is made in this browser and the relay never sees it, so nobody
        can send it to you again. Keep it in a password manager or on paper.
      </p>
      <RecoveryText text={text} />
      <div class="row">
        <CopyButton text={text} what="recovery text" />
        <button type="button" class="button" onClick={() => download(text)}>
          Download
        </button>
      </div>
      <div class="actions actions-start">
        <button type="button" class="button button-primary" onClick={onNext}>
          I have stored it
        </button>
        <Link to="welcome" class="button button-quiet">
          Cancel
        </Link>
      </div>
    </>
  );
}

interface ConfirmStepProps {
  readonly store: AccountStore;
  readonly draft: Draft;
  readonly crypto: Crypto;
  readonly onBack: () => void;
}

function ConfirmStep({ store, draft, crypto, onBack }: ConfirmStepProps) {
  const [typed, setTyped] = useState<readonly [string, string]>(["", ""]);
  const [wrong, setWrong] = useState<readonly [boolean, boolean]>([false, false]);
  const [invite, setInvite] = useState("");
  const [refused, setRefused] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const running = useRef(false);
  const groups = draft.text.split("-");
  const info = relayInfo.value;
  const byInvite = refused || (info?.ok === true && info.value.registration === "invite");

  const create = async () => {
    if (running.current) return;
    const faults = draft.asked.map((group, at) => crypto.recoveryLetters(typed[at] ?? "") !== groups[group]);
    setWrong([faults[0] === true, faults[1] === true]);
    if (faults.includes(true)) return;
    running.current = true;
    setBusy(true);
    setError(null);
    const problem = await enter(store, draft.secret, invite);
    running.current = false;
    setBusy(false);
    if (problem === null) return;
    if (isRegistrationRefused(problem)) {
      setRefused(true);
      setError(
        invite.trim() === ""
          ? "This relay needs an invite code for a new account."
          : "The relay did not accept this invite code. It may be used up or expired.",
      );
    } else {
      setError(describe(problem));
    }
  };

  const field = (at: 0 | 1) => (
    <TextField
      label={`Group ${draft.asked[at] + 1} of the text`}
      value={typed[at]}
      onInput={(value) => setTyped(at === 0 ? [value, typed[1]] : [typed[0], value])}
      error={wrong[at] ? "That is not this group. Look at what you stored." : null}
      code
    />
  );

  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        void create();
      }}
    >
      <p>Type two of the groups from the copy you keep. The groups are the letters between the dashes.</p>
      <div class="pair">
        {field(0)}
        {field(1)}
      </div>
      {byInvite && <InviteField value={invite} onInput={setInvite} />}
      <p class="error" role="alert" hidden={error === null}>
        {error}
      </p>
      <div class="actions actions-start">
        <button
          type="submit"
          class="button button-primary"
          disabled={busy || typed[0].trim() === "" || typed[1].trim() === ""}
        >
          {busy ? "Creating…" : "Create account"}
        </button>
        <button type="button" class="button button-quiet" onClick={onBack}>
          Show the text again
        </button>
      </div>
    </form>
  );
}

/** Two different ones of the ten whole groups, in order. */
function twoGroups(): readonly [number, number] {
  const [a = 0, b = 0] = crypto.getRandomValues(new Uint8Array(2));
  const first = a % 10;
  const second = (first + 1 + (b % 9)) % 10;
  return first < second ? [first, second] : [second, first];
}

function download(text: string): void {
  const words = `Roosthold recovery text for ${location.host}\n\n${text}\n\nWhoever has this text has the account.\n`;
  const address = URL.createObjectURL(new Blob([words], { type: "text/plain" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = "roosthold-recovery.txt";
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
