import { useEffect, useRef, useState } from "preact/hooks";
import { Dialog } from "../../ui/Dialog.tsx";
import { describe } from "../../ui/problems.ts";
import { TextField } from "../../ui/TextField.tsx";
import type { Problem } from "../../relay/http.ts";
import { EnrolmentSteps } from "./EnrolmentSteps.tsx";
import { nameFault, newMachineId, newMachineSecret } from "./enrolment.ts";
import type { MachinesModel } from "./machinesModel.ts";

interface AddMachineDialogProps {
  readonly model: MachinesModel;
  readonly accountKey: string;
  readonly onClose: () => void;
}

/** The chance of an id that exists is nil; a relay that says so each time shall not keep the dialog busy. */
const ATTEMPTS = 3;

export function AddMachineDialog({ model, accountKey, onClose }: AddMachineDialogProps) {
  const [name, setName] = useState("");
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [made, setMade] = useState<{ machineId: string; token: string } | null>(null);
  // State changes are seen at the next rendering only; two submits can come before it.
  const running = useRef(false);
  const steps = useRef<HTMLDivElement>(null);

  useEffect(() => {
    if (made !== null) steps.current?.querySelector<HTMLElement>("button")?.focus();
  }, [made]);

  const create = async () => {
    const fault = nameFault(name);
    if (running.current || fault !== null) {
      setError(fault);
      return;
    }
    running.current = true;
    setBusy(true);
    setError(null);
    const result = await createWithFreshId(model, name.trim());
    running.current = false;
    setBusy(false);
    if (result.made === null) setError(explain(result.problem));
    else setMade(result.made);
  };

  if (made !== null) {
    const row = model.list.value?.rows.find(({ machineId }) => machineId === made.machineId);
    return (
      <Dialog key="connect" title={`Connect “${name.trim()}”`} onClose={onClose} wide>
        <div ref={steps}>
          <EnrolmentSteps token={made.token} accountKey={accountKey} row={row} onDone={onClose} />
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog key="connect" title="Add a machine" onClose={onClose} wide>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void create();
        }}
      >
        <TextField
          label="Machine name"
          value={name}
          onInput={(value) => {
            setName(value);
            setError(null);
          }}
          hint="A label for your list, such as “studio” or “build server”. The relay can read it; everything else about the machine is encrypted."
          error={error}
          autofocus
        />
        <div class="actions">
          <button type="button" class="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class="button button-primary" disabled={busy || name.trim() === ""}>
            {busy ? "Creating…" : "Create"}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** New id and secret for every request: after a lost answer the first ones may belong to a machine that exists. */
async function createWithFreshId(
  model: MachinesModel,
  name: string,
): Promise<{ made: { machineId: string; token: string } } | { made: null; problem: Problem }> {
  for (let attempt = 1; ; attempt++) {
    const machineId = newMachineId();
    const answer = await model.create({ machineId, secret: newMachineSecret(), name });
    if (answer.ok) return { made: { machineId, token: answer.value.token } };
    const taken = answer.problem.kind === "refused" && answer.problem.status === 409;
    if (!taken || attempt === ATTEMPTS) return { made: null, problem: answer.problem };
  }
}

function explain(problem: Problem): string {
  if (problem.kind !== "unreachable") return describe(problem);
  return `${describe(problem)} If a machine with this name is already in the list, remove it: its token is lost.`;
}
