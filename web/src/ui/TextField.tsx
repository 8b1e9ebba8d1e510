import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

interface TextFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly hint?: ComponentChildren;
  readonly error?: string | null;
  readonly autofocus?: boolean;
  readonly maxLength?: number;
  readonly rows?: number;
  readonly code?: boolean;
  readonly readOnly?: boolean;
  /** Where Enter shall not submit a form around the field. */
  readonly onEnter?: () => void;
}

/** One labelled text box; its hint and its error belong to it for screen readers too. */
export function TextField(props: TextFieldProps) {
  const id = useId();
  const error = props.error ?? null;
  const described = [props.hint === undefined ? null : `${id}-hint`, error === null ? null : `${id}-error`]
    .filter((one) => one !== null)
    .join(" ");
  const shared = {
    id,
    value: props.value,
    class: props.code ? "input input-code" : "input",
    onInput: (event: { currentTarget: { value: string } }) => props.onInput(event.currentTarget.value),
    ...(props.onEnter === undefined
      ? {}
      : {
          onKeyDown: (event: KeyboardEvent) => {
            if (event.key !== "Enter") return;
            event.preventDefault();
            props.onEnter?.();
          },
        }),
    "aria-invalid": error !== null,
    ...(described === "" ? {} : { "aria-describedby": described }),
    ...(props.autofocus ? { "data-autofocus": true } : {}),
    ...(props.maxLength === undefined ? {} : { maxLength: props.maxLength }),
    readOnly: props.readOnly ?? false,
    autocomplete: "off" as const,
    spellcheck: false,
    ...(props.code ? { autocapitalize: "characters" as const, autocorrect: "off" } : {}),
  };
  return (
    <div class="field">
      <label for={id} class="label">
        {props.label}
      </label>
      {props.rows === undefined ? <input type="text" {...shared} /> : <textarea rows={props.rows} {...shared} />}
      {props.hint !== undefined && (
        <p id={`${id}-hint`} class="hint">
          {props.hint}
        </p>
      )}
      <p id={`${id}-error`} class="error" role="alert" hidden={error === null}>
        {error}
      </p>
    </div>
  );
}
