import { useEffect, useId, useRef, useState } from "preact/hooks";

export interface MenuItem {
  readonly label: string;
  readonly onChoose: () => void;
  readonly danger?: boolean;
}

/** A button that discloses further buttons. Escape, a choice or leaving it closes; focus then is on the button again. */
export function Menu({ label, items }: { readonly label: string; readonly items: readonly MenuItem[] }) {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const trigger = useRef<HTMLButtonElement>(null);
  const listId = useId();

  useEffect(() => {
    if (!open) return;
    root.current?.querySelector<HTMLElement>("li button")?.focus();
    const outside = (event: Event) => {
      if (event.target instanceof Node && !root.current?.contains(event.target)) setOpen(false);
    };
    document.addEventListener("pointerdown", outside);
    document.addEventListener("focusin", outside);
    return () => {
      document.removeEventListener("pointerdown", outside);
      document.removeEventListener("focusin", outside);
    };
  }, [open]);

  const close = () => {
    setOpen(false);
    trigger.current?.focus();
  };

  const move = (event: KeyboardEvent) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      close();
      return;
    }
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step === 0 || !open) return;
    event.preventDefault();
    const buttons = [...(root.current?.querySelectorAll<HTMLElement>("li button") ?? [])];
    const at = buttons.findIndex((button) => button === document.activeElement);
    buttons.at((at + step) % buttons.length)?.focus();
  };

  return (
    <div class="menu" ref={root} onKeyDown={move}>
      <button
        type="button"
        ref={trigger}
        class="button button-quiet button-icon"
        aria-label={label}
        aria-expanded={open}
        aria-controls={listId}
        onClick={() => setOpen(!open)}
      >
        <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
          <circle cx="4" cy="10" r="1.600" />
          <circle cx="10" cy="10" r="1.600" />
          <circle cx="16" cy="10" r="1.600" />
        </svg>
      </button>
      <ul id={listId} class="menu-list" hidden={!open}>
        {items.map((item) => (
          <li key={item.label}>
            <button
              type="button"
              class={item.danger ? "menu-item menu-item-danger" : "menu-item"}
              onClick={() => {
                close();
                item.onChoose();
              }}
            >
              {item.label}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
