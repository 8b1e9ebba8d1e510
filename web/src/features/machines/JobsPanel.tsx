import { useEffect, useState } from "preact/hooks";
import * as z from "zod/mini";
import { Link } from "../../app/Link.tsx";
import { read } from "../../relay/schema.ts";
import { Dialog } from "../../ui/Dialog.tsx";
import { describe } from "../../ui/problems.ts";
import { SelectField } from "../../ui/SelectField.tsx";
import { TextField } from "../../ui/TextField.tsx";
import { TimeAgo } from "../../ui/TimeAgo.tsx";
import type { OpenMachine, Workspace } from "../../workspace/workspace.ts";
import { titleOfSession } from "../sessions/sessionState.ts";
import { listAssistants, type Assistant } from "./assistants.ts";
import { cronFault, cronWords, listJobs, removeJob, runJob, saveJob, type Job, type JobData } from "./jobs.ts";

const changed = z.object({ machineId: z.string() });

interface JobsPanelProps {
  readonly workspace: Workspace;
  readonly machine: OpenMachine;
}

/** Prompts that the machine sends by a schedule. It keeps and fires them; this page only writes them down. */
export function JobsPanel({ workspace, machine }: JobsPanelProps) {
  const { machineId } = machine.row;
  const [jobs, setJobs] = useState<readonly Job[] | null>(null);
  const [assistants, setAssistants] = useState<readonly Assistant[]>([]);
  const [error, setError] = useState<string | null>(null);
  const [told, setTold] = useState("");
  const [editing, setEditing] = useState<Job | "new" | null>(null);

  const load = async () => {
    const [found, known] = await Promise.all([listJobs(workspace, machine), listAssistants(workspace, machineId)]);
    if (found.ok) setJobs(found.value);
    if (known.ok) setAssistants(known.value.filter(({ approval }) => approval === "approved"));
    setError(found.ok ? null : describe(found.problem));
  };
  // The row changes with every assistant; a job needs an approved one.
  useEffect(() => void load(), [machineId, machine.row.rev]);
  useEffect(
    () =>
      workspace.link.listen({
        refresh: async () => {
          await load();
          return true;
        },
        event(name, value) {
          if (name === "machine-jobs" && read(changed, value)?.machineId === machineId) void load();
        },
      }),
    [machineId],
  );

  const write = async (job: Job, change: Partial<JobData>) => {
    if (job.data === null) return;
    const answer = await saveJob(workspace, machine, job.jobId, { ...job.data, ...change }, job.version);
    setError(answer.ok ? null : describe(answer.problem));
    await load();
  };

  const run = async (job: Job) => {
    const fault = await runJob(workspace, machine, job.jobId);
    setError(fault);
    setTold(fault === null ? "The machine runs it now." : "");
  };

  const remove = async (job: Job) => {
    const answer = await removeJob(workspace, machine, job.jobId);
    setError(answer.ok ? null : describe(answer.problem));
    await load();
  };

  return (
    <section class="panel stack" aria-labelledby="jobs-title">
      <div class="panel-head">
        <h2 id="jobs-title">Scheduled jobs</h2>
        <button type="button" class="button button-small" onClick={() => setEditing("new")}>
          Add job
        </button>
      </div>
      <p class="error" role="alert" hidden={error === null}>
        {error}
      </p>
      {jobs?.length === 0 && (
        <p class="hint">None. The machine itself keeps the schedule, so a job also runs while no page is open.</p>
      )}
      <p class="hint" role="status" hidden={told === ""}>
        {told}
      </p>
      <ul class="plain-rows">
        {jobs?.map((job) => (
          <JobRow
            key={job.jobId}
            workspace={workspace}
            job={job}
            onPause={() => void write(job, { enabled: job.data?.enabled !== true })}
            online={machine.row.status === "online"}
            onRun={() => void run(job)}
            onEdit={() => setEditing(job)}
            onRemove={() => void remove(job)}
          />
        ))}
      </ul>
      {editing !== null && (
        <JobDialog
          job={editing === "new" ? null : editing}
          assistants={assistants}
          onSave={async (data) => {
            const answer = await saveJob(
              workspace,
              machine,
              editing === "new" ? newJobId() : editing.jobId,
              data,
              editing === "new" ? 0 : editing.version,
            );
            await load();
            if (answer.ok) return null;
            const stale = answer.problem.kind === "refused" && answer.problem.status === 409;
            return stale ? "It was changed meanwhile. Close this and open it again." : describe(answer.problem);
          }}
          onClose={() => setEditing(null)}
        />
      )}
    </section>
  );
}

interface JobRowProps {
  readonly workspace: Workspace;
  readonly job: Job;
  readonly online: boolean;
  readonly onPause: () => void;
  readonly onRun: () => void;
  readonly onEdit: () => void;
  readonly onRemove: () => void;
}

