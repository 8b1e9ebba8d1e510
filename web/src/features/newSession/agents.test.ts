import { describe, expect, it } from "vitest";
import { agentsOf, modelsFor } from "./agents.ts";

const agent = (models: readonly { code: string; name: string }[] = []) => ({ id: "mine", name: "mine", models });
const told = { machineId: "m", flavor: "mine", models: [{ code: "small", value: "Small" }, { code: "large", value: "" }] };

describe("the models of an agent", () => {
  it("are the ones that its last session on this machine was told of", () => {
    const sessions = [{ machineId: "m", flavor: "mine" }, { ...told, machineId: "other" }, { ...told, flavor: "another" }, told];
    expect(modelsFor(agent(), "m", sessions).models).toEqual([{ code: "small", name: "Small" }, { code: "large", name: "large" }]);
    expect(modelsFor(agent(), "m", sessions.slice(0, 3)).models).toEqual([]);
  });

  it("begin with the one that was chosen last, if it is still there", () => {
    expect(modelsFor(agent(), "m", [{ ...told, modelMode: "large" }, { ...told, modelMode: "small" }]).last).toBe("large");
    expect(modelsFor(agent(), "m", [{ ...told, modelMode: "gone" }]).last).toBe("");
    expect(modelsFor(agent(), "m", [{ ...told, modelMode: null }]).last).toBe("");
    expect(modelsFor(agent([{ code: "new", name: "New" }]), "m", [{ ...told, modelMode: "large" }])).toEqual({ models: [{ code: "new", name: "New" }], last: "" });
  });

  it("are the machine's own where it names them", () => {
    const [named] = agentsOf({ agents: [{ name: "mine", models: [{ id: "a", name: "A" }] }] });
    expect(named?.models).toEqual([{ code: "a", name: "A" }]);
  });
});
