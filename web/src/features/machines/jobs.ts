import * as z from "zod/mini";
import { path, type Answer } from "../../relay/http.ts";
import { read } from "../../relay/schema.ts";
import type { OpenMachine, Workspace } from "../../workspace/workspace.ts";
import { onMachine } from "./remoteFolders.ts";

const jobRecord = z.object({ jobId: z.string(), data: z.string(), version: z.number(), updatedAt: z.number() });
const jobData = z.looseObject({
  id: z.catch(z.optional(z.string()), undefined),
  assistantId: z.catch(z.optional(z.string()), undefined),
  directory: z.catch(z.optional(z.string()), undefined),
  cron: z.string(),
  timeZone: z.catch(z.string(), "UTC"),
  prompt: z.string(),
  model: z.catch(z.nullish(z.string()), null),
  enabled: z.catch(z.boolean(), true),
});
export type JobData = z.infer<typeof jobData>;

/** A prompt that the machine sends to an agent by a schedule. `null` data: it does not open. */
export interface Job {
  readonly jobId: string;
  readonly version: number;
  readonly updatedAt: number;
  readonly data: JobData | null;
}

export async function listJobs(workspace: Workspace, machine: OpenMachine): Promise<Answer<readonly Job[]>> {
  const where = path("/v1/machines", machine.row.machineId, "jobs");
  const answer = await workspace.link.http.request("GET", where, undefined, z.array(z.unknown()));
  if (!answer.ok) return answer;
  const records = answer.value.map((one) => read(jobRecord, one)).filter((one) => one !== null);
  return {
    ok: true,
    value: records.map(({ jobId, data, version, updatedAt }) => {
      const opened = machine.cipher.open(data);
      return { jobId, version, updatedAt, data: opened.opened ? read(jobData, opened.value) : null };
    }),
  };
}

/** Stores a job; a version that is not the current one is refused, and nothing is overwritten. */
export function saveJob(
  workspace: Workspace,
  machine: OpenMachine,
  jobId: string,
  data: JobData,
  expectedVersion: number,
): Promise<Answer<unknown>> {
  const where = path("/v1/machines", machine.row.machineId, "jobs", jobId);
  return workspace.link.http.request("PUT", where, { data: machine.cipher.seal({ ...data, id: jobId }), expectedVersion }, jobRecord);
}

/** Fires a job now, beside its schedule. `null` when the machine has taken it. */
export async function runJob(workspace: Workspace, machine: OpenMachine, jobId: string): Promise<string | null> {
  const answer = await onMachine(workspace, machine, "run-job", { jobId });
  return answer.ok ? null : answer.error;
}

export function removeJob(workspace: Workspace, machine: OpenMachine, jobId: string): Promise<Answer<unknown>> {
  const where = path("/v1/machines", machine.row.machineId, "jobs", jobId);
  return workspace.link.http.request("DELETE", where, undefined, z.unknown());
}

const FIELD = /^(\*|\d+(-\d+)?)(\/\d+)?$/;
const BOUNDS: readonly (readonly [min: number, max: number])[] = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 7],
];

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/** Months and days may be written by their names of three letters. */
function numbered(field: string, at: number): string {
  const names = at === 3 ? MONTHS : at === 4 ? WEEKDAYS : [];
  return field.toLowerCase().replace(/[a-z]{3}/g, (name) => {
    const found = names.indexOf(name);
    return found < 0 ? name : String(at === 3 ? found + 1 : found);
  });
}

/** What is wrong with a schedule of five fields (minute, hour, day, month, weekday), or `null`. The machine judges at last. */
export function cronFault(cron: string): string | null {
  const fields = cron.trim().split(/\s+/);
  if (fields.length !== 5) return "Five fields: minute, hour, day of the month, month, day of the week.";
  for (const [at, field] of fields.entries()) {
    const [min, max] = BOUNDS[at] ?? [0, 0];
    for (const part of numbered(field, at).split(",")) {
      if (!FIELD.test(part)) return `“${part}” is no part of a schedule.`;
      const numbers = (part.split("/")[0] ?? "").match(/\d+/g)?.map(Number) ?? [];
      if (numbers.some((number) => number < min || number > max)) return `“${part}” is outside ${min} to ${max}.`;
      const step = part.split("/")[1];
      if (step !== undefined && Number(step) === 0) return `“${part}” never moves on.`;
    }
  }
  return null;
}

const MONTH_NAMES = [
  "January", "February", "March", "April", "May", "June",
  "July", "August", "September", "October", "November", "December",
];
const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/** The common schedules in words; others as they are written. */
export function cronWords(cron: string): string {
  const [minute = "", hour = "", day, month, weekday = ""] = cron.trim().split(/\s+/);
  const at = /^\d+$/.test(minute) && /^\d+$/.test(hour) ? `${hour.padStart(2, "0")}:${minute.padStart(2, "0")}` : null;
  if (cron.trim() === "* * * * *") return "Every minute";
  if (at !== null && weekday === "*" && /^\d+$/.test(day ?? "")) {
    const name = /^\d+$/.test(month ?? "") ? MONTH_NAMES[Number(month) - 1] : undefined;
    if (name !== undefined) return `Every year on ${day} ${name} at ${at}`;
    if (month === "*") return `Every month on day ${day} at ${at}`;
  }
  if (day === "*" && month === "*") {
    if (at !== null && weekday === "*") return `Every day at ${at}`;
    if (at !== null && weekday === "1-5") return `Monday to Friday at ${at}`;
    if (at !== null && /^[0-7]$/.test(weekday)) return `Every ${DAYS[Number(weekday)]} at ${at}`;
    if (hour === "*" && weekday === "*" && /^\d+$/.test(minute)) return `Every hour at minute ${minute}`;
    if (hour === "*" && weekday === "*" && /^\*\/\d+$/.test(minute)) return `Every ${minute.slice(2)} minutes`;
  }
  return cron;
}
