import { cleanup, fireEvent, render, screen, within } from "@testing-library/preact";
import { signal } from "@preact/signals";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Problem } from "../../relay/http.ts";
import type { MachineRow } from "../../relay/schema.ts";
import { fromRows, type MachineList } from "./machineList.ts";
import { MachinesPage } from "./MachinesPage.tsx";
import type { MachinesModel } from "./machinesModel.ts";
import { cipher, machine } from "./testMachines.ts";
import type { MachineDetails } from "./unlock.ts";

function show(rows: readonly MachineRow[] | null, details: Readonly<Record<string, MachineDetails>> = {}) {
  const state = {
    list: signal<MachineList | null>(rows === null ? null : fromRows(rows)),
    details: signal(new Map(Object.entries(details))),
    problem: signal<Problem | null>(null),
    refresh: vi.fn(),
    trustKey: vi.fn(),
  };
  render(<MachinesPage opened={{ model: state as unknown as MachinesModel, accountKey: "k".repeat(43) }} />);
  return state;
}

const listed = () => screen.getAllByRole("listitem").filter((item) => item.hasAttribute("data-machine"));

afterEach(cleanup);

describe("the machines page", () => {
  it("shows that it is loading, and no empty state, until the relay has answered", () => {
    const { list } = show(null);
    expect(screen.getByText("Loading machines")).toBeTruthy();
    expect(screen.queryByText("No machines yet")).toBeNull();
    list.value = fromRows([]);
    return screen.findByText("No machines yet");
  });

  it("says what a machine is when there is none", () => {
    show([]);
    expect(screen.getByText(/A machine is a computer of yours/)).toBeTruthy();
    expect(screen.getAllByRole("button", { name: "Add machine" })).toHaveLength(1);
  });

  it("offers to try again when the first answer did not come", async () => {
    const { problem, refresh } = show(null);
    problem.value = { kind: "unreachable" };
    fireEvent.click(await screen.findByRole("button", { name: "Try again" }));
    expect(refresh).toHaveBeenCalledOnce();
  });

  it("counts machines and tells status as text", () => {
    show([
      machine({ machineId: "a", status: "online", connectedBefore: true, assistantCount: 1 }),
      machine({ machineId: "b", assistantCount: 2, connectedBefore: true }),
      machine({ machineId: "c" }),
    ]);
    const summary = screen.getByText("3 machines").parentElement;
    expect(summary?.textContent).toBe("3 machines1 online2 offline");
    const [a, b, c] = listed();
    expect(a?.textContent).toMatch(/Online.*Last seen.*1 assistant/);
    expect(b?.textContent).toMatch(/Offline.*Last seen.*2 assistants/);
    expect(c?.textContent).toMatch(/Offline.*Never connected.*0 assistants/);
    expect(a?.querySelector("time")?.title).toMatch(/1970/);
  });

  it("shows what the machine tells, a locked one and changed keys, each in its row", () => {
    const { trustKey } = show(
      [machine({ machineId: "a" }), machine({ machineId: "b" }), machine({ machineId: "c", name: "studio" })],
      {
        a: { kind: "open", metadata: { host: "box", platform: "darwin", arch: "arm64", displayName: "Desk" }, cipher },
        b: { kind: "locked" },
        c: { kind: "keys-changed", key: "new" },
      },
    );
    const [a, b, c] = listed();
    expect(within(a as HTMLElement).getByRole("heading").textContent).toBe("Desk");
    expect(a?.textContent).toMatch(/box.*macOS arm64/);
    expect(b?.textContent).toContain("Locked.");
    fireEvent.click(within(c as HTMLElement).getByRole("button", { name: "Review" }));
    fireEvent.click(screen.getByRole("button", { name: "Accept the new key" }));
    expect(trustKey).toHaveBeenCalledWith("c", "new");
  });

  it("shows names with markup as text", () => {
    const name = `<img src=x onerror="alert(1)">`;
    show([machine({ machineId: "a", name })]);
    expect(screen.getByRole("heading", { name }).querySelector("img")).toBeNull();
  });

  it("offers no new token for a machine that never had one", () => {
    show([machine({ machineId: "a", name: "studio", enrolment: "external" })]);
    fireEvent.click(screen.getByRole("button", { name: "Actions for studio" }));
    expect(screen.queryByRole("button", { name: "Replace token" })).toBeNull();
    expect(screen.getByRole("button", { name: "Remove" })).toBeTruthy();
  });
});
