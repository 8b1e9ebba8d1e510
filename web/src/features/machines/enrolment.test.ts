// @vitest-environment node
import { describe, expect, it } from "vitest";
import { enrolCommand, nameFault, newMachineId, newMachineSecret } from "./enrolment.ts";

describe("ids made for a machine", () => {
  it("have the form that the relay takes, and never start like an option", () => {
    for (let round = 0; round < 500; round++) {
      expect(newMachineId()).toMatch(/^[A-Za-z0-9_][A-Za-z0-9_-]{20}$/);
      expect(newMachineSecret()).toMatch(/^[A-Za-z0-9_-]{32}$/);
    }
  });

  it("use every letter of the alphabet and do not repeat", () => {
    const many = Array.from({ length: 500 }, newMachineSecret);
    expect(new Set(many).size).toBe(500);
    expect(new Set(many.join("")).size).toBe(64);
  });
});

describe("the command to paste", () => {
  const token = "V1StGXR8_Z5jdHi6B-myT:0123456789abcdefghijklmnopqrstuv";

  it("carries server, token and account key", () => {
    const accountKey = "HqdlCHL9PhM5hJeSQFdsMsyz1r97LgMczTIWev631HQ";
    expect(enrolCommand({ server: "https://relay.example", token, accountKey })).toBe(
      `roost enrol --server https://relay.example --token ${token} --account-key ${accountKey}`,
    );
  });

  it("keeps a key that starts with a dash from being read as an option", () => {
    const accountKey = "-CpL4m198lrbEI3uotayLqvYc0E7cUmI_N0yuCHm_wA";
    expect(enrolCommand({ server: "http://127.0.0.1:3005", token, accountKey })).toContain(
      ` --account-key=${accountKey}`,
    );
  });
});

describe("a machine's name", () => {
  it.each(["studio", "  spaces around  ", "👩‍💻 desk", "محطة العمل", "<b>", "x".repeat(100), "👍".repeat(100)])(
    "may be %s",
    (name) => {
      expect(nameFault(name)).toBeNull();
    },
  );

  it.each(["", "   ", "x".repeat(101), "👍".repeat(101), "bell\u0007", "two\nlines"])("may not be %j", (name) => {
    expect(nameFault(name)).not.toBeNull();
  });
});
