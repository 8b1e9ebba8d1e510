import { useId } from "preact/hooks";

interface SelectFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly options: readonly { readonly value: string; readonly words: string; readonly disabled?: boolean }[];
  readonly autofocus?: boolean;
  /** The label is for screen readers only, where the place says what it is. */
  readonly quiet?: boolean;
}

/** One choice of a few, with the browser's own list: it works with a keyboard and on a phone. */
export function SelectField({ label, value, onChange, options, autofocus = false, quiet = false }: SelectFieldProps) {
  const id = useId();
  return (
    <div class={quiet ? "field field-quiet" : "field"}>
      <label for={id} class={quiet ? "visually-hidden" : "label"}>
        {label}
      </label>
      <select
        id={id}
        class={quiet ? "select select-quiet" : "input select"}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
        {...(autofocus ? { "data-autofocus": true } : {})}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value} disabled={option.disabled === true}>
            {option.words}
          </option>
        ))}
      </select>
    </div>
  );
}
