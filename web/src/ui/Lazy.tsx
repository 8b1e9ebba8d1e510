import { h, type ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";

/** A view that is loaded when it is first shown. */
export function lazy<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let loaded: ComponentType<P> | null = null;
  return function Lazy(props: P) {
    const [state, setState] = useState<"loading" | "ready" | "failed">(loaded === null ? "loading" : "ready");
    const [attempt, setAttempt] = useState(0);
    useEffect(() => {
      if (loaded !== null) return;
      let left = false;
      load().then(
        (view) => {
          loaded = view;
          if (!left) setState("ready");
        },
        () => {
          if (!left) setState("failed");
        },
      );
      return () => {
        left = true;
      };
    }, [attempt]);
    if (loaded !== null && state === "ready") return h(loaded, props);
    if (state === "failed") {
      return (
        <section class="empty" role="alert">
          <h2>This part of the page could not be loaded</h2>
          <p>The relay does not answer, or it was updated meanwhile. Try again, or reload the page.</p>
          <button
            type="button"
            class="button"
            onClick={() => {
              setState("loading");
              setAttempt(attempt + 1);
            }}
          >
            Try again
          </button>
        </section>
      );
    }
    return (
      <p class="loading-line" role="status">
        Loading…
      </p>
    );
  };
}
