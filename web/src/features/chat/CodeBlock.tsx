import { useEffect, useState, type Dispatch, type StateUpdater } from "preact/hooks";
import type { ComponentChildren } from "preact";
import { CopyButton } from "../../ui/CopyButton.tsx";

type Highlight = typeof import("./highlight.ts").highlight;
let loaded: Highlight | null = null;

/** Code with its colours, as soon as they are loaded, and a button that copies it. */
export function CodeBlock({ code, language }: { readonly code: string; readonly language: string }) {
  const shown = useHighlighted(code, language);
  return (
    <figure class="code">
      <figcaption class="code-head">
        <span>{language === "" ? "text" : language}</span>
        <CopyButton text={code} what="code" quiet />
      </figcaption>
      <pre tabIndex={0} aria-label={language === "" ? "Code" : `Code, ${language}`}>
        <code>{shown}</code>
      </pre>
    </figure>
  );
}

function useHighlighted(code: string, language: string): ComponentChildren {
  const [highlight, setHighlight]: [Highlight | null, Dispatch<StateUpdater<Highlight | null>>] = useState(() => loaded);
  useEffect(() => {
    if (loaded !== null || language === "") return;
    let left = false;
    void import("./highlight.ts").then((file) => {
      loaded = file.highlight;
      if (!left) setHighlight(() => file.highlight);
    }, () => {});
    return () => {
      left = true;
    };
  }, [language]);
  return highlight === null ? code : highlight(code, language.toLowerCase());
}
