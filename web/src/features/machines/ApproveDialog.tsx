import { useEffect, useRef, useState } from "preact/hooks";
import type { MachineRow } from "../../relay/schema.ts";
import { Dialog } from "../../ui/Dialog.tsx";
import { describe } from "../../ui/problems.ts";
import type { Workspace } from "../../workspace/workspace.ts";
import { approveRequest, rejectRequest, waitingRequest, type KeyRequest } from "./approval.ts";

interface ApproveDialogProps {
  readonly workspace: Workspace;
  readonly row: MachineRow;
  readonly name: string;
  readonly onClose: () => void;
}

/** The machine's terminal and this dialog show one code; only if they are the same does it get the key. */
export function ApproveDialog({ workspace, row, name, onClose }: ApproveDialogProps) {
  const { machineId } = row;
  const [request, setRequest] = useState<KeyRequest | null>(null);
  const [state, setState] = useState<"reading" | "asking" | "busy" | "approved" | "rejected" | "none">("reading");
  const [error, setError] = useState<string | null>(null);
  const running = useRef(false);

  const look = async () => {
    const answer = await waitingRequest(workspace, machineId);
    setRequest(answer.ok ? answer.value : null);
    setState(answer.ok ? "asking" : "none");
    if (!answer.ok && !(answer.problem.kind === "refused" && answer.problem.status === 404)) setError(describe(answer.problem));
  };
  useEffect(() => void look(), [machineId]);

  const decide = async (approve: boolean) => {
    if (running.current || request === null) return;
    running.current = true;
    setState("busy");
    setError(null);
    const answer = approve ? await approveRequest(workspace, machineId, request) : await rejectRequest(workspace, machineId);
    running.current = false;
    if (answer.ok) {
      setState(approve ? "approved" : "rejected");
      return;
    }
    const changed = answer.problem.kind === "refused" && answer.problem.status === 409;
    setError(changed ? "The machine asks with another key now. Compare the new code." : describe(answer.problem));
    await look();
  };

  return (
    <Dialog title={`Keys for “${name}”`} onClose={onClose}>
      <div class="stack">
        {state === "reading" && <p role="status">Reading what the machine asks for…</p>}
        {state === "none" && error === null && <p role="status">It asks for nothing right now.</p>}
        {request !== null && (state === "asking" || state === "busy") && (
          <>
            <p>
              “{name}” connected with its token only and asks for the account’s key. Its terminal shows a code. Approve
              only if it is this one:
            </p>
            <p class="compare" data-testid="enrolment-code">
              {request.code}
            </p>
            <p class="hint">If the codes differ, someone else has the token: reject, and the token stops working.</p>
          </>
        )}
        {state === "approved" && <p role="status">Approved. The machine sets up its keys now.</p>}
        {state === "rejected" && (
          <p role="status">Rejected. Its old token no longer works; use “Replace token” to connect it again.</p>
        )}
        <p class="error" role="alert" hidden={error === null}>
          {error}
        </p>
        <div class="actions">
          {request !== null && (state === "asking" || state === "busy") ? (
            <>
              <button type="button" class="button" data-autofocus disabled={state === "busy"} onClick={() => void decide(false)}>
                Reject
              </button>
              <button type="button" class="button button-primary" disabled={state === "busy"} onClick={() => void decide(true)}>
                Same code: approve
              </button>
            </>
          ) : (
            <button type="button" class="button" onClick={onClose}>
              Close
            </button>
          )}
        </div>
      </div>
    </Dialog>
  );
}
