import { useEffect, useRef, useState } from "preact/hooks";
import { TextField } from "../../ui/TextField.tsx";
import type { OpenMachine, Workspace } from "../../workspace/workspace.ts";
import { join, listFolders, makeFolder, parentOf, rootsOf, type Folders } from "../machines/remoteFolders.ts";
import { CloneForm } from "./CloneForm.tsx";

interface FolderPickerProps {
  readonly workspace: Workspace;
  readonly machine: OpenMachine;
  readonly path: string;
  readonly onPath: (path: string) => void;
}

/** A folder of the machine: typed, or found by looking around in it; a new one, or one with a clone. */
export function FolderPicker({ workspace, machine, path, onPath }: FolderPickerProps) {
  const [looking, setLooking] = useState(false);
  return (
    <div class="stack">
      <TextField
        label="Folder"
        value={path}
        onInput={onPath}
        hint="Where the agent works. One that does not exist is made after you agree."
      />
      <button type="button" class="button self-start" aria-expanded={looking} onClick={() => setLooking(!looking)}>
        {looking ? "Close the folders" : "Browse folders"}
      </button>
      {looking && <Browser workspace={workspace} machine={machine} path={path} onPath={onPath} />}
    </div>
  );
}

function Browser({ workspace, machine, path, onPath }: FolderPickerProps) {
  const roots = rootsOf(machine);
  const [folders, setFolders] = useState<Folders | null>(null);
  const [adding, setAdding] = useState<"none" | "folder" | "clone">("none");
  const [round, setRound] = useState(0);
  const list = useRef<HTMLUListElement>(null);

  useEffect(() => {
    let left = false;
    setFolders(null);
    void listFolders(workspace, machine, path).then((found) => {
      if (!left) setFolders(found);
    });
    return () => {
      left = true;
    };
  }, [path, round, machine.row.machineId]);

  const parent = parentOf(path);
  const atRoot = roots.includes(path) || parent === null;
  const go = (to: string) => {
    onPath(to);
    list.current?.focus();
  };

  return (
    <div class="browser">
      {roots.length > 1 && (
        <p class="row">
          {roots.map((root) => (
            <button key={root} type="button" class="link" onClick={() => go(root)}>
              {root}
            </button>
          ))}
        </p>
      )}
      <ul class="folders" ref={list} tabIndex={-1} aria-label={`Folders in ${path}`} aria-busy={folders === null}>
        {!atRoot && parent !== null && (
          <li>
            <button type="button" class="folder-button" onClick={() => go(parent)}>
              <span aria-hidden="true">↑</span> Up to {parent}
            </button>
          </li>
        )}
        {folders?.ok === true &&
          folders.names.map((name) => (
            <li key={name}>
              <button type="button" class="folder-button" onClick={() => go(join(path, name))}>
                <bdi>{name}</bdi>
              </button>
            </li>
          ))}
      </ul>
      <p role="status" class="hint">
        {folders === null && "Reading the folder…"}
        {folders?.ok === true && folders.names.length === 0 && "No folders in here."}
        {folders?.ok === false && folders.error}
      </p>
      {adding === "none" ? (
        <div class="row">
          <button type="button" class="button" onClick={() => setAdding("folder")}>
            New folder
          </button>
          <button type="button" class="button" onClick={() => setAdding("clone")}>
            Clone a repository
          </button>
        </div>
      ) : adding === "folder" ? (
        <NewFolder
          onCancel={() => setAdding("none")}
          onMake={async (name) => {
            const made = await makeFolder(workspace, machine, join(path, name));
            if (!made.ok) return made.error;
            setAdding("none");
            setRound(round + 1);
            go(made.path);
            return null;
          }}
        />
      ) : (
        <CloneForm
          workspace={workspace}
          machine={machine}
          into={path}
          onCancel={() => setAdding("none")}
          onDone={(made) => {
            setAdding("none");
            setRound(round + 1);
            go(made);
          }}
        />
      )}
    </div>
  );
}

interface NewFolderProps {
  readonly onMake: (name: string) => Promise<string | null>;
  readonly onCancel: () => void;
}

function NewFolder({ onMake, onCancel }: NewFolderProps) {
  const [name, setName] = useState("");
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const make = async () => {
    if (name.trim() === "" || /[/\\]/.test(name)) {
      setError("A name without slashes.");
      return;
    }
    setBusy(true);
    setError(await onMake(name.trim()));
    setBusy(false);
  };
  return (
    <div class="stack inset">
      <TextField label="Name of the new folder" value={name} onInput={setName} error={error} onEnter={() => void make()} />
      <div class="row">
        <button type="button" class="button" disabled={busy} onClick={() => void make()}>
          {busy ? "Making…" : "Make folder"}
        </button>
        <button type="button" class="button button-quiet" onClick={onCancel}>
          Cancel
        </button>
      </div>
    </div>
  );
}
