import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/preact";
import { signal } from "@preact/signals";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Answer } from "../../relay/http.ts";
import { AddMachineDialog } from "./AddMachineDialog.tsx";
import { fromRows, type MachineList } from "./machineList.ts";
import type { MachinesModel } from "./machinesModel.ts";
import { machine } from "./testMachines.ts";

interface Asked {
  machineId: string;
  secret: string;
  name: string;
}

/** The part of the model that the dialog uses; requests end when the test says so. */
function open() {
  const asked: { machine: Asked; answer: (answer: Answer<{ token: string }>) => void }[] = [];
  const list = signal<MachineList | null>(fromRows([]));
  const model = {
    list,
    create: (machine: Asked) =>
      new Promise<Answer<{ token: string }>>((answer) => {
        asked.push({ machine, answer });
      }),
  } as unknown as MachinesModel;
  const onClose = vi.fn();
  render(<AddMachineDialog model={model} accountKey={"k".repeat(43)} onClose={onClose} />);
  const box = screen.getByLabelText<HTMLInputElement>("Machine name");
  const submit = () => fireEvent.submit(box.form ?? box);
  return { asked, list, onClose, box, submit };
}

const accept = ({ machineId, secret }: Asked): Answer<{ token: string }> => ({
  ok: true,
  value: { token: `${machineId}:${secret}` },
});
const refuse = (status: number): Answer<{ token: string }> => ({
  ok: false,
  problem: { kind: "refused", status, text: "no" },
});

afterEach(cleanup);

describe("adding a machine", () => {
  it("starts with focus in the name, and Create off while the name is blank", () => {
    const { box } = open();
    expect(document.activeElement).toBe(box);
    const create = screen.getByRole<HTMLButtonElement>("button", { name: "Create" });
    expect(create.disabled).toBe(true);
    fireEvent.input(box, { target: { value: "  " } });
    expect(create.disabled).toBe(true);
    fireEvent.input(box, { target: { value: "studio" } });
    expect(create.disabled).toBe(false);
  });

  it("sends one request for a double submit", async () => {
    const { asked, box, submit } = open();
    fireEvent.input(box, { target: { value: " studio " } });
    submit();
    submit();
    expect(asked).toHaveLength(1);
    expect(asked[0]?.machine.name).toBe("studio");
    expect(await screen.findByRole<HTMLButtonElement>("button", { name: "Creating…" })).toHaveProperty("disabled", true);
  });

  it("shows the command and turns to Connected when the row does", async () => {
    const { asked, list, box, submit } = open();
    fireEvent.input(box, { target: { value: "studio" } });
    submit();
    const [first] = asked;
    if (first === undefined) throw new Error("nothing was sent");
    first.answer(accept(first.machine));
    const command = await screen.findByTestId("enrol-command");
    expect(command.textContent).toContain(`--token ${first.machine.machineId}:${first.machine.secret} --account-key `);
    expect(screen.getByTestId("enrol-status").textContent).toBe("Waiting for the machine to connect");
    list.value = fromRows([machine({ machineId: first.machine.machineId, status: "online" })]);
    await waitFor(() => expect(screen.getByTestId("enrol-status").textContent).toBe("Connected"));
  });

  it("tries again with new ids when the id is taken", async () => {
    const { asked, box, submit } = open();
    fireEvent.input(box, { target: { value: "studio" } });
    submit();
    asked[0]?.answer(refuse(409));
    await waitFor(() => expect(asked).toHaveLength(2));
    expect(asked[1]?.machine.machineId).not.toBe(asked[0]?.machine.machineId);
    expect(asked[1]?.machine.secret).not.toBe(asked[0]?.machine.secret);
  });

  it("keeps the name after a lost answer, says what to do, and retries with new ids", async () => {
    const { asked, box, submit } = open();
    fireEvent.input(box, { target: { value: "studio" } });
    submit();
    asked[0]?.answer({ ok: false, problem: { kind: "unreachable" } });
    await waitFor(() => expect(screen.getByRole("alert").textContent).toContain("did not answer"));
    expect(box.value).toBe("studio");
    submit();
    await waitFor(() => expect(asked).toHaveLength(2));
    expect(asked[1]?.machine.machineId).not.toBe(asked[0]?.machine.machineId);
  });

  it("closes on Escape", () => {
    const { onClose } = open();
    fireEvent(screen.getByRole("dialog"), new Event("cancel", { cancelable: true }));
    expect(onClose).toHaveBeenCalledOnce();
  });
});
