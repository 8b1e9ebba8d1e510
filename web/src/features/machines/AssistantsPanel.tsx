import { useEffect, useState } from "preact/hooks";
import * as z from "zod/mini";
import { read, type MachineRow } from "../../relay/schema.ts";
import { Dialog } from "../../ui/Dialog.tsx";
import { describe } from "../../ui/problems.ts";
import { TextField } from "../../ui/TextField.tsx";
import { TimeAgo } from "../../ui/TimeAgo.tsx";
import type { Workspace } from "../../workspace/workspace.ts";
import { changeAssistant, createAssistant, listAssistants, type Assistant, type AssistantAction } from "./assistants.ts";
import { rootsOf } from "./remoteFolders.ts";

const ACTIONS: Readonly<Record<Assistant["approval"], readonly (readonly [action: AssistantAction, words: string])[]>> = {
  pending: [
    ["approve", "Approve"],
    ["reject", "Reject"],
  ],
  approved: [["revoke", "Revoke"]],
  revoked: [["remove", "Remove"]],
};

const WORDS: Readonly<Record<Assistant["approval"], string>> = { pending: "Waits for your approval", approved: "Approved", revoked: "Revoked" };
const changed = z.object({ machineId: z.string() });

/** Directories of the machine in which agents may run, and the owner's word on each. */
export function AssistantsPanel({ workspace, row }: { readonly workspace: Workspace; readonly row: MachineRow }) {
  const [assistants, setAssistants] = useState<readonly Assistant[] | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [adding, setAdding] = useState(false);
  const [busy, setBusy] = useState<string | null>(null);
  const machine = workspace.machine(row.machineId);
  const keyed = machine !== undefined;

  const load = async () => {
    const answer = await listAssistants(workspace, row.machineId);
    if (answer.ok) setAssistants(answer.value);
    setError(answer.ok ? null : describe(answer.problem));
  };

  // Every change of an assistant sends the row, because its counts change, and sometimes an event of its own.
  useEffect(() => void load(), [row.machineId, row.rev, keyed]);
  useEffect(
    () =>
      workspace.link.listen({
        event(name, value) {
          if (name === "machine-assistants" && read(changed, value)?.machineId === row.machineId) void load();
        },
      }),
    [row.machineId],
  );

  const act = async (assistant: Assistant, action: AssistantAction) => {
    setBusy(assistant.assistantId);
    const answer = await changeAssistant(workspace, row.machineId, assistant.assistantId, action);
    setBusy(null);
    setError(answer.ok ? null : describe(answer.problem));
    await load();
  };

  return (
    <section class="panel stack" aria-labelledby="assistants-title">
      <div class="panel-head">
        <h2 id="assistants-title">Assistants</h2>
        {machine !== undefined && row.status === "online" && (
          <button type="button" class="button button-small" onClick={() => setAdding(true)}>
            Add assistant
          </button>
        )}
      </div>
      <p class="error" role="alert" hidden={error === null}>
        {error}
      </p>
      {assistants?.length === 0 && <p class="hint">None. An assistant is a directory in which an agent may run.</p>}
      <ul class="plain-rows">
        {assistants?.map((assistant) => {
          const name = assistant.details?.name ?? assistant.details?.directory ?? "Locked assistant";
          return (
            <li key={assistant.assistantId} class="plain-row" data-assistant={assistant.approval}>
              <div>
                <p>
                  <strong>
                    <bdi>{name}</bdi>
                  </strong>
                </p>
                {assistant.details !== null && name !== assistant.details.directory && (
                  <p class="hint">
                    <code>{assistant.details.directory}</code>
                  </p>
                )}
                <p class="hint">
                  {WORDS[assistant.approval]}
                  {assistant.approval === "approved" && (assistant.status === "online" ? ", online" : ", offline")}
                  {", added "}
                  <TimeAgo time={assistant.createdAt} />
                </p>
              </div>
              <div class="row">
                {ACTIONS[assistant.approval].map(([action, words]) => (
                  <button
                    key={action}
                    type="button"
                    class={action === "approve" ? "button button-primary button-small" : "button button-small"}
                    disabled={busy !== null}
                    aria-label={`${words} ${name}`}
                    onClick={() => void act(assistant, action)}
                  >
                    {words}
                  </button>
                ))}
              </div>
            </li>
          );
        })}
      </ul>
      {adding && machine !== undefined && (
        <AddDialog
          first={rootsOf(machine)[0] ?? "/"}
          onAdd={(directory, name) => createAssistant(workspace, machine, directory, name)}
          onClose={() => setAdding(false)}
        />
      )}
    </section>
  );
}

interface AddDialogProps {
  readonly first: string;
  readonly onAdd: (directory: string, name: string) => Promise<string | null>;
  readonly onClose: () => void;
}

function AddDialog({ first, onAdd, onClose }: AddDialogProps) {
  const [directory, setDirectory] = useState(first);
  const [name, setName] = useState("");
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const add = async () => {
    setBusy(true);
    const fault = await onAdd(directory.trim(), name.trim());
    setBusy(false);
    setError(fault);
    if (fault === null) onClose();
  };
  return (
    <Dialog title="Add an assistant" onClose={onClose}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void add();
        }}
      >
        <TextField label="Directory" value={directory} onInput={setDirectory} error={error} autofocus />
        <TextField label="Name (optional)" value={name} onInput={setName} maxLength={100} />
        <div class="actions">
          <button type="button" class="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class="button button-primary" disabled={busy || directory.trim() === ""}>
            {busy ? "Adding…" : "Add"}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
