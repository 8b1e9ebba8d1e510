import * as z from "zod/mini";

export const uploadAnswer = z.object({ ref: z.string(), uploadUrl: z.string() });
export const downloadUrl = z.object({ downloadUrl: z.string() });
