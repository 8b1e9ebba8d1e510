import { signal } from "@preact/signals";

/** What the page is about, when it is about one thing: the name of a session or a machine. */
export const subject = signal<string | null>(null);

/** "(2) Sessions · Roosthold": the number says in how many sessions an agent waits for the person. */
export function pageTitle(title: string, waiting: number): string {
  return `${waiting > 0 ? `(${waiting}) ` : ""}${title} · Roosthold`;
}
