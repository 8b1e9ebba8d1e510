import { useEffect, useRef, useState } from "preact/hooks";
import { copyText } from "./clipboard.ts";

interface CopyButtonProps {
  readonly text: string;
  /** What is copied, for the name of the button and the announcement: "Copy command", "Command copied". */
  readonly what: string;
  readonly primary?: boolean;
  /** Small, for the head of a block. */
  readonly quiet?: boolean;
}

const CONFIRMED_MS = 4_000;

export function CopyButton({ text, what, primary = false, quiet = false }: CopyButtonProps) {
  const place = useRef<HTMLSpanElement>(null);
  const [outcome, setOutcome] = useState<"none" | "copied" | "failed">("none");

  useEffect(() => {
    if (outcome !== "copied") return;
    const timer = setTimeout(() => setOutcome("none"), CONFIRMED_MS);
    return () => clearTimeout(timer);
  }, [outcome]);

  const copy = async () => {
    if (place.current === null) return;
    setOutcome((await copyText(text, place.current)) ? "copied" : "failed");
  };

  return (
    <span class="copy" ref={place}>
      <button type="button" class={quiet ? "copy-quiet" : primary ? "button button-primary" : "button"} onClick={() => void copy()}>
        {outcome === "copied" ? "Copied" : quiet ? "Copy" : `Copy ${what}`}
        {quiet && outcome !== "copied" && <span class="visually-hidden"> {what}</span>}
      </button>
      <span role="status" class={outcome === "failed" ? "note" : "visually-hidden"}>
        {outcome === "copied" && `${what} copied`}
        {outcome === "failed" && "The browser did not allow copying. Select the text and copy it by hand."}
      </span>
    </span>
  );
}
