import { useState } from "preact/hooks";
import { RelayHttp } from "../../relay/http.ts";
import { CopyButton } from "../../ui/CopyButton.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { lazy } from "../../ui/Lazy.tsx";
import { install, installOffer } from "../../app/install.ts";
import { Link } from "../../app/Link.tsx";
import type { Workspace } from "../../workspace/workspace.ts";
import type { AccountStore } from "./accountStore.ts";
import { RecoveryText } from "./RecoveryText.tsx";
import { relayInfo } from "./registration.ts";

const AccountPanels = lazy(() => import("./AccountPanels.tsx").then((file) => file.AccountPanels));

interface AccountPageProps {
  readonly store: AccountStore;
  /** `null` until it is loaded. */
  readonly workspace: Workspace | null;
}

export function AccountPage({ store, workspace }: AccountPageProps) {
  const [asking, setAsking] = useState(false);
  const [text, setText] = useState<string | null>(null);
  const [leaving, setLeaving] = useState(false);
  const info = relayInfo.value;
  const unsent = workspace?.outbox.messages.value.filter(({ state }) => state.kind !== "confirmed").length ?? 0;

  const reveal = async () => {
    const { fromBase64Url, toRecoveryText } = await import("../../crypto/index.ts");
    const secret = fromBase64Url(store.account.value?.secret ?? "");
    if (secret !== null) setText(toRecoveryText(secret));
  };

  return (
    <section class="narrow stack">
      <h1 tabIndex={-1}>Account</h1>
      <nav class="row" aria-label="More of the account">
        <Link to="usage" class="button button-small">
          Usage
        </Link>
        <Link to="activity" class="button button-small">
          Activity
        </Link>
        <Link to="terminalConnect" class="button button-small">
          Connect a terminal or device
        </Link>
      </nav>
      <div class="panel stack">
        <h2>Recovery text</h2>
        <p>
          The only way into this account from another browser, and back into it from this one. Whoever has it has the
          account.
        </p>
        {text === null ? (
          <p>
            <button type="button" class="button" onClick={() => setAsking(true)}>
              Show recovery text
            </button>
          </p>
        ) : (
          <>
            <RecoveryText text={text} />
            <div class="row">
              <CopyButton text={text} what="recovery text" />
              <button type="button" class="button" onClick={() => setText(null)}>
                Hide
              </button>
            </div>
          </>
        )}
      </div>
      <div class="panel stack">
        <h2>This browser</h2>
        <p>
          Signed in to <bdi>{location.host}</bdi>
          {info?.ok === true && `, version ${info.value.version}`}. Signing out erases the account’s keys from this
          browser; your machines go on.
        </p>
        {installOffer.value !== null && (
          <p class="hint">Installed, it opens in a window of its own, also when the relay cannot be reached.</p>
        )}
        <div class="row">
          {installOffer.value !== null && (
            <button type="button" class="button" onClick={() => void install()}>
              Install as an app
            </button>
          )}
          <button type="button" class="button" onClick={() => setLeaving(true)}>
            Sign out
          </button>
        </div>
      </div>
      {workspace !== null && <AccountPanels workspace={workspace} />}
      {asking && (
        <Dialog title="Show the recovery text?" onClose={() => setAsking(false)}>
          <div class="stack">
            <p>It is the whole account. Show it only where nobody else sees the screen.</p>
            <div class="actions">
              <button type="button" class="button" data-autofocus onClick={() => setAsking(false)}>
                Cancel
              </button>
              <button
                type="button"
                class="button button-primary"
                onClick={() => {
                  setAsking(false);
                  void reveal();
                }}
              >
                Show it now
              </button>
            </div>
          </div>
        </Dialog>
      )}
      {leaving && <SignOutDialog store={store} unsent={unsent} onClose={() => setLeaving(false)} />}
    </section>
  );
}

interface SignOutDialogProps {
  readonly store: AccountStore;
  /** Messages that the relay does not have yet. */
  readonly unsent: number;
  readonly onClose: () => void;
}

function SignOutDialog({ store, unsent, onClose }: SignOutDialogProps) {
  const [stored, setStored] = useState(false);
  const signOut = () => {
    const token = store.account.value?.token ?? null;
    void store.erase();
    // Erasing does not wait for the relay: without an answer the bearer stays in its list of devices.
    if (token !== null) void new RelayHttp(token).signOut();
  };
  return (
    <Dialog title="Sign out of this browser?" onClose={onClose}>
      <div class="stack">
        <p>Without its recovery text the account cannot be opened again, here or anywhere.</p>
        {unsent > 0 && (
          <p class="notice">
            {unsent === 1 ? "One message has" : `${unsent} messages have`} not been sent yet and will be lost.
          </p>
        )}
        <label class="check">
          <input
            type="checkbox"
            checked={stored}
            data-autofocus
            onInput={(event) => setStored(event.currentTarget.checked)}
          />
          <span>I have stored the recovery text</span>
        </label>
        <div class="actions">
          <button type="button" class="button" onClick={onClose}>
            Cancel
          </button>
          <button type="button" class="button button-danger" disabled={!stored} onClick={signOut}>
            Sign out
          </button>
        </div>
      </div>
    </Dialog>
  );
}
