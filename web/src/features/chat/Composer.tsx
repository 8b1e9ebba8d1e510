import { useEffect, useRef, useState } from "preact/hooks";
import { SelectField } from "../../ui/SelectField.tsx";
import type { Choice } from "../sessions/metadata.ts";
import type { Session } from "../sessions/sessionsModel.ts";
import { size } from "./ChatItem.tsx";
import type { ChatModel } from "./chatModel.ts";

interface ComposerProps {
  readonly chat: ChatModel;
  readonly session: Session;
  readonly working: boolean;
}

const DRAFT_PAUSE_MS = 400;
const MODES: readonly Choice[] = [
  { code: "default", value: "Ask first" },
  { code: "acceptEdits", value: "Edit freely" },
  { code: "plan", value: "Plan only" },
  { code: "read-only", value: "Read only" },
  { code: "bypassPermissions", value: "Never ask" },
];
/** Other clients have further names for two of them. */
const ALIASES: Readonly<Record<string, string>> = { yolo: "bypassPermissions", "safe-yolo": "acceptEdits" };

/** Where the person writes. What is not sent yet is kept, also when the page is closed. */
export function Composer({ chat, session, working }: ComposerProps) {
  const [words, setWords] = useState("");
  const [files, setFiles] = useState<readonly File[]>([]);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const [stopping, setStopping] = useState(false);
  const box = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  const typed = useRef(false);
  const latest = useRef("");

  useEffect(() => {
    void chat.draft().then((draft) => {
      if (!typed.current) setWords(draft);
    });
  }, []);

  useEffect(() => {
    if (!typed.current) return;
    // What is there then, not now: it may have been sent in between.
    const timer = setTimeout(() => void chat.keepDraft(latest.current), DRAFT_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [words]);

  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    element.style.height = "auto";
    element.style.height = `${Math.min(element.scrollHeight + 2, 240)}px`;
  }, [words]);

  useEffect(() => {
    if (!working) setStopping(false);
  }, [working]);

  const write = (text: string) => {
    typed.current = true;
    latest.current = text;
    setWords(text);
    setError(null);
  };

  const send = async () => {
    if (busy || (words.trim() === "" && files.length === 0)) return;
    setBusy(true);
    const fault = await chat.send(words, files);
    setBusy(false);
    setError(fault);
    if (fault !== null) return;
    setFiles([]);
    write("");
    await chat.keepDraft("");
    box.current?.focus();
  };

  const stop = async () => {
    setStopping(true);
    const answer = await chat.call("abort", {});
    if (!answer.ok) {
      setStopping(false);
      setError(`The agent was not stopped. ${answer.error}`);
    }
  };

  const { metadata } = session;
  const empty = words.trim() === "" && files.length === 0;
  return (
    <form
      class="composer"
      aria-label="Message"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <p class="error" role="alert" hidden={error === null}>
        {error}
      </p>
      {files.length > 0 && (
        <ul class="row composer-files" aria-label="Attachments">
          {files.map((file, at) => (
            <li key={at} class="chip">
              <bdi>{file.name}</bdi> <span class="hint">{size(file.size)}</span>
              <button
                type="button"
                class="link"
                aria-label={`Remove ${file.name}`}
                onClick={() => setFiles(files.filter((_, index) => index !== at))}
              >
                ×
              </button>
            </li>
          ))}
        </ul>
      )}
      <div class="composer-box">
        <textarea
          ref={box}
          class="composer-text"
          rows={1}
          aria-label="Message to the agent"
          placeholder={session.active ? "Message to the agent" : "Write to go on with this session"}
          value={words}
          dir="auto"
          enterkeyhint="send"
          onInput={(event) => write(event.currentTarget.value)}
          onPaste={(event) => {
            const pasted = [...(event.clipboardData?.files ?? [])];
            if (pasted.length > 0) setFiles([...files, ...pasted]);
          }}
          onKeyDown={(event) => {
            // On a phone Enter makes a line: there is a button for sending.
            const phone = matchMedia("(pointer: coarse)").matches;
            if (event.key !== "Enter" || event.shiftKey || event.isComposing || (phone && !event.ctrlKey)) return;
            event.preventDefault();
            void send();
          }}
        />
        <div class="composer-tools">
          <div class="composer-picks">
            <input
              ref={picker}
              type="file"
              multiple
              hidden
              onChange={(event) => {
                setFiles([...files, ...(event.currentTarget.files ?? [])]);
                event.currentTarget.value = "";
              }}
            />
            <button
              type="button"
              class="button button-quiet button-small button-icon attach"
              aria-label="Attach files"
              onClick={() => picker.current?.click()}
            >
              <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">
                <path d="m15.500 9.500-5.600 5.600a3.500 3.500 0 0 1-5-5l6-6a2.300 2.300 0 0 1 3.300 3.300l-5.900 5.900a1.100 1.100 0 0 1-1.600-1.600l5.200-5.200" />
              </svg>
            </button>
            <SelectField
              quiet
              label="Permissions"
              value={shownMode(metadata.permissionMode ?? "default")}
              onChange={(code) => void chat.pick("permissionMode", code)}
              options={MODES.map(({ code, value }) => ({ value: code, words: value }))}
            />
            {metadata.models !== undefined && metadata.models.length > 0 && (
              <SelectField
                quiet
                label="Model"
                value={metadata.modelMode ?? metadata.currentModelCode ?? ""}
                onChange={(code) => void chat.pick("modelMode", code === "" ? null : code)}
                options={[
                  ...(metadata.currentModelCode == null ? [{ value: "", words: "Model" }] : []),
                  ...metadata.models.map(({ code, value }) => ({ value: code, words: value === "" ? code : value })),
                ]}
              />
            )}
            {metadata.thoughtLevels !== undefined && metadata.thoughtLevels.length > 0 && (
              <SelectField
                quiet
                label="Effort"
                value={metadata.effortLevel ?? metadata.currentThoughtLevelCode ?? ""}
                onChange={(code) => void chat.pick("effortLevel", code === "" ? null : code)}
                options={[
                  ...(metadata.currentThoughtLevelCode == null ? [{ value: "", words: "Effort" }] : []),
                  ...metadata.thoughtLevels.map(({ code, value }) => ({ value: code, words: value === "" ? code : value })),
                ]}
              />
            )}
          </div>
          <div class="composer-actions">
            {working && (
              <button type="button" class="button button-small" disabled={stopping} onClick={() => void stop()}>
                {stopping ? "Stopping…" : "Stop"}
              </button>
            )}
            {(!working || !empty) && (
              <button type="submit" class="button button-primary button-small" disabled={busy || empty}>
                {busy ? "Sending…" : "Send"}
              </button>
            )}
          </div>
        </div>
      </div>
    </form>
  );
}

function shownMode(code: string): string {
  return ALIASES[code] ?? (MODES.some((one) => one.code === code) ? code : "default");
}
