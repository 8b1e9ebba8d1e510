import { useEffect, useRef, useState } from "preact/hooks";
import * as z from "zod/mini";
import { navigate } from "../../app/routes.ts";
import { read } from "../../relay/schema.ts";
import { Dialog } from "../../ui/Dialog.tsx";
import { SelectField } from "../../ui/SelectField.tsx";
import type { OpenMachine, Workspace } from "../../workspace/workspace.ts";
import { PERMISSION_SETTING, readSettings } from "../account/settings.ts";
import { onMachine, rootsOf } from "../machines/remoteFolders.ts";
import type { SessionMetadata } from "../sessions/metadata.ts";
import { agentsOf, modelsFor } from "./agents.ts";
import { FolderPicker } from "./FolderPicker.tsx";

const outcome = z.object({
  type: z.string(),
  sessionId: z.optional(z.string()),
  directory: z.optional(z.string()),
  clientRequestId: z.optional(z.string()),
  retryAfterMs: z.optional(z.number()),
});

const PERMISSION_MODES: readonly (readonly [code: string, words: string])[] = [
  ["default", "Ask me first"],
  ["acceptEdits", "Edit files without asking"],
  ["plan", "Only plan, change nothing"],
  ["read-only", "Read only"],
  ["bypassPermissions", "Never ask (risky)"],
];

const LAST = "roosthold.last-machine";
const MAX_POLLS = 60;

interface NewSessionDialogProps {
  readonly workspace: Workspace;
  readonly onClose: () => void;
  /** Chosen at first. */
  readonly machineId?: string;
  readonly directory?: string;
}

export function NewSessionDialog({ workspace, onClose, machineId, directory }: NewSessionDialogProps) {
  const rows = workspace.model.list.value?.rows ?? [];
  const machines = rows.map((row) => workspace.machine(row.machineId)).filter((one) => one !== undefined);
  const online = machines.filter(({ row }) => row.status === "online");
  const [chosen, setChosen] = useState(() => machineId ?? remembered(online) ?? online[0]?.row.machineId ?? "");
  const machine = machines.find(({ row }) => row.machineId === chosen);

  return (
    <Dialog title="New session" onClose={onClose} wide>
      {online.length === 0 ? (
        <div class="stack">
          <p>No machine is online that this browser can open. Start the daemon on one of your machines, then try again.</p>
          <div class="actions">
            <button type="button" class="button" data-autofocus onClick={onClose}>
              Close
            </button>
          </div>
        </div>
      ) : (
        <div class="stack">
          <SelectField
            label="Machine"
            value={chosen}
            onChange={setChosen}
            options={machines.map(({ row, name }) => ({
              value: row.machineId,
              words: row.status === "online" ? name : `${name} (offline)`,
              disabled: row.status !== "online",
            }))}
            autofocus
          />
          {machine !== undefined && (
            <Details key={chosen} workspace={workspace} machine={machine} directory={directory} onClose={onClose} />
          )}
        </div>
      )}
    </Dialog>
  );
}

interface DetailsProps {
  readonly workspace: Workspace;
  readonly machine: OpenMachine;
  readonly directory: string | undefined;
  readonly onClose: () => void;
}

