import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Link } from "../../app/Link.tsx";
import { navigate } from "../../app/routes.ts";
import { subject } from "../../app/title.ts";
import { Dialog } from "../../ui/Dialog.tsx";
import { Menu } from "../../ui/Menu.tsx";
import { TextField } from "../../ui/TextField.tsx";
import { lazy } from "../../ui/Lazy.tsx";
import type { Workspace } from "../../workspace/workspace.ts";
import "../../styles/chat.css";
import { StateMark } from "../sessions/SessionList.tsx";
import { shortPath, STATE_WORDS, stateOf, titleOfSession } from "../sessions/sessionState.ts";
import type { Session } from "../sessions/sessionsModel.ts";
import { ChatModel } from "./chatModel.ts";
import { ChatSearch } from "./ChatSearch.tsx";
import { Composer } from "./Composer.tsx";
import { MessageList } from "./MessageList.tsx";
import { PermissionPrompt } from "./PermissionPrompt.tsx";
import { outcomeWords, save } from "./ChatItem.tsx";
import { toMarkdown } from "./exportMarkdown.ts";
import type { Entry } from "./transcript.ts";

const NewSessionDialog = lazy(() => import("../newSession/NewSessionDialog.tsx").then((file) => file.NewSessionDialog));

interface ChatPageProps {
  readonly workspace: Workspace;
  readonly id: string;
}

export function ChatPage({ workspace, id }: ChatPageProps) {
  const known = workspace.sessions.order.value !== null;
  const session = workspace.sessions.session(id)?.value;
  if (session === undefined) return known ? <Gone /> : <p class="loading-line" role="status">Loading…</p>;
  return <Chat workspace={workspace} id={id} session={session} />;
}

/** A session that was just started may be told a moment later than its id. */
function Gone() {
  const [sure, setSure] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSure(true), 3_000);
    return () => clearTimeout(timer);
  }, []);
  if (!sure) return <p class="loading-line" role="status">Loading…</p>;
  return (
    <section class="empty">
      <h1 tabIndex={-1}>No such session</h1>
      <p>It was deleted, or it belongs to another account.</p>
      <Link to="sessions" class="button">
        All sessions
      </Link>
    </section>
  );
}

type Open = "none" | "rename" | "delete" | "search" | "here";

function Chat({ workspace, id, session }: ChatPageProps & { readonly session: Session }) {
  const chat = useMemo(() => new ChatModel(workspace, id), [workspace, id]);
  useEffect(() => () => chat.close(), [chat]);
  const [open, setOpen] = useState<Open>("none");
  const [message, setMessage] = useState("");
  const title = titleOfSession(session);
  const { metadata } = session;
  const row = workspace.model.list.value?.rows.find(({ machineId }) => machineId === metadata.machineId);
  const machine = metadata.machineId === undefined ? undefined : workspace.machine(metadata.machineId);
  const state = stateOf(session, row);
  const working = session.active && (session.thinking || chat.writing.value.length > 0);
  const live = workspace.link.state.value.kind === "live";
  const { usage } = chat.transcript.value;
  const cost = chat.cost.value;
  const overruled = chat.overruled.value;

  useEffect(() => {
    subject.value = title;
    return () => {
      subject.value = null;
    };
  }, [title]);

  // What was said about the session as it was is not true of what it is now.
  useEffect(() => {
    if (session.active) setMessage("");
  }, [session.active]);

  const say = async (work: Promise<string | null>, done: string) => setMessage((await work) ?? done);

  const exportAll = async () => {
    setMessage("Reading the whole session…");
    const entries: Entry[] = [];
    try {
      for await (const part of chat.everything(new AbortController().signal)) entries.push(...part);
      save(new Blob([toMarkdown(title, entries)], { type: "text/markdown" }), `${title.slice(0, 60)}.md`);
      setMessage("Exported.");
    } catch {
      setMessage("The relay does not answer. Export it again in a moment.");
    }
  };

  return (
    <section class="chat-page" aria-labelledby="chat-title">
      <header class="chat-head">
        <Link to="sessions" class="back" label="All sessions">
          <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
            <path d="M12.500 4 6.500 10l6 6" />
          </svg>
        </Link>
        <div class="chat-about">
          <h1 id="chat-title" class="chat-title" tabIndex={-1}>
            <bdi>{title}</bdi>
          </h1>
          <p class="chat-facts">
            <StateMark state={state} />
            {metadata.machineId !== undefined && (
              <Link to="machine" id={metadata.machineId} class="fact quiet-link">
                <bdi>{machine?.name ?? row?.name ?? metadata.host ?? "Machine"}</bdi>
              </Link>
            )}
            {metadata.path !== undefined && (
              <span class="fact">
                <bdi>{shortPath(metadata.path, machine?.metadata.homeDir)}</bdi>
              </span>
            )}
            {/* An agent that tells only how full its context is has its filling in the place of what it read. */}
            {usage !== null && usage.output > 0 && (
              <span class="fact" title="Tokens of the last answer: read and written">
                {tokens(usage.input + usage.cacheRead + usage.cacheCreation)} in, {tokens(usage.output)} out
              </span>
            )}
            {usage?.contextWindow != null && usage.contextWindow > 0 && (
              <span class="fact">
                context {Math.round(((usage.input + usage.cacheRead + usage.cacheCreation) / usage.contextWindow) * 100)} %
              </span>
            )}
            {cost !== null && cost.cost > 0 && <span class="fact">${cost.cost.toFixed(2)}</span>}
          </p>
        </div>
        <Menu
          label="Session actions"
          items={[
            { label: "Search", onChoose: () => setOpen("search") },
            { label: "Rename", onChoose: () => setOpen("rename") },
            { label: "Export as Markdown", onChoose: () => void exportAll() },
            ...(metadata.machineId !== undefined ? [{ label: "New session here", onChoose: () => setOpen("here") }] : []),
            ...(session.active || metadata.machineId === undefined
              ? []
              : [{ label: "Resume", onChoose: () => void chat.resume() }]),
            ...(state === "archived" || session.kind === "locked"
              ? []
              : [{ label: session.active ? "End and archive" : "Archive", onChoose: () => void say(chat.archive(), "Archived.") }]),
            { label: "Delete", onChoose: () => setOpen("delete"), danger: true },
          ]}
        />
      </header>
      {open === "search" && <ChatSearch chat={chat} onClose={() => setOpen("none")} />}
      <MessageList chat={chat} session={session} />
      <div class="chat-foot">
        <p role="status" class="chat-message">
          {chat.resuming.value.running && "Waking the session up… "}
          {chat.resuming.value.error !== null &&
            `The session was not woken up. ${sentence(chat.resuming.value.error)} What you wrote is kept for it. `}
          {message !== "" && `${message} `}
          {overruled !== null && `Another device answered first: ${outcomeWords(overruled)}. Your answer came too late and counts for nothing.`}
        </p>
        {session.agentState.controlledByUser && (
          <div class="banner row">
            Somebody at the terminal has control of this session.
            <button type="button" class="button button-small" onClick={() => void chat.call("switch", { to: "remote" })}>
              Take control
            </button>
          </div>
        )}
        {[...session.agentState.requests].map(([request, question]) => (
          <PermissionPrompt key={request} chat={chat} id={request} request={question} reachable={session.active && live} />
        ))}
        {session.kind === "open" && <Composer chat={chat} session={session} working={working} />}
      </div>
      <Announcements state={STATE_WORDS[state]} questions={session.agentState.requests.size} />
      {open === "rename" && <RenameDialog chat={chat} title={title} onClose={() => setOpen("none")} />}
      {open === "delete" && <DeleteDialog workspace={workspace} session={session} title={title} onClose={() => setOpen("none")} />}
      {open === "here" && metadata.machineId !== undefined && (
        <NewSessionDialog
          workspace={workspace}
          machineId={metadata.machineId}
          {...(metadata.path === undefined ? {} : { directory: metadata.path })}
          onClose={() => setOpen("none")}
        />
      )}
    </section>
  );
}

