import { useEffect, useRef } from "preact/hooks";

/** Rows of a long list that are drawn at first, and then each time that its end comes near. */
export const PORTION = 60;

interface MoreProps {
  /** Rows that are not drawn yet. */
  readonly rest: number;
  readonly onNear: () => void;
}

/** The end of what is drawn: draws the next portion when it comes near; as a button for who does not scroll. */
export function More({ rest, onNear }: MoreProps) {
  const place = useRef<HTMLButtonElement>(null);
  const near = useRef(onNear);
  near.current = onNear;
  useEffect(() => {
    const element = place.current;
    if (element === null || typeof IntersectionObserver === "undefined") return;
    const observer = new IntersectionObserver(
      (seen) => {
        if (seen.some(({ isIntersecting }) => isIntersecting)) near.current();
      },
      { rootMargin: "600px" },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [rest]);
  return (
    <button type="button" ref={place} class="button button-quiet more-button" onClick={onNear}>
      Show {Math.min(rest, PORTION)} more of {rest}
    </button>
  );
}
