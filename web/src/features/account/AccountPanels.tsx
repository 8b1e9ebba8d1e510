import type { Workspace } from "../../workspace/workspace.ts";
import { DevicesPanel } from "./DevicesPanel.tsx";
import { NotificationsPanel } from "./NotificationsPanel.tsx";
import { SettingsPanel } from "./SettingsPanel.tsx";

/** What of the account needs the relay; loaded after the page. */
export function AccountPanels({ workspace }: { readonly workspace: Workspace }) {
  return (
    <>
      <DevicesPanel workspace={workspace} />
      <NotificationsPanel workspace={workspace} />
      <SettingsPanel workspace={workspace} />
    </>
  );
}
