// @vitest-environment node
import { describe, expect, it } from "vitest";
import { timeAgo } from "./time.ts";

describe("relative time", () => {
  const now = Date.UTC(2026, 10, 21, 12);
  it.each([
    [-60, "just now"],
    [0, "just now"],
    [9, "just now"],
    [10, "10 seconds ago"],
    [59, "59 seconds ago"],
    [60, "1 minute ago"],
    [3_599, "59 minutes ago"],
    [3_600, "1 hour ago"],
    [86_399, "23 hours ago"],
    [86_400, "yesterday"],
    [20 * 86_400, "20 days ago"],
    [70 * 86_400, "2 months ago"],
    [800 * 86_400, "2 years ago"],
  ])("of %i seconds is %s", (seconds, words) => {
    expect(timeAgo(now - seconds * 1_000, now)).toBe(words);
  });
});
