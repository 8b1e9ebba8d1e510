import { Link } from "../../app/Link.tsx";
import type { MachineRow } from "../../relay/schema.ts";
import { Menu } from "../../ui/Menu.tsx";
import { TimeAgo } from "../../ui/TimeAgo.tsx";
import { machineFacts } from "./machineName.ts";
import type { MachineDetails } from "./unlock.ts";

export type MachineAction = "rename" | "replace-token" | "remove" | "review-keys" | "approve";

interface MachineItemProps {
  readonly row: MachineRow;
  readonly name: string;
  readonly details: MachineDetails | undefined;
  readonly onAction: (action: MachineAction) => void;
}

export function MachineItem({ row, name, details, onAction }: MachineItemProps) {
  const online = row.status === "online";
  // A machine of the happy command line has no token that could be replaced.
  const replaceable = row.enrolment !== "external";
  return (
    <li class="machine" data-machine={row.machineId}>
      <div class="machine-main">
        <h2 class="machine-name">
          <Link to="machine" id={row.machineId} class="machine-link">
            <bdi>{name}</bdi>
          </Link>
        </h2>
        <p class="machine-facts">
          <span class={online ? "status status-online" : "status"}>
            <span class={online ? "mark mark-online" : "mark mark-offline"} aria-hidden="true" />
            {online ? "Online" : "Offline"}
          </span>
          <span class="fact">
            {row.connectedBefore ? (
              <>
                Last seen <TimeAgo time={row.lastSeen} />
              </>
            ) : (
              "Never connected"
            )}
          </span>
          <span class="fact">{row.assistantCount === 1 ? "1 assistant" : `${row.assistantCount} assistants`}</span>
          {row.assistantCounts.pending > 0 && (
            <span class="fact machine-alert">{row.assistantCounts.pending} waiting for approval</span>
          )}
        </p>
        <Details details={details} row={row} onAction={onAction} />
      </div>
      <Menu
        label={`Actions for ${name}`}
        items={[
          { label: "Rename", onChoose: () => onAction("rename") },
          ...(replaceable ? [{ label: "Replace token", onChoose: () => onAction("replace-token") }] : []),
          { label: "Remove", onChoose: () => onAction("remove"), danger: true },
        ]}
      />
    </li>
  );
}

function Details({ details, row, onAction }: Pick<MachineItemProps, "details" | "row" | "onAction">) {
  switch (details?.kind) {
    case "open": {
      const facts = machineFacts(details.metadata);
      return facts.length === 0 ? null : (
        <p class="machine-facts machine-system">
          {facts.map((fact) => (
            <span class="fact" key={fact}>
              <bdi>{fact}</bdi>
            </span>
          ))}
        </p>
      );
    }
    case "locked":
      return (
        <p class="machine-note">
          <strong>Locked.</strong> It was encrypted for another account key. Replace its token and run the new command.
        </p>
      );
    case "keys-changed":
      return (
        <p class="machine-note machine-alert">
          <strong>Keys changed.</strong>{" "}
          <button type="button" class="link" onClick={() => onAction("review-keys")}>
            Review
          </button>
        </p>
      );
    case undefined:
      return row.enrolment === "keys" ? (
        <p class="machine-note">
          <strong>No keys yet.</strong> It connected with its token only and shows a code.{" "}
          <button type="button" class="link" onClick={() => onAction("approve")}>
            Compare and approve
          </button>
        </p>
      ) : null;
  }
}
