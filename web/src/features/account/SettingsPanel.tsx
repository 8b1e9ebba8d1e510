import { useEffect, useState } from "preact/hooks";
import { describe } from "../../ui/problems.ts";
import { SelectField } from "../../ui/SelectField.tsx";
import type { Workspace } from "../../workspace/workspace.ts";
import { changeSettings, PERMISSION_SETTING, readSettings } from "./settings.ts";

const MODES = [
  { value: "default", words: "Ask me first" },
  { value: "acceptEdits", words: "Edit files without asking" },
  { value: "plan", words: "Only plan, change nothing" },
  { value: "read-only", words: "Read only" },
];

/** Choices that follow the account to every device, encrypted. */
export function SettingsPanel({ workspace }: { readonly workspace: Workspace }) {
  const [mode, setMode] = useState<string | null>(null);
  const [message, setMessage] = useState("");

  const load = async () => {
    const settings = await readSettings(workspace);
    if ("values" in settings) setMode(typeof settings.values[PERMISSION_SETTING] === "string" ? settings.values[PERMISSION_SETTING] : "default");
    else setMessage(describe(settings));
  };
  useEffect(() => {
    void load();
    return workspace.link.listen({
      update: ({ body }) => {
        if (body.t === "update-account") void load();
      },
    });
  }, []);

  const change = async (next: string) => {
    setMode(next);
    setMessage("Storing…");
    const stored = await changeSettings(workspace, (values) => ({ ...values, [PERMISSION_SETTING]: next }));
    setMessage("values" in stored ? "Stored for all your devices." : describe(stored));
  };

  return (
    <section class="panel stack" aria-labelledby="settings-title">
      <h2 id="settings-title">Settings</h2>
      <SelectField label="Permissions of a new session" value={mode ?? "default"} onChange={(next) => void change(next)} options={MODES} />
      <p class="hint" role="status">
        {message === "" ? "Kept encrypted; the relay cannot read them." : message}
      </p>
    </section>
  );
}