/** Machines end their words with a full stop or without. */
function sentence(words: string): string {
  return /[.!?…]$/.test(words) ? words : `${words}.`;
}

/** What changes by itself is told to who cannot see it; reading every piece of an answer aloud would drown the rest. */
function Announcements({ state, questions }: { readonly state: string; readonly questions: number }) {
  const before = useRef(state);
  const [said, setSaid] = useState("");
  useEffect(() => {
    if (before.current !== state) setSaid(state === "Idle" && before.current === "Working" ? "The agent has finished." : `${state}.`);
    before.current = state;
  }, [state]);
  return (
    <p class="visually-hidden" role="status" aria-live="polite" data-testid="announcements">
      {questions > 0 ? `The agent asks ${questions === 1 ? "a question" : `${questions} questions`}.` : said}
    </p>
  );
}

function RenameDialog({ chat, title, onClose }: { readonly chat: ChatModel; readonly title: string; readonly onClose: () => void }) {
  const [name, setName] = useState(title);
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const rename = async () => {
    setBusy(true);
    const done = await chat.rename(name.trim());
    setBusy(false);
    if (done) onClose();
    else setError("The name was not stored. Try again when the page is connected.");
  };
  return (
    <Dialog title="Rename session" onClose={onClose}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void rename();
        }}
      >
        <TextField label="Title" value={name} onInput={setName} error={error} maxLength={200} autofocus />
        <div class="actions">
          <button type="button" class="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class="button button-primary" disabled={busy || name.trim() === ""}>
            {busy ? "Renaming…" : "Rename"}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

interface DeleteDialogProps {
  readonly workspace: Workspace;
  readonly session: Session;
  readonly title: string;
  readonly onClose: () => void;
}

function DeleteDialog({ workspace, session, title, onClose }: DeleteDialogProps) {
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const remove = async () => {
    setBusy(true);
    const answer = await workspace.sessions.remove(session.id);
    setBusy(false);
    if (!answer.ok) {
      setError("It was not deleted. Try again when the page is connected.");
      return;
    }
    onClose();
    navigate("sessions");
  };
  return (
    <Dialog title={`Delete “${title}”?`} onClose={onClose}>
      <div class="stack">
        <p>All its messages and attachments are erased from the relay, for all your devices. This cannot be undone.</p>
        <p class="error" role="alert" hidden={error === null}>
          {error}
        </p>
        <div class="actions">
          <button type="button" class="button" data-autofocus onClick={onClose}>
            Cancel
          </button>
          <button type="button" class="button button-danger" disabled={busy} onClick={() => void remove()}>
            {busy ? "Deleting…" : "Delete session"}
          </button>
        </div>
      </div>
    </Dialog>
  );
}

function tokens(count: number): string {
  return count < 1_000 ? `${count}` : count < 1_000_000 ? `${(count / 1_000).toFixed(1)}k` : `${(count / 1_000_000).toFixed(1)}M`;
}
