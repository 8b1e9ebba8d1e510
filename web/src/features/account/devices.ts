import * as z from "zod/mini";
import { map, path, type Answer, type RelayHttp } from "../../relay/http.ts";
import { read, succeeded } from "../../relay/schema.ts";

const device = z.object({
  id: z.string(),
  kind: z.catch(z.string(), "app"),
  name: z.string(),
  machineId: z.nullish(z.string()),
  createdAt: z.number(),
  lastSeen: z.number(),
  lastAddress: z.nullish(z.string()),
  current: z.boolean(),
});
/** One credential of the account: a sign-in, a paired terminal, a machine. */
export type Device = z.infer<typeof device>;

export async function listDevices(http: RelayHttp): Promise<Answer<readonly Device[]>> {
  const answer = await http.request("GET", "/v1/devices", undefined, z.array(z.unknown()));
  return map(answer, (all) => all.map((one) => read(device, one)).filter((one) => one !== null));
}

export function renameDevice(http: RelayHttp, id: string, name: string): Promise<Answer<unknown>> {
  return http.request("PATCH", path("/v1/devices", id), { name }, succeeded);
}

/** Its credential and its open connections end at once. */
export function revokeDevice(http: RelayHttp, id: string): Promise<Answer<unknown>> {
  return http.request("DELETE", path("/v1/devices", id), undefined, succeeded);
}

/** What the relay calls a page that has not been named. */
const UNNAMED = /^web\/[\d.]+(-\w+)?$/;

/** Gives this browser a name that its owner knows it by, unless it has one. */
export async function nameThisBrowser(http: RelayHttp): Promise<void> {
  const devices = await listDevices(http);
  const own = devices.ok ? devices.value.find(({ current }) => current) : undefined;
  if (own !== undefined && UNNAMED.test(own.name)) await renameDevice(http, own.id, browserName(navigator.userAgent));
}

/** "Firefox on Linux" */
export function browserName(userAgent: string): string {
  const find = (names: readonly (readonly [RegExp, string])[]) => names.find(([pattern]) => pattern.test(userAgent))?.[1];
  const program = find([
    [/Edg\//, "Edge"],
    [/Firefox\/|FxiOS\//, "Firefox"],
    [/OPR\//, "Opera"],
    [/Chrome\/|CriOS\//, "Chrome"],
    [/Safari\//, "Safari"],
  ]);
  const system = find([
    [/Android/, "Android"],
    [/iPhone|iPad/, "iOS"],
    [/Windows/, "Windows"],
    [/Macintosh/, "macOS"],
    [/Linux|X11/, "Linux"],
  ]);
  return `${program ?? "Browser"}${system === undefined ? "" : ` on ${system}`}`;
}
