import type { ComponentChildren } from "preact";
import { at } from "../relay/base.ts";
import { navigate, PATHS, type Page } from "./routes.ts";

interface LinkProps {
  readonly to: Page;
  readonly children: ComponentChildren;
  readonly class?: string;
  readonly current?: boolean;
}

/** A link inside the application; a click with a modifier key is left to the browser. */
export function Link({ to, children, current = false, ...rest }: LinkProps) {
  return (
    <a
      href={at(PATHS[to])}
      {...rest}
      {...(current ? { "aria-current": "page" as const } : {})}
      onClick={(event) => {
        if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
        event.preventDefault();
        navigate(to);
      }}
    >
      {children}
    </a>
  );
}
