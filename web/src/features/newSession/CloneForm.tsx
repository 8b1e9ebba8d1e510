import { useEffect, useRef, useState } from "preact/hooks";
import * as z from "zod/mini";
import { read } from "../../relay/schema.ts";
import { TextField } from "../../ui/TextField.tsx";
import type { OpenMachine, Workspace } from "../../workspace/workspace.ts";
import { join, onMachine } from "../machines/remoteFolders.ts";

const frameEvent = z.object({ machineId: z.string(), streamId: z.string(), n: z.number(), data: z.string() });
const frame = z.object({
  type: z.string(),
  phase: z.optional(z.string()),
  percent: z.optional(z.number()),
  path: z.optional(z.string()),
  error: z.optional(z.string()),
});
const result = z.object({ path: z.optional(z.string()), pending: z.optional(z.boolean()) });

interface CloneFormProps {
  readonly workspace: Workspace;
  readonly machine: OpenMachine;
  /** Folder that the clone is put into. */
  readonly into: string;
  readonly onDone: (path: string) => void;
  readonly onCancel: () => void;
}

/** Clones a repository on the machine and shows how far it is. */
export function CloneForm({ workspace, machine, into, onDone, onCancel }: CloneFormProps) {
  const [url, setUrl] = useState("");
  const [error, setError] = useState<string | null>(null);
  const [progress, setProgress] = useState<{ phase: string; percent: number } | null>(null);
  const [busy, setBusy] = useState(false);
  const stop = useRef<() => void>(() => {});
  useEffect(() => () => stop.current(), []);

  const clone = async () => {
    const name = repositoryName(url);
    if (name === null) {
      setError("An address that starts with https://, ssh:// or git@.");
      return;
    }
    setBusy(true);
    setError(null);
    const path = join(into, name);
    const streamId = Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(36)).join("");
    const ended = new Promise<{ path: string } | { error: string }>((resolve) => {
      stop.current = workspace.link.listen({
        event(event, value) {
          const seen = event === "machine-stream" ? read(frameEvent, value) : null;
          if (seen?.streamId !== streamId || seen.machineId !== machine.row.machineId) return;
          const opened = machine.cipher.open(seen.data);
          const told = opened.opened ? read(frame, opened.value) : null;
          if (told?.type === "progress") setProgress({ phase: told.phase ?? "Cloning", percent: told.percent ?? 0 });
          if (told?.type === "done") resolve({ path: told.path ?? path });
          if (told?.type === "failed") resolve({ error: told.error ?? "The clone failed." });
        },
      });
    });
    const answer = await onMachine(workspace, machine, "git-clone", { url: url.trim(), path, streamId });
    const told = answer.ok ? read(result, answer.value) : null;
    const outcome = !answer.ok
      ? { error: answer.error }
      : told?.pending === true
        ? await ended
        : { path: told?.path ?? path };
    stop.current();
    setBusy(false);
    setProgress(null);
    if ("path" in outcome) onDone(outcome.path);
    else setError(outcome.error);
  };

  return (
    <div class="stack inset">
      <TextField
        label="Address of the repository"
        value={url}
        onInput={(value) => {
          setUrl(value);
          setError(null);
        }}
        error={error}
        hint="https or ssh. It is cloned into the folder above."
        onEnter={() => void clone()}
      />
      <div role="status">
        {busy && (
          <p class="progress">
            <progress
              max={100}
              {...(progress === null ? {} : { value: progress.percent })}
              aria-label="Progress of the clone"
            />
            {progress === null ? "Starting…" : `${progress.phase}: ${progress.percent} %`}
          </p>
        )}
      </div>
      <div class="row">
        <button type="button" class="button" disabled={busy || url.trim() === ""} onClick={() => void clone()}>
          {busy ? "Cloning…" : "Clone"}
        </button>
        <button type="button" class="button button-quiet" onClick={onCancel}>
          {busy ? "Leave it running" : "Cancel"}
        </button>
      </div>
    </div>
  );
}

/** What git would call the folder; `null` for an address that no machine takes. */
export function repositoryName(url: string): string | null {
  const text = url.trim();
  if (!/^(https:\/\/|ssh:\/\/|[\w.-]+@[\w.-]+:)\S+$/.test(text)) return null;
  const name = text.replace(/\/+$/, "").replace(/\.git$/, "").split(/[/:]/).at(-1) ?? "";
  return /^[\w][\w.-]*$/.test(name) ? name : null;
}
