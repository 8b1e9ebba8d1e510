import { useEffect, useRef, useState } from "preact/hooks";
import { exactTime } from "../../ui/time.ts";
import type { ChatModel } from "./chatModel.ts";
import { excerpt, searchEntries, type Hit } from "./search.ts";

const MAX_HITS = 200;

/** Finds words in the whole session. The relay cannot read it, so this page reads and decrypts all of it, in portions. */
export function ChatSearch({ chat, onClose }: { readonly chat: ChatModel; readonly onClose: () => void }) {
  const [words, setWords] = useState("");
  const [hits, setHits] = useState<readonly Hit[]>([]);
  const [progress, setProgress] = useState<{ read: number; done: boolean; failed: boolean } | null>(null);
  const running = useRef<AbortController | null>(null);
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => {
    box.current?.focus();
    return () => running.current?.abort();
  }, []);

  const search = async () => {
    running.current?.abort();
    if (words.trim() === "") return;
    const mine = new AbortController();
    running.current = mine;
    const found: Hit[] = [];
    let read = 0;
    setHits([]);
    setProgress({ read, done: false, failed: false });
    try {
      for await (const entries of chat.everything(mine.signal)) {
        if (mine.signal.aborted) return;
        found.push(...searchEntries(entries, words));
        read += entries.length;
        setHits(found.slice(-MAX_HITS).reverse());
        setProgress({ read, done: false, failed: false });
      }
      if (!mine.signal.aborted) setProgress({ read, done: true, failed: false });
    } catch {
      setProgress({ read, done: true, failed: true });
    }
  };

  return (
    <section class="chat-search" aria-label="Search in this session">
      <form
        class="row"
        onSubmit={(event) => {
          event.preventDefault();
          void search();
        }}
      >
        <input
          type="search"
          class="input"
          aria-label="Words to find"
          placeholder="Find in this session"
          value={words}
          ref={box}
          onInput={(event) => setWords(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === "Escape") onClose();
          }}
        />
        <button type="submit" class="button">
          Search
        </button>
        <button type="button" class="button button-quiet" onClick={onClose}>
          Close
        </button>
      </form>
      <p class="hint" role="status">
        {progress !== null &&
          (progress.failed
            ? "The relay does not answer. Search again in a moment."
            : `${hits.length === MAX_HITS ? `The last ${MAX_HITS}` : hits.length} found, ${progress.read.toLocaleString("en")} messages read${progress.done ? "." : "…"}`)}
      </p>
      <ul class="hits">
        {hits.map((hit) => (
          <li key={hit.key}>
            <button type="button" class="hit" onClick={() => void chat.toMessage(hit.seq, hit.factId)}>
              <span class="hint">
                {hit.who} · {exactTime(hit.time)}
              </span>
              <span dir="auto">{excerpt(hit, words)}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
