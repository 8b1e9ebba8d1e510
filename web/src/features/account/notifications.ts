import * as z from "zod/mini";
import { BASE } from "../../relay/base.ts";
import type { RelayHttp } from "../../relay/http.ts";
import { succeeded } from "../../relay/schema.ts";
import { fromBase64Url, toBase64Url } from "../../crypto/index.ts";

const pushKey = z.object({ publicKey: z.string() });

export type NotificationState =
  /** Over plain http, or a browser without the interface. */
  | "impossible"
  | "off"
  | "on"
  /** The person or the browser said no; only the browser's own settings change that. */
  | "denied";

export async function notificationState(): Promise<NotificationState> {
  const registration = await worker();
  if (registration === null || typeof Notification === "undefined") return "impossible";
  if (Notification.permission === "denied") return "denied";
  return (await registration.pushManager.getSubscription()) === null ? "off" : "on";
}

/** Called by a click only: browsers ask the person then, and not otherwise. `null` when it worked. */
export async function turnOn(http: RelayHttp): Promise<string | null> {
  const registration = await worker();
  if (registration === null) return "This browser offers no notifications here.";
  if ((await Notification.requestPermission()) !== "granted") return "The browser was not allowed to show notifications.";
  const key = await http.request("GET", "/v1/web/push/key", undefined, pushKey);
  if (!key.ok) return "The relay does not answer. Try again in a moment.";
  const applicationServerKey = fromBase64Url(key.value.publicKey);
  if (applicationServerKey === null) return "The relay offers no notifications.";
  try {
    const subscription = await registration.pushManager.subscribe({
      userVisibleOnly: true,
      applicationServerKey: applicationServerKey as Uint8Array<ArrayBuffer>,
    });
    const keys = { p256dh: part(subscription, "p256dh"), auth: part(subscription, "auth") };
    const answer = await http.request("POST", "/v1/web/push/subscriptions", { endpoint: subscription.endpoint, keys }, succeeded);
    if (answer.ok) return null;
    await subscription.unsubscribe();
    return "The relay did not take it. Try again in a moment.";
  } catch {
    return "The browser’s push service does not answer. Try again later.";
  }
}

export async function turnOff(http: RelayHttp): Promise<void> {
  const subscription = await (await worker())?.pushManager.getSubscription();
  if (subscription === null || subscription === undefined) return;
  await http.request("DELETE", "/v1/web/push/subscriptions", { endpoint: subscription.endpoint }, succeeded);
  await subscription.unsubscribe();
}

async function worker(): Promise<ServiceWorkerRegistration | null> {
  const workers = navigator.serviceWorker as ServiceWorkerContainer | undefined;
  if (workers === undefined || typeof PushManager === "undefined") return null;
  return (await workers.getRegistration(BASE)) ?? null;
}

function part(subscription: PushSubscription, name: PushEncryptionKeyName): string {
  return toBase64Url(new Uint8Array(subscription.getKey(name) ?? new ArrayBuffer(0)));
}
