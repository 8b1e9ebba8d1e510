import type * as z from "zod/mini";
import { at } from "./base.ts";
import {
  createdMachine,
  devices,
  machineRecord,
  machineRecords,
  machineRow,
  machineRows,
  read,
  refusal,
  relayInfo,
  signedIn,
  succeeded,
  type MachineRecord,
  type MachineRow,
  type RelayInfo,
} from "./schema.ts";
import { bodyOf, untilSilent } from "./silence.ts";

/** Why a request brought no value. */
export type Problem =
  /** No answer: the relay is down, the network is, or nothing came for too long. The request may have been carried out. */
  | { readonly kind: "unreachable" }
  /** The bearer is not (or no longer) good. */
  | { readonly kind: "unauthorized" }
  | { readonly kind: "refused"; readonly status: number; readonly text: string }
  /** An answer that this page does not understand. */
  | { readonly kind: "unexpected" };

export type Answer<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: Problem };

const PATIENCE_MS = 20_000;

/** The REST side of the relay. Never throws for an answer or a missing one. */
export class RelayHttp {
  constructor(
    private readonly token: string | null = null,
    private readonly send: typeof fetch = (...request) => fetch(...request),
  ) {}

  info(): Promise<Answer<RelayInfo>> {
    return this.request("GET", "/v1/web/relay", undefined, relayInfo);
  }

  signIn(proof: { publicKey: string; challenge: string; signature: string; invite?: string }): Promise<Answer<string>> {
    return this.request("POST", "/v1/auth", proof, signedIn).then((answer) => map(answer, ({ token }) => token));
  }

  /** Ends this sign-in at the relay; others of the account go on. */
  async signOut(): Promise<void> {
    const answer = await this.request("GET", "/v1/devices", undefined, devices);
    const own = answer.ok ? answer.value.find(({ current }) => current) : undefined;
    if (own !== undefined) await this.request("DELETE", `/v1/devices/${encodeURIComponent(own.id)}`, undefined, succeeded);
  }

  machines(): Promise<Answer<MachineRow[]>> {
    return this.request("GET", "/v1/web/machines", undefined, machineRows);
  }

  /** The encrypted side. A record of another shape is left out, it must not hide the others. */
  async records(): Promise<Answer<MachineRecord[]>> {
    const answer = await this.request("GET", "/v1/machines", undefined, machineRecords);
    return map(answer, (all) => all.map((one) => read(machineRecord, one)).filter((one) => one !== null));
  }

  createMachine(machine: { machineId: string; secret: string; name: string }): Promise<Answer<{ token: string }>> {
    return this.request("POST", "/v1/web/machines", machine, createdMachine);
  }

  renameMachine(machineId: string, name: string): Promise<Answer<MachineRow>> {
    return this.request("PATCH", `/v1/web/machines/${encodeURIComponent(machineId)}`, { name }, machineRow);
  }

  removeMachine(machineId: string): Promise<Answer<{ success: true }>> {
    return this.request("DELETE", `/v1/web/machines/${encodeURIComponent(machineId)}`, undefined, succeeded);
  }

  replaceSecret(machineId: string, secret: string): Promise<Answer<{ token: string }>> {
    const path = `/v1/web/machines/${encodeURIComponent(machineId)}/secret`;
    return this.request("POST", path, { secret }, createdMachine);
  }

  /**
   * Bytes to or from an address that the relay handed out. It may name the relay as others reach it; this page reaches
   * it where it came from.
   */
  async bytes(method: "GET" | "PUT", address: string, body?: Uint8Array): Promise<Answer<Uint8Array>> {
    const { pathname, search } = new URL(address, "http://relay.invalid");
    const route = pathname.slice(Math.max(pathname.indexOf("/v1/"), 0)) + search;
    try {
      return await untilSilent(PATIENCE_MS, body?.length ?? 0, async (signal, heard): Promise<Answer<Uint8Array>> => {
        const response = await this.send(at(route), {
          method,
          credentials: "omit",
          cache: "no-store",
          signal,
          ...(body === undefined
            ? {}
            : { body: new Blob([body as Uint8Array<ArrayBuffer>]), headers: { "Content-Type": "application/octet-stream" } }),
        });
        if (!response.ok) return { ok: false, problem: { kind: "refused", status: response.status, text: "" } };
        return { ok: true, value: await bodyOf(response, signal, heard) };
      });
    } catch {
      return { ok: false, problem: { kind: "unreachable" } };
    }
  }

  /** Any request; what comes back is checked against `shape`. */
  async request<S extends z.core.$ZodType>(
    method: string,
    path: string,
    body: unknown,
    shape: S,
  ): Promise<Answer<z.output<S>>> {
    const headers: Record<string, string> = { "X-Happy-Client": `web/${__VERSION__}` };
    if (this.token !== null) headers["Authorization"] = `Bearer ${this.token}`;
    if (body !== undefined) headers["Content-Type"] = "application/json";
    const sent = body === undefined ? undefined : JSON.stringify(body);
    let status: number;
    let json: unknown;
    try {
      [status, json] = await untilSilent(PATIENCE_MS, sent?.length ?? 0, async (signal, heard): Promise<[number, unknown]> => {
        const response = await this.send(at(path), {
          method,
          headers,
          cache: "no-store",
          credentials: "omit",
          signal,
          ...(sent === undefined ? {} : { body: sent }),
        });
        const text = new TextDecoder().decode(await bodyOf(response, signal, heard));
        return [response.status, text === "" ? null : parse(text)];
      });
    } catch {
      return { ok: false, problem: { kind: "unreachable" } };
    }
    if (status === 401) return { ok: false, problem: { kind: "unauthorized" } };
    if (status < 200 || status > 299) {
      // A proxy in front answers these while the relay restarts.
      if (status === 502 || status === 503 || status === 504) return { ok: false, problem: { kind: "unreachable" } };
      const words = read(refusal, json);
      return { ok: false, problem: { kind: "refused", status, text: words?.message ?? words?.error ?? "" } };
    }
    const value = read(shape, json);
    return value === null ? { ok: false, problem: { kind: "unexpected" } } : { ok: true, value };
  }
}

/** The value of an answer, changed; a problem stays what it is. */
export function map<A, B>(answer: Answer<A>, change: (value: A) => B): Answer<B> {
  return answer.ok ? { ok: true, value: change(answer.value) } : answer;
}

/** Path of one thing: `path("/v1/sessions", id, "archive")`. */
export function path(root: string, ...segments: readonly string[]): string {
  return [root, ...segments.map(encodeURIComponent)].join("/");
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
