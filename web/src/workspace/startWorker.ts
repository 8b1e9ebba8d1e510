import type { AccountKeys } from "../crypto/index.ts";
import workerUrl from "./keyWorker.ts?worker&url";
import { openKeysHere, type OpenKeys } from "./keyRing.ts";
import type { KeyJob, KeyResult } from "./keyWorker.ts";
import { scriptUrl } from "./trusted.ts";

/** Opens keys in a worker, or in the page where none can be started. */
export function openKeysInWorker(keys: AccountKeys): { readonly open: OpenKeys; readonly close: () => void } {
  const here = openKeysHere(keys);
  let worker: Worker;
  try {
    worker = new Worker(scriptUrl(workerUrl), { type: "module", name: "roosthold-keys" });
  } catch {
    return { open: here, close: () => {} };
  }
  const jobs = new Map<number, { readonly fields: readonly string[]; readonly done: (keys: KeyResult["keys"]) => void }>();
  let last = 0;
  let broken = false;
  worker.addEventListener("message", ({ data }: MessageEvent<KeyResult>) => {
    jobs.get(data.id)?.done(data.keys);
    jobs.delete(data.id);
  });
  worker.addEventListener("error", () => {
    broken = true;
    for (const { fields, done } of jobs.values()) void here(fields).then(done);
    jobs.clear();
  });
  return {
    open: (fields) => {
      if (broken) return here(fields);
      return new Promise((done) => {
        const id = ++last;
        jobs.set(id, { fields, done });
        worker.postMessage({ id, contentSecretKey: keys.contentSecretKey, fields } satisfies KeyJob);
      });
    },
    close: () => worker.terminate(),
  };
}
