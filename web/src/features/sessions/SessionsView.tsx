import { lazy } from "../../ui/Lazy.tsx";
import type { Workspace } from "../../workspace/workspace.ts";
import { SessionList } from "./SessionList.tsx";

const ChatPage = lazy(() => import("../chat/ChatPage.tsx").then((file) => file.ChatPage));

/** The list, and beside it (on a phone: instead of it) the session that is open. */
export function SessionsView({ workspace, id }: { readonly workspace: Workspace | null; readonly id: string }) {
  if (id === "") return <SessionList workspace={workspace} current="" />;
  return (
    <div class="split">
      <div class="split-side">
        <SessionList workspace={workspace} current={id} />
      </div>
      {workspace === null ? (
        <p class="loading-line" role="status">
          Loading…
        </p>
      ) : (
        <ChatPage key={id} workspace={workspace} id={id} />
      )}
    </div>
  );
}
