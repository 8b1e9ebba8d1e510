import { useEffect, useState } from "preact/hooks";
import { BASE } from "../../relay/base.ts";
import type { MachineRow } from "../../relay/schema.ts";
import { CopyButton } from "../../ui/CopyButton.tsx";
import { enrolCommand } from "./enrolment.ts";

interface EnrolmentStepsProps {
  readonly token: string;
  readonly accountKey: string;
  /** The row as the list knows it now; absent until the relay has told. */
  readonly row: MachineRow | undefined;
  /** After a token was replaced the machine may still be shown online by its old one: wait until that has ended. */
  readonly replaced?: boolean;
  readonly onDone: () => void;
}

/** Token and command, shown once; turns to "Connected" by itself. */
export function EnrolmentSteps({ token, accountKey, row, replaced = false, onDone }: EnrolmentStepsProps) {
  const [awaitingEnd, setAwaitingEnd] = useState(replaced);
  const online = row?.status === "online";
  useEffect(() => {
    if (!online) setAwaitingEnd(false);
  }, [online]);

  const connected = online && !awaitingEnd;
  const command = enrolCommand({ server: location.origin + BASE.slice(0, -1), token, accountKey });
  const [machineId] = token.split(":", 1);

  return (
    <div class="stack">
      <p class="notice">
        The command contains the machine’s secret token. It is shown <strong>only now</strong>: closing this dialog
        forgets it.
      </p>
      <ol class="steps">
        <li>
          <p>On the machine, open a terminal and paste this command:</p>
          <pre class="command" tabIndex={0} aria-label="Command to connect the machine">
            <code data-testid="enrol-command">
              <Words command={command} />
            </code>
          </pre>
          <CopyButton text={command} what="command" primary />
          <p class="hint">
            From a source checkout write <code>./roost</code> instead of <code>roost</code>.
          </p>
        </li>
        <li>
          <p>Leave it running. This dialog notices when the machine connects.</p>
          <p class={connected ? "waiting waiting-done" : "waiting"} role="status" data-testid="enrol-status">
            <span class={connected ? "mark mark-online" : "mark mark-waiting"} aria-hidden="true" />
            {connected ? "Connected" : "Waiting for the machine to connect"}
          </p>
          {connected && row?.enrolment === "keys" && (
            <p class="error">
              It connected without the account key, so nothing can be encrypted for it yet. Run the whole command,
              including <code>--account-key</code>, or close this and approve the code that the machine shows.
            </p>
          )}
        </li>
      </ol>
      <dl class="facts">
        <div>
          <dt>Machine id</dt>
          <dd>
            <code>{machineId}</code>
          </dd>
        </div>
        <div>
          <dt>Token, on its own</dt>
          <dd>
            <code data-testid="enrol-token">{token}</code>
          </dd>
        </div>
      </dl>
      <CopyButton text={token} what="token" />
      <div class="actions">
        <button type="button" class={connected ? "button button-primary" : "button"} onClick={onDone}>
          {connected ? "Done" : "Close"}
        </button>
      </div>
    </div>
  );
}

/** One line of text, however wide the dialog is: only the long values may be broken for the eye. */
function Words({ command }: { readonly command: string }) {
  return (
    <>
      {command.split(/(?<= )/).map((word) =>
        word.startsWith("--") && word.length < 20 ? <span class="command-word">{word}</span> : word,
      )}
    </>
  );
}
