import { effect } from "@preact/signals";
import { accountKeys, fromBase64Url, toBase64Url, type AccountKeys, type RecordCipher } from "../crypto/index.ts";
import { openDeviceStore, type DeviceStore } from "../device/deviceStore.ts";
import { nameThisBrowser } from "../features/account/devices.ts";
import { Outbox } from "../features/chat/outbox.ts";
import { KnownKeys } from "../features/machines/knownKeys.ts";
import { machineName } from "../features/machines/machineName.ts";
import { MachinesModel } from "../features/machines/machinesModel.ts";
import { Unlocker } from "../features/machines/unlock.ts";
import { SessionsModel } from "../features/sessions/sessionsModel.ts";
import { RelayHttp } from "../relay/http.ts";
import { RelayLink, type LinkListener } from "../relay/link.ts";
import {
  machineActivity,
  machineGone,
  machineRow,
  machineUpdate,
  read,
  type MachineMetadata,
  type MachineRow,
} from "../relay/schema.ts";
import { openSocket } from "../relay/socket.ts";
import { KeyRing } from "./keyRing.ts";
import { openKeysInWorker } from "./startWorker.ts";

/** A machine that can be talked to: its keys open and are the known ones. */
export interface OpenMachine {
  readonly row: MachineRow;
  readonly name: string;
  readonly metadata: MachineMetadata;
  readonly cipher: RecordCipher;
}

/** Everything that belongs to a signed-in page. Loaded on demand: cryptography and sockets are behind this module. */
export interface Workspace {
  readonly keys: AccountKeys;
  /** base64url of the content public key; for the command of a new machine. */
  readonly accountKey: string;
  readonly link: RelayLink;
  readonly device: DeviceStore;
  readonly model: MachinesModel;
  readonly sessions: SessionsModel;
  readonly outbox: Outbox;
  /** `undefined` for one that is unknown, locked or whose keys changed. Reads signals. */
  machine(id: string): OpenMachine | undefined;
  close(): void;
}

export async function openWorkspace(
  account: { readonly secret: string; readonly token: string },
  storage: Storage,
  onUnauthorized: () => void,
): Promise<Workspace> {
  const secret = fromBase64Url(account.secret);
  if (secret === null) throw new Error("The stored account is damaged");
  const keys = accountKeys(secret);
  const worker = openKeysInWorker(keys);
  const ring = new KeyRing(keys, worker.open);
  const knownKeys = new KnownKeys(storage, keys.browserKey);
  const unlocker = new Unlocker(ring, knownKeys);
  const device = await openDeviceStore();
  const http = new RelayHttp(account.token);
  const link = new RelayLink(http, (listener) => openSocket(account.token, listener), onUnauthorized);
  const model = new MachinesModel({
    http,
    isLive: () => link.isLive,
    prepare: (records) => ring.prepare(records.map(({ dataEncryptionKey }) => dataEncryptionKey)),
    unlock: (record) => unlocker.details(record),
    trustKey: (machineId, key) => knownKeys.trust(machineId, key),
    forgetKey: (machineId) => knownKeys.forget(machineId),
    onUnauthorized,
  });
  const sessions = new SessionsModel(link, ring);
  const outbox = new Outbox(link, device, keys.browserKey, (id) => sessions.cipher(id));
  link.listen(machinesListener(model));
  link.listen(sessions);
  link.listen(outbox);
  void nameThisBrowser(http);
  // What an earlier visit left goes out as soon as the keys of its sessions are known.
  let restored = false;
  const stop = effect(() => {
    if (sessions.order.value === null || restored) return;
    restored = true;
    void outbox.restore();
  });
  return {
    keys,
    accountKey: toBase64Url(keys.contentPublicKey),
    link,
    device,
    model,
    sessions,
    outbox,
    machine(id) {
      const row = model.list.value?.rows.find(({ machineId }) => machineId === id);
      const details = model.details.value.get(id);
      if (row === undefined || details?.kind !== "open") return undefined;
      return { row, name: machineName(row, details), metadata: details.metadata, cipher: details.cipher };
    },
    close() {
      stop();
      outbox.close();
      model.close();
      link.close();
      worker.close();
    },
  };
}

/** Machines take part in the numbered updates with their encrypted records, and in events of their own with their rows. */
function machinesListener(model: MachinesModel): LinkListener {
  return {
    reload: () => model.refresh(),
    refresh: () => model.refresh(),
    update({ body }) {
      const update = read(machineUpdate, { body });
      if (update !== null) model.update(update.body);
    },
    event(name, value) {
      if (name === "machine-row") {
        const row = read(machineRow, value);
        if (row !== null) model.row(row);
      } else if (name === "machine-gone") {
        const gone = read(machineGone, value);
        if (gone !== null) model.gone(gone);
      } else if (name === "ephemeral") {
        const activity = read(machineActivity, value);
        if (activity !== null) model.activity(activity);
      }
    },
  };
}
