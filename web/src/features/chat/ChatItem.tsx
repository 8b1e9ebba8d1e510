import { memo } from "preact/compat";
import { useEffect, useState } from "preact/hooks";
import { exactTime } from "../../ui/time.ts";
import type { CompletedRequest } from "../sessions/metadata.ts";
import type { ChatModel } from "./chatModel.ts";
import { CodeBlock } from "./CodeBlock.tsx";
import { DiffView } from "./DiffView.tsx";
import type { FileReference } from "./facts.ts";
import { Markdown } from "./Markdown.tsx";
import { viewTool } from "./toolView.ts";
import type { Item, PlanStep, SubagentItem, ToolItem, ToolState } from "./transcript.ts";

interface ChatItemProps {
  readonly item: Item;
  readonly chat: ChatModel;
  /** The person's answer to the question about this tool. */
  readonly outcome: CompletedRequest | undefined;
  /** The same for the tools inside, by call. */
  readonly outcomes?: Outcomes | undefined;
  /** Calls that wait for the person's answer; empty where that concerns neither the item nor what is inside it. */
  readonly asked: ReadonlySet<string>;
}

export type Outcomes = ReadonlyMap<string, { readonly key: string; readonly request: CompletedRequest }>;

export const ChatItem = memo(function ChatItem({ item, chat, outcome, outcomes, asked }: ChatItemProps) {
  switch (item.kind) {
    case "text":
      if (item.role === "user") return <Said text={item.text} time={item.time} />;
      return item.thinking ? (
        <Thinking text={item.text} />
      ) : (
        <div class="answer" title={exactTime(item.time)}>
          <span class="visually-hidden">Agent: </span>
          <Markdown text={item.text} />
        </div>
      );
    case "note":
      return <p class="chat-note">{item.text}</p>;
    case "tool":
      return <Tool item={item} chat={chat} outcome={outcome} outcomes={outcomes} asked={asked} />;
    case "subagent":
      return <Subagent item={item} chat={chat} outcome={outcome} outcomes={outcomes} asked={asked} />;
    case "plan":
      return <Plan steps={item.steps} />;
    case "file":
      return <Attachment chat={chat} file={item.file} mine={item.role === "user"} />;
    case "edit":
      return <DiffView path={item.path} before={item.before} after={item.after} unified={item.diff} />;
    case "turn-end":
      return <p class="chat-note">{item.status === "cancelled" ? "Stopped." : "The agent ended with a failure."}</p>;
    case "locked":
      return <p class="chat-note">A message that this account’s keys do not open.</p>;
  }
});

export function Said({ text, time }: { readonly text: string; readonly time: number }) {
  return (
    <div class="said" title={exactTime(time)}>
      <span class="visually-hidden">You: </span>
      <p class="said-text" dir="auto">
        {text}
      </p>
    </div>
  );
}

export function Thinking({ text, open = false }: { readonly text: string; readonly open?: boolean }) {
  return (
    <details class="thinking" open={open}>
      <summary>Thinking</summary>
      <div class="thinking-text">
        <Markdown text={text} />
      </div>
    </details>
  );
}

const TOOL_WORDS: Readonly<Record<ToolState, string>> = {
  running: "running",
  done: "done",
  failed: "failed",
  stopped: "stopped",
};

function Tool({ item, chat, outcome, outcomes, asked }: ChatItemProps & { readonly item: ToolItem }) {
  const [open, setOpen] = useState(false);
  const waits = asked.has(item.call);
  const view = viewTool(item.name, item.title, item.args);
  return (
    <details class="tool" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <span class={`tool-mark tool-${waits ? "asked" : isRefused(outcome) ? "stopped" : item.state}`} aria-hidden="true" />
        <span class="tool-verb">{view.verb}</span>
        <bdi class="tool-subject">{view.subject}</bdi>
        <span class="tool-state">
          {item.inside.length > 0 && `${steps(item.inside.length)}, `}
          {waits ? "waits for you" : stateWords(item.state, outcome)}
        </span>
      </summary>
      {open && (
        <div class="tool-body">
          {item.description !== "" && <p class="hint">{item.description}</p>}
          <ToolArguments name={item.name} title={item.title} args={item.args} />
          {item.inside.length > 0 && <Inside items={item.inside} chat={chat} outcomes={outcomes} asked={asked} />}
          {item.output !== null && item.output !== "" && <Output text={item.output} />}
          {outcome?.reason != null && outcome.reason !== "" && <p class="hint">Reason: {outcome.reason}</p>}
        </div>
      )}
    </details>
  );
}

/** Agents end a call that was refused like any other: what the person said is what became of it. */
function isRefused(outcome: CompletedRequest | undefined): boolean {
  return outcome !== undefined && outcome.status !== "approved";
}

function stateWords(state: ToolState, outcome: CompletedRequest | undefined): string {
  if (outcome === undefined) return TOOL_WORDS[state];
  return isRefused(outcome) ? outcomeWords(outcome) : `${outcomeWords(outcome)}, ${TOOL_WORDS[state]}`;
}

/** What a subagent did whose tool was not told about. */
function Subagent({ item, chat, outcomes, asked }: ChatItemProps & { readonly item: SubagentItem }) {
  const [open, setOpen] = useState(false);
  return (
    <details class="tool" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <span class={`tool-mark tool-${item.state}`} aria-hidden="true" />
        <span class="tool-verb">Subagent</span>
        <bdi class="tool-subject">{item.title === "Subagent" ? "" : item.title}</bdi>
        <span class="tool-state">
          {item.inside.length > 0 && `${steps(item.inside.length)}, `}
          {TOOL_WORDS[item.state]}
        </span>
      </summary>
      {open && (
        <div class="tool-body">
          <Inside items={item.inside} chat={chat} outcomes={outcomes} asked={asked} />
        </div>
      )}
    </details>
  );
}

