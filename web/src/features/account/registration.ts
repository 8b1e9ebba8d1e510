import { signal } from "@preact/signals";
import { RelayHttp, type Answer } from "../../relay/http.ts";
import type { RelayInfo } from "../../relay/schema.ts";

/** What the relay says about itself before sign-in; `null` until it has answered. */
export const relayInfo = signal<Answer<RelayInfo> | null>(null);

export async function askRelay(http = new RelayHttp()): Promise<void> {
  relayInfo.value = await http.info();
}