const LAST_RUNS = 3;

function JobRow({ workspace, job, online, onPause, onRun, onEdit, onRemove }: JobRowProps) {
  const { data, jobId } = job;
  if (data === null) {
    return (
      <li class="plain-row">
        <p>A job that this account’s keys do not open.</p>
        <button type="button" class="button button-small" onClick={onRemove}>
          Remove
        </button>
      </li>
    );
  }
  const runs = (workspace.sessions.order.value ?? [])
    .map((id) => workspace.sessions.session(id)?.value)
    .filter((session) => session?.metadata.jobId === jobId)
    .slice(0, LAST_RUNS);
  return (
    <li class="plain-row" data-job={data.enabled ? "on" : "paused"}>
      <div>
        <p>
          <strong>{cronWords(data.cron)}</strong> <span class="hint">({data.timeZone})</span>
          {!data.enabled && " "}
          {!data.enabled && <span class="tag">Paused</span>}
        </p>
        <p class="job-prompt" dir="auto">
          {data.prompt}
        </p>
        {runs.map((session) =>
          session === undefined ? null : (
            <p key={session.id} class="hint">
              Ran <TimeAgo time={session.createdAt} />:{" "}
              <Link to="session" id={session.id} class="link">
                <bdi>{titleOfSession(session)}</bdi>
              </Link>
            </p>
          ),
        )}
      </div>
      <div class="row">
        <button type="button" class="button button-small" disabled={!online} onClick={onRun}>
          Run now
        </button>
        <button type="button" class="button button-small" onClick={onPause}>
          {data.enabled ? "Pause" : "Go on"}
        </button>
        <button type="button" class="button button-small" onClick={onEdit}>
          Edit
        </button>
        <button type="button" class="button button-small" onClick={onRemove}>
          Remove
        </button>
      </div>
    </li>
  );
}

interface JobDialogProps {
  readonly job: Job | null;
  readonly assistants: readonly Assistant[];
  readonly onSave: (data: JobData) => Promise<string | null>;
  readonly onClose: () => void;
}

function JobDialog({ job, assistants, onSave, onClose }: JobDialogProps) {
  const data = job?.data ?? null;
  const [prompt, setPrompt] = useState(data?.prompt ?? "");
  const [cron, setCron] = useState(data?.cron ?? "0 9 * * 1-5");
  const [timeZone, setTimeZone] = useState(data?.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone);
  const [assistantId, setAssistantId] = useState(data?.assistantId ?? assistants[0]?.assistantId ?? "");
  const [model, setModel] = useState(data?.model ?? "");
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const fault = cronFault(cron);

  const save = async () => {
    if (fault !== null) return;
    setBusy(true);
    const wrong = await onSave({
      ...(data ?? {}),
      assistantId,
      cron: cron.trim(),
      timeZone: timeZone.trim() || "UTC",
      prompt: prompt.trim(),
      model: model.trim() === "" ? null : model.trim(),
      enabled: data?.enabled ?? true,
    });
    setBusy(false);
    setError(wrong);
    if (wrong === null) onClose();
  };

  return (
    <Dialog title={job === null ? "Add a scheduled job" : "Change the job"} onClose={onClose} wide>
      {assistants.length === 0 ? (
        <div class="stack">
          <p>A job belongs to an approved assistant of this machine. Add one first.</p>
          <div class="actions">
            <button type="button" class="button" data-autofocus onClick={onClose}>
              Close
            </button>
          </div>
        </div>
      ) : (
        <form
          class="stack"
          onSubmit={(event) => {
            event.preventDefault();
            void save();
          }}
        >
          <TextField label="What the agent is told" value={prompt} onInput={setPrompt} rows={4} autofocus />
          <SelectField
            label="Assistant"
            value={assistantId}
            onChange={setAssistantId}
            options={assistants.map((one) => ({
              value: one.assistantId,
              words: one.details?.name ?? one.details?.directory ?? one.assistantId,
            }))}
          />
          <div class="pair">
            <TextField
              label="Schedule"
              value={cron}
              onInput={setCron}
              error={fault}
              hint={fault === null ? cronWords(cron) : undefined}
            />
            <TextField label="Time zone" value={timeZone} onInput={setTimeZone} />
            <TextField label="Model (optional)" value={model} onInput={setModel} />
          </div>
          <p class="error" role="alert" hidden={error === null}>
            {error}
          </p>
          <div class="actions">
            <button type="button" class="button" onClick={onClose}>
              Cancel
            </button>
            <button type="submit" class="button button-primary" disabled={busy || fault !== null || prompt.trim() === ""}>
              {busy ? "Saving…" : "Save"}
            </button>
          </div>
        </form>
      )}
    </Dialog>
  );
}

function newJobId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