function steps(count: number): string {
  return count === 1 ? "1 step" : `${count} steps`;
}

interface InsideProps {
  readonly items: readonly Item[];
  readonly chat: ChatModel;
  readonly outcomes: Outcomes | undefined;
  readonly asked: ReadonlySet<string>;
}

function Inside({ items, chat, outcomes, asked }: InsideProps) {
  return (
    <ol class="inside" aria-label="What the subagent did">
      {items.map((item) => (
        <li key={item.key} class={`chat-item chat-${item.kind}`}>
          <ChatItem
            item={item}
            chat={chat}
            outcome={item.kind === "tool" ? outcomes?.get(item.call)?.request : undefined}
            outcomes={outcomes}
            asked={asked}
          />
        </li>
      ))}
    </ol>
  );
}

export function ToolArguments(props: { readonly name: string; readonly title: string; readonly args: unknown }) {
  const { body } = viewTool(props.name, props.title, props.args);
  switch (body.kind) {
    case "diff":
      return <DiffView path={body.path} before={body.before} after={body.after} />;
    case "unified":
      return <DiffView path={body.path} unified={body.diff} />;
    case "code":
      return <CodeBlock code={body.code} language={body.language} />;
    case "none":
      return null;
  }
}

const SHORT = 4_000;

function Output({ text }: { readonly text: string }) {
  const [whole, setWhole] = useState(text.length <= SHORT);
  return (
    <>
      <CodeBlock code={whole ? text : text.slice(0, SHORT)} language="" />
      {!whole && (
        <button type="button" class="link" onClick={() => setWhole(true)}>
          Show all {text.length.toLocaleString("en")} characters
        </button>
      )}
    </>
  );
}

export function outcomeWords(outcome: CompletedRequest): string {
  switch (outcome.status) {
    case "approved":
      return outcome.decision === "approved_for_session" ? "allowed for this session" : "allowed";
    case "denied":
      return outcome.decision === "abort" ? "denied and stopped" : "denied";
    case "canceled":
      return "not answered";
  }
}

function Plan({ steps }: { readonly steps: readonly PlanStep[] }) {
  const words = { open: "to do", active: "in progress", done: "done" } as const;
  return (
    <section class="plan" aria-label="Plan">
      <p class="plan-title">
        Plan, {steps.filter(({ state }) => state === "done").length} of {steps.length} done
      </p>
      <ol>
        {steps.map((step, at) => (
          <li key={at} class={`plan-${step.state}`}>
            <span class="plan-mark" aria-hidden="true" />
            {step.text}
            <span class="visually-hidden">, {words[step.state]}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}

const PICTURES = new Set(["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"]);
/** Larger pictures are offered for download only. */
const MAX_PICTURE = 8 << 20;

function Attachment({ chat, file, mine }: { readonly chat: ChatModel; readonly file: FileReference; readonly mine: boolean }) {
  const [picture, setPicture] = useState<string | null>(null);
  const [state, setState] = useState<"idle" | "loading" | "failed">("idle");
  const isPicture = PICTURES.has(file.mimeType) && file.size <= MAX_PICTURE;

  useEffect(() => {
    if (!isPicture) return;
    let left = false;
    let made = "";
    void chat.file(file).then((bytes) => {
      if (left) return;
      if (bytes === null) {
        setState("failed");
        return;
      }
      made = pictureAddress(bytes, file.mimeType);
      setPicture(made);
    });
    return () => {
      left = true;
      if (made.startsWith("blob:")) URL.revokeObjectURL(made);
    };
  }, [file.ref]);

  const download = async () => {
    setState("loading");
    const bytes = await chat.file(file);
    setState(bytes === null ? "failed" : "idle");
    if (bytes !== null) save(new Blob([bytes as Uint8Array<ArrayBuffer>]), file.name);
  };

  return (
    <figure class={mine ? "attachment attachment-mine" : "attachment"}>
      {picture !== null && (
        <img
          src={picture}
          alt={file.name}
          {...(file.width !== null && file.height !== null ? { width: file.width, height: file.height } : {})}
        />
      )}
      <figcaption class="row">
        <bdi>{file.name}</bdi>
        <span class="hint">{size(file.size)}</span>
        <button type="button" class="link" disabled={state === "loading"} onClick={() => void download()}>
          Download<span class="visually-hidden"> {file.name}</span>
        </button>
        <span role="status" class="hint">
          {state === "failed" && "It could not be loaded."}
        </span>
      </figcaption>
    </figure>
  );
}

/** As a data address: the policy of the page allows pictures of its own origin and these, and nothing else. */
function pictureAddress(bytes: Uint8Array, type: string): string {
  let binary = "";
  for (let at = 0; at < bytes.length; at += 8_192) binary += String.fromCharCode(...bytes.subarray(at, at + 8_192));
  return `data:${type};base64,${btoa(binary)}`;
}

export function save(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = address;
  link.download = name.replace(/[/\\:]/g, "_");
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

export function size(bytes: number): string {
  if (bytes < 1_000) return `${bytes} bytes`;
  return bytes < 1_000_000 ? `${Math.round(bytes / 1_000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
