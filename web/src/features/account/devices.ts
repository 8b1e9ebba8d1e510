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
