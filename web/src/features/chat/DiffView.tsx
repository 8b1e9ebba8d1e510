import { useMemo } from "preact/hooks";
import { changes, readUnified, type DiffLine } from "./diffLines.ts";

interface DiffViewProps {
  readonly path: string;
  readonly before?: string | null;
  readonly after?: string | null;
  readonly unified?: string | null;
}

const SIGNS: Readonly<Record<DiffLine["kind"], string>> = { added: "+", removed: "−", same: " ", place: " " };

export function DiffView({ path, before = null, after = null, unified = null }: DiffViewProps) {
  const lines = useMemo(
    () => (unified !== null ? readUnified(unified) : changes(before ?? "", after ?? "")),
    [unified, before, after],
  );
  const count = (kind: DiffLine["kind"]) => lines.filter((line) => line.kind === kind).length;
  return (
    <figure class="code diff">
      <figcaption class="code-head">
        <bdi class="diff-path">{path}</bdi>
        <span class="diff-count">
          <span class="visually-hidden">Lines added </span>+{count("added")}
          <span class="visually-hidden">, removed </span> −{count("removed")}
        </span>
      </figcaption>
      <pre tabIndex={0} aria-label={`Changes of ${path}`}>
        {lines.map((line, at) => (
          <span key={at} class={`diff-line diff-${line.kind}`}>
            <span class="diff-sign">{SIGNS[line.kind]}</span>
            {line.text}
            {"\n"}
          </span>
        ))}
      </pre>
    </figure>
  );
}
