import * as z from "zod/mini";

/** What was reported, summed up for each hour or day. */
export const usageSums = z.object({
  usage: z.array(
    z.object({
      timestamp: z.number(),
      tokens: z.catch(z.record(z.string(), z.unknown()), {}),
      cost: z.catch(z.record(z.string(), z.unknown()), {}),
    }),
  ),
});

/** Reports name a total; the parts of one that does not are added. */
export function total(amounts: Readonly<Record<string, unknown>>): number {
  if (typeof amounts["total"] === "number") return amounts["total"];
  return Object.values(amounts).reduce<number>((sum, one) => sum + (typeof one === "number" ? one : 0), 0);
}
