import { accountKeys, fromBase64Url, toBase64Url } from "../../crypto/index.ts";
import { RelayHttp } from "../../relay/http.ts";
import { connectLive } from "../../relay/socket.ts";
import { KnownKeys } from "./knownKeys.ts";
import { MachinesModel } from "./machinesModel.ts";
import { Unlocker } from "./unlock.ts";

/** The live list and what the "Add machine" dialog needs of the account. */
export interface OpenedMachines {
  readonly model: MachinesModel;
  readonly accountKey: string;
}

/** Loaded on demand: everything with cryptography or sockets is behind this module. */
export function openMachines(
  account: { readonly secret: string; readonly token: string },
  storage: Storage,
  onUnauthorized: () => void,
): OpenedMachines {
  const secret = fromBase64Url(account.secret);
  if (secret === null) throw new Error("The stored account is damaged");
  const keys = accountKeys(secret);
  const knownKeys = new KnownKeys(storage, keys.browserKey);
  const unlocker = new Unlocker(keys, knownKeys);
  const model = new MachinesModel({
    http: new RelayHttp(account.token),
    connect: (listener) => connectLive(account.token, listener),
    unlock: (record) => unlocker.details(record),
    trustKey: (machineId, key) => knownKeys.trust(machineId, key),
    forgetKey: (machineId) => knownKeys.forget(machineId),
    onUnauthorized,
  });
  return { model, accountKey: toBase64Url(keys.contentPublicKey) };
}
