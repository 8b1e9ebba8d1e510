import type { Problem } from "../relay/http.ts";

/** What a failed request means and what to do, for the person in front of the page. */
export function describe(problem: Problem): string {
  switch (problem.kind) {
    case "unreachable":
      return "The relay did not answer. Check that it runs and that this device is connected, then try again.";
    case "unauthorized":
      return "The relay no longer accepts this sign-in. Sign in again.";
    case "unexpected":
      return "The relay gave an answer this page does not understand. Reload the page; it may be older than the relay.";
    case "refused":
      return describeRefusal(problem.status, problem.text);
  }
}

function describeRefusal(status: number, text: string): string {
  if (status === 429) return "The relay has had too many requests. Wait a minute, then try again.";
  if (status >= 500) return "The relay could not do this now. Try again in a moment.";
  return text === "" ? `The relay refused this (${status}).` : `The relay refused this: ${text}`;
}