function Details({ workspace, machine, directory, onClose }: DetailsProps) {
  const agents = agentsOf(machine.metadata);
  const [path, setPath] = useState(directory ?? rootsOf(machine)[0] ?? "/");
  const [agentId, setAgentId] = useState(agents[0]?.id ?? "");
  const agent = agents.find(({ id }) => id === agentId);
  const known = agent === undefined ? { models: [], last: "" } : modelsFor(agent, machine.row.machineId, sessionsOf(workspace));
  const [pickedModel, setPickedModel] = useState<string | null>(null);
  const model = pickedModel ?? known.last;
  const [mode, setMode] = useState("default");
  const chosen = useRef(false);
  useEffect(() => {
    // The person's own preference, unless they were faster.
    void readSettings(workspace).then((settings) => {
      const preferred = "values" in settings ? settings.values[PERMISSION_SETTING] : undefined;
      if (!chosen.current && PERMISSION_MODES.some(([code]) => code === preferred)) setMode(String(preferred));
    });
  }, []);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const [toMake, setToMake] = useState<string | null>(null);
  const running = useRef(false);

  const start = async (approved: boolean) => {
    if (running.current) return;
    running.current = true;
    setBusy(true);
    setError(null);
    const result = await spawn(workspace, machine, {
      type: "spawn-in-directory",
      directory: path.trim(),
      ...(approved ? { approvedNewDirectoryCreation: true } : {}),
      ...(agentId === "" ? {} : { agent: agentId }),
      ...(model === "" ? {} : { modelMode: model }),
      ...(mode === "default" ? {} : { permissionMode: mode }),
    });
    running.current = false;
    setBusy(false);
    switch (result.kind) {
      case "started":
        remember(machine.row.machineId);
        onClose();
        navigate("session", result.sessionId);
        break;
      case "ask":
        setToMake(result.directory);
        break;
      case "failed":
        setError(result.error);
    }
  };

  if (toMake !== null) {
    return (
      <div class="stack">
        <p role="alert">
          The folder <code>{toMake}</code> does not exist on “{machine.name}”. Make it?
        </p>
        <p class="error" role="alert" hidden={error === null}>
          {error}
        </p>
        <div class="actions">
          <button type="button" class="button" onClick={() => setToMake(null)}>
            Back
          </button>
          <button type="button" class="button button-primary" disabled={busy} onClick={() => void start(true)}>
            {busy ? "Starting…" : "Make it and start"}
          </button>
        </div>
      </div>
    );
  }
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        void start(false);
      }}
    >
      <FolderPicker workspace={workspace} machine={machine} path={path} onPath={setPath} />
      <div class="pair">
        <SelectField
          label="Agent"
          value={agentId}
          onChange={(id) => {
            setAgentId(id);
            setPickedModel(null);
          }}
          options={agents.map(({ id, name }) => ({ value: id, words: name }))}
        />
        {known.models.length > 0 && (
          <SelectField
            label="Model"
            value={model}
            onChange={setPickedModel}
            options={[
              { value: "", words: "The agent’s own choice" },
              ...known.models.map(({ code, name }) => ({ value: code, words: name })),
            ]}
          />
        )}
        <SelectField
          label="Permissions"
          value={mode}
          onChange={(code) => {
            chosen.current = true;
            setMode(code);
          }}
          options={PERMISSION_MODES.map(([value, words]) => ({ value, words }))}
        />
      </div>
      <p class="error" role="alert" hidden={error === null}>
        {error}
      </p>
      <div class="actions">
        <button type="button" class="button" onClick={onClose}>
          Cancel
        </button>
        <button type="submit" class="button button-primary" disabled={busy || path.trim() === ""}>
          {busy ? "Starting…" : "Start session"}
        </button>
      </div>
    </form>
  );
}

function* sessionsOf({ sessions }: Workspace): Generator<SessionMetadata> {
  for (const id of sessions.order.value ?? []) {
    const session = sessions.session(id)?.peek();
    if (session !== undefined) yield session.metadata;
  }
}

type Spawned =
  | { readonly kind: "started"; readonly sessionId: string }
  | { readonly kind: "ask"; readonly directory: string }
  | { readonly kind: "failed"; readonly error: string };

/** A machine that needs longer than a call may take says `pending` and is asked again with the same request. */
async function spawn(workspace: Workspace, machine: OpenMachine, params: Record<string, unknown>): Promise<Spawned> {
  let asked = params;
  for (let poll = 0; poll < MAX_POLLS; poll++) {
    const answer = await onMachine(workspace, machine, "spawn-happy-session", asked);
    if (!answer.ok) return { kind: "failed", error: answer.error };
    const told = read(outcome, answer.value);
    if (told?.type === "success" && told.sessionId !== undefined) return { kind: "started", sessionId: told.sessionId };
    if (told?.type === "requestToApproveDirectoryCreation") {
      return { kind: "ask", directory: told.directory ?? String(params["directory"]) };
    }
    if (told?.type !== "pending") break;
    if (told.clientRequestId !== undefined) asked = { ...params, clientRequestId: told.clientRequestId };
    await new Promise((resolve) => setTimeout(resolve, Math.min(Math.max(told.retryAfterMs ?? 1_000, 200), 10_000)));
  }
  return { kind: "failed", error: "The machine did not start a session." };
}

function remembered(online: readonly OpenMachine[]): string | undefined {
  try {
    const id = localStorage.getItem(LAST);
    return online.find(({ row }) => row.machineId === id)?.row.machineId;
  } catch {
    return undefined;
  }
}

function remember(machineId: string): void {
  try {
    localStorage.setItem(LAST, machineId);
  } catch {
    // Then the first one is offered next time.
  }
}
