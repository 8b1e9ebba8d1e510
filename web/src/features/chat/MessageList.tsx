import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { describe } from "../../ui/problems.ts";
import type { CompletedRequest } from "../sessions/metadata.ts";
import type { Session } from "../sessions/sessionsModel.ts";
import { ChatItem, outcomeWords, Said, Thinking, type Outcomes } from "./ChatItem.tsx";
import type { ChatModel } from "./chatModel.ts";
import { Markdown } from "./Markdown.tsx";
import type { Outgoing } from "./outbox.ts";
import { viewTool } from "./toolView.ts";
import type { Item } from "./transcript.ts";

interface MessageListProps {
  readonly chat: ChatModel;
  readonly session: Session;
}

/** How near to an end of the window the next page is asked for, and how near to the bottom counts as there. */
const NEAR_PX = 900;
const BOTTOM_PX = 80;

/**
 * The conversation. It holds a window of the messages: coming near an end reads the next page there and drops what is
 * far away at the other, so that a long conversation costs no more than a short one. The place that is looked at stays
 * where it is; at the bottom the view follows what is written.
 */
export function MessageList({ chat, session }: MessageListProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const atBottom = useRef(true);
  const anchor = useRef<{ key: string; top: number } | null>(null);
  const atEnd = useRef(true);
  const [away, setAway] = useState(false);
  const window = chat.window.value;
  const { items, working } = chat.transcript.value;
  const writing = chat.writing.value;
  const outgoing = chat.outgoing.value;
  const problem = chat.problem.value;
  const { completed, requests } = session.agentState;
  const outcomes = useMemo(() => byCall(completed), [completed]);
  const shown = useMemo(() => withOutcomes(items, outcomes), [items, outcomes]);
  const asked = useMemo(() => new Set([...requests].map(([key, request]) => request.toolUseId ?? key)), [requests]);
  atEnd.current = window?.atEnd !== false;
  const last = window?.atEnd === false ? session.seq - (window.entries.at(-1)?.seq ?? 0) : 0;

  const remember = () => {
    const element = scroller.current;
    if (element === null) return;
    atBottom.current = element.scrollHeight - element.scrollTop - element.clientHeight < BOTTOM_PX;
    anchor.current = null;
    if (atBottom.current) return;
    const top = element.getBoundingClientRect().top;
    for (const child of element.querySelectorAll<HTMLElement>("[data-key]")) {
      const box = child.getBoundingClientRect();
      if (box.bottom > top + 1) {
        anchor.current = { key: child.dataset["key"] ?? "", top: box.top };
        return;
      }
    }
  };

  const onScroll = () => {
    const element = scroller.current;
    if (element === null || window === null) return;
    remember();
    setAway(!atBottom.current || !window.atEnd);
    if (chat.loading.value !== "none") return;
    if (element.scrollTop < NEAR_PX && !window.atStart) void chat.older();
    else if (element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_PX && !window.atEnd) void chat.newer();
  };

  /** The same message at the same place, or the bottom at the bottom. */
  const hold = () => {
    const element = scroller.current;
    if (element === null) return;
    if (atBottom.current && atEnd.current) {
      element.scrollTop = element.scrollHeight;
      return;
    }
    const mark = anchor.current;
    const again = mark === null ? null : element.querySelector<HTMLElement>(`[data-key="${CSS.escape(mark.key)}"]`);
    if (mark !== null && again !== null) element.scrollTop += again.getBoundingClientRect().top - mark.top;
  };

  // Before the browser paints.
  useLayoutEffect(hold);

  // A search leads to its message once.
  const sought = chat.sought.value;
  useEffect(() => {
    const place = sought === null ? null : (items.find((item) => holds(item, sought))?.key ?? sought);
    const found = place === null ? null : scroller.current?.querySelector<HTMLElement>(`[data-key="${CSS.escape(place)}"]`);
    if (found === null || found === undefined) return;
    atBottom.current = false;
    found.scrollIntoView({ block: "center" });
    anchor.current = { key: found.dataset["key"] ?? "", top: found.getBoundingClientRect().top };
    found.classList.add("chat-sought");
    const timer = setTimeout(() => found.classList.remove("chat-sought"), 2_500);
    chat.sought.value = null;
    return () => clearTimeout(timer);
  }, [sought, window]);

  // Pictures and colours arrive later, and what comes near is laid out only then: things above change their height.
  useEffect(() => {
    const element = scroller.current;
    if (element === null || typeof ResizeObserver === "undefined") return;
    const observer = new ResizeObserver(hold);
    observer.observe(element);
    const list = element.firstElementChild;
    if (list !== null) observer.observe(list);
    return () => observer.disconnect();
  }, [window === null]);

  const toEnd = async () => {
    atBottom.current = true;
    anchor.current = null;
    if (window?.atEnd === false) await chat.toEnd();
    const element = scroller.current;
    if (element !== null) element.scrollTop = element.scrollHeight;
    setAway(false);
  };

  return (
    <div class="chat-frame">
      <div class="chat-scroll" ref={scroller} onScroll={onScroll} tabIndex={0} role="region" aria-label="Conversation">
        {window === null ? (
          <Opening problem={problem === null ? null : describe(problem)} locked={session.kind === "locked"} onRetry={() => void chat.toEnd()} />
        ) : (
          <ol class="chat" data-loaded={window.entries.length}>
            <li class="chat-edge">
              {window.atStart ? "The beginning of the session" : chat.loading.value === "older" ? "Reading earlier messages…" : (
                <button type="button" class="link" onClick={() => void chat.older()}>
                  Earlier messages
                </button>
              )}
            </li>
            {shown.map(({ item, outcome }) =>
              item === null ? (
                outcome === undefined ? null : <OutcomeLine key={outcome.key} outcome={outcome.request} />
              ) : (
                <li key={item.key} data-key={item.key} class={`chat-item chat-${item.kind}`}>
                  <ChatItem
                    item={item}
                    chat={chat}
                    outcome={outcome?.request}
                    outcomes={"inside" in item && item.inside.length > 0 ? outcomes : undefined}
                    asked={asked.size > 0 && "inside" in item ? asked : NOBODY}
                  />
                </li>
              ),
            )}
            {window.atEnd &&
              writing.map((part, at) => (
                <li key={`live-${at}`} class="chat-item chat-live" aria-busy="true">
                  {part.hole && <p class="chat-note">… some text is still missing; it comes with the whole answer.</p>}
                  {part.thinking ? <Thinking text={part.text} /> : <div class="answer"><Markdown text={part.text} /></div>}
                </li>
              ))}
            {window.atEnd && outgoing.map((message) => <Pending key={message.localId} message={message} chat={chat} />)}
            {window.atEnd && working && !session.active && (
              <li class="chat-note">Interrupted: the session ended in the middle of this answer.</li>
            )}
            {items.length === 0 && outgoing.length === 0 && <li class="chat-note">Nothing has been said yet.</li>}
          </ol>
        )}
      </div>
      {(away || window?.atEnd === false) && (
        <button type="button" class="button to-end" onClick={() => void toEnd()}>
          {last > 0 ? `${last} newer ${last === 1 ? "message" : "messages"}` : "To the end"}
        </button>
      )}
    </div>
  );
}

