import { concat } from "../crypto/bytes.ts";

/** What is large has the time that this many bytes a second take. The relay ends transfers that are slower. */
const SLOWEST_PER_SECOND = 16 * 1024;

/** Notes that something has come. */
type Heard = () => void;

/**
 * Runs an exchange and ends it when nothing has come for that long: neither a line that is dead is waited for, nor one
 * given up that is only slow.
 *
 * @param sent bytes of the request, which have to arrive before anything can come
 */
export async function untilSilent<T>(
  patienceMs: number,
  sent: number,
  exchange: (signal: AbortSignal, heard: Heard) => Promise<T>,
): Promise<T> {
  const silence = new AbortController();
  const end = () => silence.abort();
  let timer = setTimeout(end, patienceMs + (sent * 1000) / SLOWEST_PER_SECOND);
  try {
    return await exchange(silence.signal, () => {
      clearTimeout(timer);
      timer = setTimeout(end, patienceMs);
    });
  } finally {
    clearTimeout(timer);
  }
}

/** The whole body of an answer. Throws when the signal ends it before. */
export async function bodyOf(response: Response, signal: AbortSignal, heard: Heard): Promise<Uint8Array> {
  heard();
  const reader = response.body?.getReader();
  const pieces: Uint8Array[] = [];
  if (reader !== undefined) {
    const cancel = () => void reader.cancel().catch(() => undefined);
    signal.addEventListener("abort", cancel);
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      pieces.push(piece.value);
      heard();
    }
    signal.removeEventListener("abort", cancel);
    signal.throwIfAborted();
  }
  return concat(...pieces);
}
