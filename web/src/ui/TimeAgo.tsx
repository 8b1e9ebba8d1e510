import { signal } from "@preact/signals";
import { exactTime, timeAgo } from "./time.ts";

/** One clock for all times on the page. */
const now = signal(Date.now());
setInterval(() => {
  now.value = Date.now();
}, 5_000);

export function TimeAgo({ time }: { readonly time: number }) {
  // A time newer than the clock's last tick is current too.
  const current = Math.max(now.value, time);
  return (
    <time dateTime={new Date(time).toISOString()} title={exactTime(time)}>
      {timeAgo(time, current)}
    </time>
  );
}
