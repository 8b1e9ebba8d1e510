import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import type { Answer } from "../../relay/http.ts";
import type { MachineRow } from "../../relay/schema.ts";
import { Dialog } from "../../ui/Dialog.tsx";
import { describe } from "../../ui/problems.ts";
import { TextField } from "../../ui/TextField.tsx";
import { EnrolmentSteps } from "./EnrolmentSteps.tsx";
import { nameFault, newMachineSecret } from "./enrolment.ts";
import type { MachinesModel } from "./machinesModel.ts";

interface MachineDialogProps {
  readonly model: MachinesModel;
  readonly row: MachineRow;
  /** As shown in the list. */
  readonly name: string;
  readonly onClose: () => void;
}

/** One request at a time; answers whether it succeeded and keeps the words for the person if not. */
function useRequest() {
  const running = useRef(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const run = async <T,>(request: () => Promise<Answer<T>>): Promise<T | null> => {
    if (running.current) return null;
    running.current = true;
    setBusy(true);
    setError(null);
    const answer = await request();
    running.current = false;
    setBusy(false);
    if (answer.ok) return answer.value;
    setError(describe(answer.problem));
    return null;
  };
  return { busy, error, setError, run };
}

export function RenameDialog({ model, row, name: current, onClose }: MachineDialogProps) {
  const [name, setName] = useState(current);
  const { busy, error, setError, run } = useRequest();

  const rename = async () => {
    const fault = nameFault(name);
    if (fault !== null) {
      setError(fault);
      return;
    }
    if ((await run(() => model.rename(row.machineId, name.trim()))) !== null) onClose();
  };

  return (
    <Dialog title="Rename machine" onClose={onClose}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void rename();
        }}
      >
        <TextField label="Machine name" value={name} onInput={setName} error={error} autofocus />
        <Actions onCancel={onClose}>
          <button type="submit" class="button button-primary" disabled={busy || name.trim() === ""}>
            {busy ? "Renaming…" : "Rename"}
          </button>
        </Actions>
      </form>
    </Dialog>
  );
}

export function RemoveDialog(props: MachineDialogProps & { readonly onRemoved?: () => void }) {
  const { model, row, name, onClose, onRemoved = onClose } = props;
  const { busy, error, run } = useRequest();
  const remove = async () => {
    if ((await run(async () => success(await model.remove(row.machineId)))) !== null) onRemoved();
  };
  return (
    <Dialog title={`Remove “${name}”?`} onClose={onClose}>
      <div class="stack">
        <p>
          The machine is disconnected at once and its token stops working. Its conversations stay readable. To connect
          it again you add it anew.
        </p>
        <Failure error={error} />
        <Actions onCancel={onClose} cancelFirst>
          <button type="button" class="button button-danger" disabled={busy} onClick={() => void remove()}>
            {busy ? "Removing…" : "Remove machine"}
          </button>
        </Actions>
      </div>
    </Dialog>
  );
}

export function ReplaceTokenDialog(props: MachineDialogProps & { readonly accountKey: string }) {
  const { model, row, name, accountKey, onClose } = props;
  const [token, setToken] = useState<string | null>(null);
  const { busy, error, run } = useRequest();

  const replace = async () => {
    const made = await run(() => model.replaceSecret(row.machineId, newMachineSecret()));
    if (made !== null) setToken(made.token);
  };

  if (token !== null) {
    return (
      <Dialog key="replace" title={`Connect “${name}” again`} onClose={onClose} wide>
        <EnrolmentSteps token={token} accountKey={accountKey} row={row} replaced onDone={onClose} />
      </Dialog>
    );
  }
  return (
    <Dialog key="replace" title={`Replace the token of “${name}”?`} onClose={onClose} wide>
      <div class="stack">
        <p>
          The old token stops working and the machine is disconnected until you run the new command on it. Do this when
          the token was lost or may have been seen by someone.
        </p>
        <Failure error={error} />
        <Actions onCancel={onClose} cancelFirst>
          <button type="button" class="button button-primary" disabled={busy} onClick={() => void replace()}>
            {busy ? "Replacing…" : "Replace token"}
          </button>
        </Actions>
      </div>
    </Dialog>
  );
}

export function KeysChangedDialog(props: MachineDialogProps & { readonly changedKey: string }) {
  const { model, row, name, changedKey, onClose } = props;
  return (
    <Dialog title={`The keys of “${name}” changed`} onClose={onClose}>
      <div class="stack">
        <p>
          This browser knew the machine by another encryption key. That is expected after the machine was set up again
          or has lost its files. If neither happened, someone may have put another machine in its place.
        </p>
        <p>Until you accept the new key, nothing from this machine is shown and nothing is sent to it.</p>
        <Actions onCancel={onClose} cancelFirst>
          <button
            type="button"
            class="button button-primary"
            onClick={() => {
              model.trustKey(row.machineId, changedKey);
              onClose();
            }}
          >
            Accept the new key
          </button>
        </Actions>
      </div>
    </Dialog>
  );
}

interface ActionsProps {
  readonly onCancel: () => void;
  readonly children: ComponentChildren;
  /** Focus starts on Cancel, so that Enter does no harm. */
  readonly cancelFirst?: boolean;
}

function Actions({ onCancel, children, cancelFirst = false }: ActionsProps) {
  return (
    <div class="actions">
      <button type="button" class="button" onClick={onCancel} {...(cancelFirst ? { "data-autofocus": true } : {})}>
        Cancel
      </button>
      {children}
    </div>
  );
}

function Failure({ error }: { readonly error: string | null }) {
  return (
    <p class="error" role="alert" hidden={error === null}>
      {error}
    </p>
  );
}

/** An answer without content is a success too. */
function success(answer: Answer<unknown>): Answer<true> {
  return answer.ok ? { ok: true, value: true } : answer;
}
