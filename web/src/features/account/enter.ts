import type { Problem } from "../../relay/http.ts";
import { RelayHttp } from "../../relay/http.ts";
import type { AccountStore } from "./accountStore.ts";

/** Signs in with a master secret; the relay makes the account if it does not know the key and allows new ones. */
export async function enter(
  store: AccountStore,
  secret: Uint8Array,
  invite: string,
  http = new RelayHttp(),
): Promise<Problem | null> {
  const { signIn, toBase64Url } = await import("../../crypto/index.ts");
  const code = invite.trim();
  const answer = await http.signIn({ ...signIn(secret), ...(code === "" ? {} : { invite: code }) });
  if (!answer.ok) return answer.problem;
  await store.signedIn({ secret: toBase64Url(secret), token: answer.value });
  return null;
}

export function isRegistrationRefused(problem: Problem): boolean {
  return problem.kind === "refused" && problem.status === 403;
}
