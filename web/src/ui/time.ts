const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const exact = new Intl.DateTimeFormat("en", { dateStyle: "long", timeStyle: "medium" });

const short = new Intl.DateTimeFormat("en", { month: "short", day: "numeric", hour: "numeric", minute: "2-digit" });

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const UNITS: readonly (readonly [below: number, size: number, unit: Intl.RelativeTimeFormatUnit])[] = [
  [MINUTE, SECOND, "second"],
  [HOUR, MINUTE, "minute"],
  [DAY, HOUR, "hour"],
  [30 * DAY, DAY, "day"],
  [365 * DAY, 30 * DAY, "month"],
  [Infinity, 365 * DAY, "year"],
];

/** "5 minutes ago". Clocks of the relay and the browser differ a little, so a future time is "just now". */
export function timeAgo(time: number, now: number): string {
  const age = now - time;
  if (age < 10 * SECOND) return "just now";
  const [, size, unit] = UNITS.find(([below]) => age < below) ?? [Infinity, DAY, "day" as const];
  return relative.format(-Math.floor(age / size), unit);
}

export function exactTime(time: number): string {
  return exact.format(time);
}

/** "Nov 25, 10:41 PM", where the exact time stands beside it. */
export function shortTime(time: number): string {
  return short.format(time);
}
