import { Link } from "../../app/Link.tsx";
import { useState } from "preact/hooks";
import type { MachineRow } from "../../relay/schema.ts";
import { describe } from "../../ui/problems.ts";
import { lazy } from "../../ui/Lazy.tsx";
import { More, PORTION } from "../../ui/More.tsx";
import type { Workspace } from "../../workspace/workspace.ts";
import { AddMachineDialog } from "./AddMachineDialog.tsx";
import { EmptyState } from "./EmptyState.tsx";
import { KeysChangedDialog, RemoveDialog, RenameDialog, ReplaceTokenDialog } from "./MachineDialogs.tsx";
import { MachineItem, type MachineAction } from "./MachineItem.tsx";
import { counts, type MachineList } from "./machineList.ts";
import { machineName } from "./machineName.ts";
import type { MachinesModel } from "./machinesModel.ts";

const ApproveDialog = lazy(() => import("./ApproveDialog.tsx").then((file) => file.ApproveDialog));

/** What the page needs of the signed-in state; `null` while the code and the keys are on their way. */
export type OpenedMachines = Pick<Workspace, "model" | "accountKey">;

type Open = { readonly action: "add" } | { readonly action: MachineAction; readonly row: MachineRow };

/** `opened` is `null` while the code and the keys are on their way. */
export function MachinesPage({ opened }: { readonly opened: OpenedMachines | null }) {
  const [dialog, setDialog] = useState<Open | null>(null);
  const list = opened?.model.list.value ?? null;
  const add = () => setDialog({ action: "add" });

  return (
    <>
      <header class="page-head">
        <div>
          <h1 tabIndex={-1}>Machines</h1>
          <Summary list={list} />
        </div>
        {list !== null && list.rows.length > 0 && (
          <div class="row">
            <Link to="history" class="button">
              History
            </Link>
            <button type="button" class="button button-primary" onClick={add}>
              Add machine
            </button>
          </div>
        )}
      </header>
      {opened === null || list === null ? (
        <Loading opened={opened} />
      ) : list.rows.length === 0 ? (
        <EmptyState onAdd={add} />
      ) : (
        <Rows model={opened.model} rows={list.rows} onOpen={setDialog} />
      )}
      {opened !== null && dialog !== null && (
        <OpenDialog opened={opened} dialog={dialog} onClose={() => setDialog(null)} />
      )}
    </>
  );
}

function Summary({ list }: { readonly list: MachineList | null }) {
  if (list === null || list.rows.length === 0) return null;
  const { total, online, offline } = counts(list);
  return (
    <p class="summary" role="status">
      <span>{total === 1 ? "1 machine" : `${total} machines`}</span>
      <span class="fact">{online} online</span>
      <span class="fact">{offline} offline</span>
    </p>
  );
}

function Rows(props: { model: MachinesModel; rows: readonly MachineRow[]; onOpen: (open: Open) => void }) {
  const details = props.model.details.value;
  const [limit, setLimit] = useState(PORTION);
  const rest = props.rows.length - limit;
  return (
    <>
      <ul class="machines" aria-label="Machines">
        {props.rows.slice(0, limit).map((row) => (
          <MachineItem
            key={row.machineId}
            row={row}
            name={machineName(row, details.get(row.machineId))}
            details={details.get(row.machineId)}
            onAction={(action) => props.onOpen({ action, row })}
          />
        ))}
      </ul>
      {rest > 0 && <More rest={rest} onNear={() => setLimit(limit + PORTION)} />}
    </>
  );
}

function Loading({ opened }: { readonly opened: OpenedMachines | null }) {
  const problem = opened?.model.problem.value ?? null;
  if (problem !== null) {
    return (
      <section class="empty" role="alert">
        <h2>The list could not be loaded</h2>
        <p>{describe(problem)}</p>
        <button type="button" class="button" onClick={() => void opened?.model.refresh()}>
          Try again
        </button>
      </section>
    );
  }
  return (
    <div class="loading" role="status">
      <span class="visually-hidden">Loading machines</span>
      <div class="machines" aria-hidden="true">
        <div class="machine ghost" />
        <div class="machine ghost" />
      </div>
    </div>
  );
}

function OpenDialog(props: { opened: OpenedMachines; dialog: Open; onClose: () => void }) {
  const { opened, dialog, onClose } = props;
  const { model, accountKey } = opened;
  if (dialog.action === "add") return <AddMachineDialog model={model} accountKey={accountKey} onClose={onClose} />;

  // The row as it is now; the one of the click once the machine is gone, so that the dialog keeps its words.
  const { machineId } = dialog.row;
  const row = model.list.value?.rows.find((one) => one.machineId === machineId) ?? dialog.row;
  const details = model.details.value.get(machineId);
  const shared = { model, row, name: machineName(row, details), onClose };
  switch (dialog.action) {
    case "rename":
      return <RenameDialog {...shared} />;
    case "remove":
      return <RemoveDialog {...shared} />;
    case "replace-token":
      return <ReplaceTokenDialog {...shared} accountKey={accountKey} />;
    case "approve":
      return <ApproveDialog workspace={opened as Workspace} row={row} name={shared.name} onClose={onClose} />;
    case "review-keys":
      return details?.kind === "keys-changed" ? <KeysChangedDialog {...shared} changedKey={details.key} /> : null;
  }
}
