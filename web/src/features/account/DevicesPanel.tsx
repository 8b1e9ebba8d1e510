import { useEffect, useState } from "preact/hooks";
import { Dialog } from "../../ui/Dialog.tsx";
import { describe } from "../../ui/problems.ts";
import { TextField } from "../../ui/TextField.tsx";
import { TimeAgo } from "../../ui/TimeAgo.tsx";
import type { Workspace } from "../../workspace/workspace.ts";
import { listDevices, renameDevice, revokeDevice, type Device } from "./devices.ts";

const KINDS: Readonly<Record<string, string>> = { app: "App", web: "Browser", terminal: "Terminal", machine: "Machine" };

/** Every credential of the account, with the way to end it. */
export function DevicesPanel({ workspace }: { readonly workspace: Workspace }) {
  const { http } = workspace.link;
  const [devices, setDevices] = useState<readonly Device[] | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [open, setOpen] = useState<{ readonly action: "rename" | "revoke"; readonly device: Device } | null>(null);

  const load = async () => {
    const answer = await listDevices(http);
    if (answer.ok) setDevices(answer.value);
    setError(answer.ok ? null : describe(answer.problem));
  };
  useEffect(() => void load(), []);

  return (
    <section class="panel stack" aria-labelledby="devices-title">
      <h2 id="devices-title">Devices</h2>
      <p class="hint">Everything that is signed in to this account. Revoking one ends it at once, also while it is connected.</p>
      <p class="error" role="alert" hidden={error === null}>
        {error}
      </p>
      <ul class="plain-rows" aria-busy={devices === null}>
        {devices?.map((device) => (
          <li key={device.id} class="plain-row" data-device={device.kind}>
            <div>
              <p>
                <strong>
                  <bdi>{device.name}</bdi>
                </strong>{" "}
                {device.current && <span class="tag tag-accent">This browser</span>}
              </p>
              <p class="hint">
                {KINDS[device.kind] ?? device.kind}, last seen <TimeAgo time={device.lastSeen} />
                {device.lastAddress != null && <> from {device.lastAddress}</>}
              </p>
            </div>
            <div class="row">
              <button
                type="button"
                class="button button-small"
                aria-label={`Rename ${device.name}`}
                onClick={() => setOpen({ action: "rename", device })}
              >
                Rename
              </button>
              {!device.current && (
                <button
                  type="button"
                  class="button button-small"
                  aria-label={`Revoke ${device.name}`}
                  onClick={() => setOpen({ action: "revoke", device })}
                >
                  Revoke
                </button>
              )}
            </div>
          </li>
        ))}
      </ul>
      {open !== null && (
        <DeviceDialog
          workspace={workspace}
          action={open.action}
          device={open.device}
          onClose={(changed) => {
            setOpen(null);
            if (changed) void load();
          }}
        />
      )}
    </section>
  );
}

interface DeviceDialogProps {
  readonly workspace: Workspace;
  readonly action: "rename" | "revoke";
  readonly device: Device;
  readonly onClose: (changed: boolean) => void;
}

function DeviceDialog({ workspace, action, device, onClose }: DeviceDialogProps) {
  const { http } = workspace.link;
  const [name, setName] = useState(device.name);
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const renaming = action === "rename";
  const act = async () => {
    setBusy(true);
    const answer = renaming ? await renameDevice(http, device.id, name.trim()) : await revokeDevice(http, device.id);
    setBusy(false);
    if (answer.ok || (answer.problem.kind === "refused" && answer.problem.status === 404)) onClose(true);
    else setError(describe(answer.problem));
  };
  return (
    <Dialog title={renaming ? "Rename device" : `Revoke “${device.name}”?`} onClose={() => onClose(false)}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void act();
        }}
      >
        {renaming ? (
          <TextField label="Name" value={name} onInput={setName} error={error} maxLength={100} autofocus />
        ) : (
          <>
            <p>
              It is signed out at once. {device.kind === "machine" ? "The machine stays in the list and needs a new token. " : ""}
              Whoever copied the account’s keys from it still has them: then only a new account helps.
            </p>
            <p class="error" role="alert" hidden={error === null}>
              {error}
            </p>
          </>
        )}
        <div class="actions">
          <button type="button" class="button" {...(renaming ? {} : { "data-autofocus": true })} onClick={() => onClose(false)}>
            Cancel
          </button>
          <button type="submit" class={renaming ? "button button-primary" : "button button-danger"} disabled={busy || name.trim() === ""}>
            {renaming ? "Rename" : "Revoke"}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
