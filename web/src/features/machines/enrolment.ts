/** What a person needs to connect a machine: ids made here, and the one command to paste. */

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
const ID_LENGTH = 21;
/** 192 bits. */
const SECRET_LENGTH = 32;
const MAX_NAME_LENGTH = 100;

/** A nanoid. It never starts with a dash, so that a token is not taken for an option on a command line. */
export function newMachineId(): string {
  const id = randomText(ID_LENGTH);
  return id.startsWith("-") ? newMachineId() : id;
}

export function newMachineSecret(): string {
  return randomText(SECRET_LENGTH);
}

function randomText(length: number): string {
  // 64 letters: six bits of each byte, all equally likely.
  return Array.from(crypto.getRandomValues(new Uint8Array(length)), (byte) => ALPHABET.charAt(byte & 63)).join("");
}

/** What is wrong with a machine's name, or `null`. The relay judges the same. */
export function nameFault(name: string): string | null {
  const length = [...name.trim()].length;
  if (length === 0) return "Give the machine a name.";
  if (length > MAX_NAME_LENGTH) return `At most ${MAX_NAME_LENGTH} characters; these are ${length}.`;
  if (/\p{Cc}/u.test(name.trim())) return "The name contains characters that cannot be shown.";
  return null;
}

export interface Enrolment {
  /** Origin of the relay, as this browser reaches it. */
  readonly server: string;
  /** `<machineId>:<secret>`, shown once. */
  readonly token: string;
  /** base64url of the account's content public key. It reaches the machine by this command only, never the relay. */
  readonly accountKey: string;
}

/** Every part is free of characters that a shell reads, so nothing is quoted. */
export function enrolCommand({ server, token, accountKey }: Enrolment): string {
  // A value that starts with a dash would be read as an option if it stood alone.
  const key = accountKey.startsWith("-") ? `--account-key=${accountKey}` : `--account-key ${accountKey}`;
  return `roost enrol --server ${server} --token ${token} ${key}`;
}
