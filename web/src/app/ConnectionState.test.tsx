import { cleanup, render, screen } from "@testing-library/preact";
import { afterEach, expect, it, vi } from "vitest";
import { ConnectionState } from "./ConnectionState.tsx";

afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

it("says since when the page is offline, but nothing of a short break, and that it catches up afterwards", async () => {
  vi.useFakeTimers();
  const { rerender } = render(<ConnectionState state={{ kind: "live" }} />);
  expect(screen.getByTestId("connection").textContent).toBe("Connected");
  rerender(<ConnectionState state={{ kind: "offline", sinceMs: Date.now() }} />);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(screen.queryByTestId("connection-lost")).toBeNull();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(screen.getByTestId("connection-lost").textContent).toContain("Offline since");
  rerender(<ConnectionState state={{ kind: "catching-up" }} />);
  expect(screen.getByTestId("catching-up").textContent).toContain("reading what happened");
  rerender(<ConnectionState state={{ kind: "live" }} />);
  await vi.advanceTimersByTimeAsync(0);
  expect(screen.queryByTestId("connection-lost")).toBeNull();
  expect(screen.getByTestId("connection").textContent).toBe("Connected");
});