/** One and the same for all, so that an item is not drawn again for nothing. */
const NOBODY: ReadonlySet<string> = new Set();

interface Shown {
  readonly item: Item | null;
  readonly outcome: { readonly key: string; readonly request: CompletedRequest } | undefined;
}

function byCall(completed: ReadonlyMap<string, CompletedRequest>): Outcomes {
  const found = new Map<string, { key: string; request: CompletedRequest }>();
  for (const [key, request] of completed) found.set(request.toolUseId ?? key, { key, request });
  return found;
}

/** Whether something is the item or inside it. */
function holds(item: Item, key: string): boolean {
  return item.key === key || ("inside" in item && item.inside.some((one) => holds(one, key)));
}

/** Each answered question at its tool; one whose tool is not among the items has a line of its own at its time. */
function withOutcomes(items: readonly Item[], outcomes: Outcomes): readonly Shown[] {
  if (outcomes.size === 0) return items.map((item) => ({ item, outcome: undefined }));
  const used = new Set<string>();
  const use = (item: Item) => {
    const outcome = item.kind === "tool" ? outcomes.get(item.call) : undefined;
    if (outcome !== undefined) used.add(outcome.key);
    if ("inside" in item) item.inside.forEach(use);
    return outcome;
  };
  const shown: Shown[] = items.map((item) => ({ item, outcome: use(item) }));
  const first = items[0]?.time ?? 0;
  for (const outcome of outcomes.values()) {
    const at = outcome.request.completedAt ?? 0;
    if (used.has(outcome.key) || at < first) continue;
    const next = shown.findIndex(({ item }) => item !== null && item.time > at);
    shown.splice(next < 0 ? shown.length : next, 0, { item: null, outcome });
  }
  return shown;
}

function OutcomeLine({ outcome }: { readonly outcome: CompletedRequest }) {
  const view = viewTool(outcome.tool, "", outcome.arguments);
  return (
    <li class="chat-item chat-note">
      {view.verb} <bdi>{view.subject}</bdi>: {outcomeWords(outcome)}
      {outcome.reason != null && outcome.reason !== "" && <bdi class="outcome-reason"> “{outcome.reason}”</bdi>}
    </li>
  );
}

function Pending({ message, chat }: { readonly message: Outgoing; readonly chat: ChatModel }) {
  const { state } = message;
  return (
    <li class="chat-item chat-pending" data-outgoing={state.kind}>
      <Said text={message.shown} time={message.createdAt} />
      <p class={state.kind === "failed" ? "said-state error" : "said-state"} role="status">
        {state.kind === "pending" && "Sending…"}
        {state.kind === "confirmed" && "Sent"}
        {state.kind === "failed" && (
          <>
            Not sent. {describe(state.problem)}{" "}
            <button type="button" class="link" onClick={() => chat.retry(message.localId)}>
              Try again
            </button>{" "}
            <button type="button" class="link" onClick={() => chat.giveUp(message.localId)}>
              Discard
            </button>
          </>
        )}
      </p>
    </li>
  );
}

function Opening(props: { readonly problem: string | null; readonly locked: boolean; readonly onRetry: () => void }) {
  if (props.locked) {
    return (
      <section class="empty">
        <h2>This session is locked</h2>
        <p>It was encrypted for another key than this account’s. It can be deleted, but not read.</p>
      </section>
    );
  }
  if (props.problem === null) {
    return (
      <p class="loading-line" role="status">
        Reading the conversation…
      </p>
    );
  }
  return (
    <section class="empty" role="alert">
      <h2>The conversation could not be read</h2>
      <p>{props.problem}</p>
      <button type="button" class="button" onClick={props.onRetry}>
        Try again
      </button>
    </section>
  );
}
