import { useEffect, useState } from "preact/hooks";
import { lazy } from "../../ui/Lazy.tsx";
import type { Workspace } from "../../workspace/workspace.ts";
import { SessionList } from "./SessionList.tsx";

const ChatPage = lazy(() => import("../chat/ChatPage.tsx").then((file) => file.ChatPage));

/** The list, and beside it (on a phone: instead of it) the session that is open. */
export function SessionsView({ workspace, id }: { readonly workspace: Workspace | null; readonly id: string }) {
  const wide = useWide();
  if (id === "") return <SessionList workspace={workspace} current="" />;
  return (
    <div class="split">
      {wide && (
        <div class="split-side">
          <SessionList workspace={workspace} current={id} />
        </div>
      )}
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

/** Whether there is room for the list beside a conversation; the same bound stands in the styles. */
function useWide(): boolean {
  const [wide, setWide] = useState(() => matchMedia(WIDE).matches);
  useEffect(() => {
    const query = matchMedia(WIDE);
    const change = () => setWide(query.matches);
    query.addEventListener("change", change);
    return () => query.removeEventListener("change", change);
  }, []);
  return wide;
}

const WIDE = "(min-width: 60.01rem)";
