import { useState } from "preact/hooks";
import { RelayHttp } from "../../relay/http.ts";
import { CopyButton } from "../../ui/CopyButton.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import type { AccountStore } from "./accountStore.ts";
import { RecoveryText } from "./RecoveryText.tsx";
import { relayInfo } from "./registration.ts";

export function AccountPage({ store }: { readonly store: AccountStore }) {
  const [text, setText] = useState<string | null>(null);
  const [leaving, setLeaving] = useState(false);
  const info = relayInfo.value;

  const reveal = async () => {
    const { fromBase64Url, toRecoveryText } = await import("../../crypto/index.ts");
    const secret = fromBase64Url(store.account.value?.secret ?? "");
    if (secret !== null) setText(toRecoveryText(secret));
  };

  return (
    <section class="narrow stack">
      <h1 tabIndex={-1}>Account</h1>
      <div class="panel stack">
        <h2>Recovery text</h2>
        <p>
          The only way into this account from another browser, and back into it from this one. Whoever has it has the
          account.
        </p>
        {text === null ? (
          <p>
            <button type="button" class="button" onClick={() => void reveal()}>
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
        <p>
          <button type="button" class="button" onClick={() => setLeaving(true)}>
            Sign out
          </button>
        </p>
      </div>
      {leaving && <SignOutDialog store={store} onClose={() => setLeaving(false)} />}
    </section>
  );
}

function SignOutDialog({ store, onClose }: { readonly store: AccountStore; readonly onClose: () => void }) {
  const [stored, setStored] = useState(false);
  const signOut = () => {
    const token = store.account.value?.token ?? null;
    store.erase();
    // Erasing does not wait for the relay: without an answer the bearer stays in its list of devices.
    if (token !== null) void new RelayHttp(token).signOut();
  };
  return (
    <Dialog title="Sign out of this browser?" onClose={onClose}>
      <div class="stack">
        <p>Without its recovery text the account cannot be opened again, here or anywhere.</p>
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
