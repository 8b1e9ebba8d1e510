import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { TextField } from "../../ui/TextField.tsx";
import type { PermissionRequest } from "../sessions/metadata.ts";
import { ToolArguments } from "./ChatItem.tsx";
import type { ChatModel, Decision } from "./chatModel.ts";
import { viewTool } from "./toolView.ts";

interface PermissionPromptProps {
  readonly chat: ChatModel;
  readonly id: string;
  readonly request: PermissionRequest;
  /** Whether an answer can reach the agent now. */
  readonly reachable: boolean;
}

const CHOICES: readonly (readonly [decision: Decision, words: string, style: string])[] = [
  ["approved", "Allow", "button button-primary"],
  ["approved_for_session", "Allow for this session", "button"],
  ["denied", "Deny", "button"],
  ["abort", "Deny and stop", "button button-quiet"],
];

const MAX_REASON = 2_000;

const DONE: Readonly<Record<Decision, string>> = {
  approved: "allow",
  approved_for_session: "allow for this session",
  denied: "deny",
  abort: "deny and stop",
};

/** A question of the agent. It stays until the agent says what came of it, whoever answered, on whatever device. */
export function PermissionPrompt({ chat, id, request, reachable }: PermissionPromptProps) {
  const state = chat.answers.value.get(id);
  const view = viewTool(request.tool, "", request.arguments);
  const place = useRef<HTMLElement>(null);
  useLayoutEffect(
    () => () => {
      // Answered, here or elsewhere: who was on one of its buttons goes on at the message.
      if (place.current?.contains(document.activeElement) === true && !matchMedia("(pointer: coarse)").matches) {
        document.querySelector<HTMLElement>(".composer-text")?.focus();
      }
    },
    [],
  );
  const [reason, setReason] = useState<string | null>(null);
  const field = useRef<HTMLDivElement>(null);
  const asked = reason !== null;
  useLayoutEffect(() => field.current?.querySelector("input")?.focus(), [asked]);
  const busy = state?.kind === "sending" || state?.kind === "sent";
  const closed = busy || !reachable;
  const refuses = (decision: Decision) => decision === "denied" || decision === "abort";
  const answer = (decision: Decision) => void chat.answer(id, decision, refuses(decision) ? (reason ?? "") : "");
  return (
    <section ref={place} class="prompt" aria-labelledby={`prompt-${id}`} data-request={id}>
      <h2 id={`prompt-${id}`} class="prompt-title">
        The agent asks: {view.verb} <bdi>{view.subject}</bdi>
      </h2>
      <div class="prompt-body">
        <ToolArguments name={request.tool} title="" args={request.arguments} />
      </div>
      <div class="prompt-actions">
        {CHOICES.map(([decision, words, style]) => (
          <button
            key={decision}
            type="button"
            class={style}
            // Not `disabled`: that would take the focus from who answers with the keyboard.
            aria-disabled={closed}
            onClick={() => closed || answer(decision)}
          >
            {words}
          </button>
        ))}
        {reason === null && (
          <button type="button" class="link prompt-why" aria-disabled={closed} onClick={() => closed || setReason("")}>
            Say why not
          </button>
        )}
      </div>
      {reason !== null && (
        <div ref={field} class="prompt-reason">
          <TextField
            label="Reason, goes along when you deny"
            value={reason}
            onInput={setReason}
            maxLength={MAX_REASON}
            onEnter={() => closed || answer("denied")}
          />
        </div>
      )}
      <p class="hint" role="status">
        {!reachable && "The agent cannot be reached right now. You can answer when it is back."}
        {reachable && state?.kind === "sending" && `Sending your answer: ${DONE[state.decision]}…`}
        {reachable && state?.kind === "sent" && `Answered: ${DONE[state.decision]}. The agent goes on.`}
        {reachable && state?.kind === "unknown" && "It is not known whether your answer arrived. Answer again: only one counts."}
        {reachable && state?.kind === "failed" && `Your answer did not arrive. ${state.error}`}
      </p>
    </section>
  );
}
