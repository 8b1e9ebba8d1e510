import { useEffect, useState } from "preact/hooks";
import type { Workspace } from "../../workspace/workspace.ts";
import { notificationState, turnOff, turnOn, type NotificationState } from "./notifications.ts";

/** Tells when an agent needs the person or has finished, while no page is looking. */
export function NotificationsPanel({ workspace }: { readonly workspace: Workspace }) {
  const [state, setState] = useState<NotificationState | null>(null);
  const [message, setMessage] = useState("");
  const [busy, setBusy] = useState(false);
  const look = async () => setState(await notificationState());
  useEffect(() => void look(), []);

  const change = async () => {
    setBusy(true);
    setMessage("");
    if (state === "on") await turnOff(workspace.link.http);
    else setMessage((await turnOn(workspace.link.http)) ?? "");
    await look();
    setBusy(false);
  };

  return (
    <section class="panel stack" aria-labelledby="notifications-title">
      <h2 id="notifications-title">Notifications</h2>
      <p>
        {state === "impossible" &&
          "This browser shows none here: it needs https (or this very computer) and a browser with Web Push."}
        {state === "denied" && "Not allowed in this browser’s settings for this site. Change it there first."}
        {(state === "off" || state === "on") &&
          "When an agent needs you or has finished, and no page of yours is looking. Their title is readable by the relay and the browser’s push service."}
      </p>
      {(state === "off" || state === "on") && (
        <p>
          <button type="button" class="button" disabled={busy} onClick={() => void change()}>
            {state === "on" ? "Turn off in this browser" : "Turn on in this browser"}
          </button>
        </p>
      )}
      <p class="hint" role="status">
        {message}
      </p>
    </section>
  );
}
