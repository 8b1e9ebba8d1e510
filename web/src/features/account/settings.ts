import * as z from "zod/mini";
import { legacyCipher, type RecordCipher } from "../../crypto/index.ts";
import type { Problem } from "../../relay/http.ts";
import type { Workspace } from "../../workspace/workspace.ts";

const stored = z.object({ settings: z.nullable(z.string()), settingsVersion: z.number() });
const written = z.object({
  success: z.boolean(),
  version: z.optional(z.number()),
  currentVersion: z.optional(z.number()),
  currentSettings: z.optional(z.nullable(z.string())),
});

/** Settings of the account, the same for all its clients: what this page does not know stays as it is. */
export interface Settings {
  readonly values: Readonly<Record<string, unknown>>;
  readonly version: number;
}

/** Field of what a new session may do without asking. */
export const PERMISSION_SETTING = "roostPermissionMode";

const TRIES = 4;

export async function readSettings(workspace: Workspace): Promise<Settings | Problem> {
  const answer = await workspace.link.http.request("GET", "/v1/account/settings", undefined, stored);
  if (!answer.ok) return answer.problem;
  return { values: open(cipherOf(workspace), answer.value.settings), version: answer.value.settingsVersion };
}

/** Reads, changes and writes until no other client was faster. */
export async function changeSettings(
  workspace: Workspace,
  change: (values: Record<string, unknown>) => Record<string, unknown>,
): Promise<Settings | Problem> {
  const cipher = cipherOf(workspace);
  let current = await readSettings(workspace);
  for (let attempt = 0; attempt < TRIES && "values" in current; attempt++) {
    const values = change({ ...current.values });
    const body = { settings: cipher.seal(values), expectedVersion: current.version };
    const answer = await workspace.link.http.request("POST", "/v1/account/settings", body, written);
    if (!answer.ok) return answer.problem;
    if (answer.value.success) return { values, version: answer.value.version ?? current.version + 1 };
    current = {
      values: open(cipher, answer.value.currentSettings ?? null),
      version: answer.value.currentVersion ?? current.version,
    };
  }
  return "values" in current ? { kind: "unexpected" } : current;
}

/** Always under the master secret. */
function cipherOf(workspace: Workspace): RecordCipher {
  return legacyCipher(workspace.keys.masterSecret);
}

function open(cipher: RecordCipher, text: string | null): Record<string, unknown> {
  const opened = text === null ? null : cipher.open(text);
  return opened?.opened === true && typeof opened.value === "object" && opened.value !== null
    ? (opened.value as Record<string, unknown>)
    : {};
}
