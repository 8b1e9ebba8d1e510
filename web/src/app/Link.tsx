import type { ComponentChildren } from "preact";
import { at } from "../relay/base.ts";
import { addressOf, navigate, type Page } from "./routes.ts";

interface LinkProps {
  readonly to: Page;
  readonly id?: string;
  readonly children: ComponentChildren;
  readonly class?: string;
  readonly current?: boolean;
  readonly label?: string;
}

/** A link inside the application; a click with a modifier key is left to the browser. */
export function Link({ to, id = "", children, current = false, label, ...rest }: LinkProps) {
  return (
    <a
      href={at(addressOf(to, id))}
      {...rest}
      {...(label === undefined ? {} : { "aria-label": label })}
      {...(current ? { "aria-current": "page" as const } : {})}
      onClick={(event) => {
        if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
        event.preventDefault();
        navigate(to, id);
      }}
    >
      {children}
    </a>
  );
}
