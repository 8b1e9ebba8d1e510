import { useEffect, useRef, useState } from "preact/hooks";
import { Link } from "../../app/Link.tsx";
import { accountLink, linkCode, newLinkKeys, openLinkAnswer, toBase64Url } from "../../crypto/index.ts";
import { at } from "../../relay/base.ts";
import { RelayHttp } from "../../relay/http.ts";
import { CopyButton } from "../../ui/CopyButton.tsx";
import { describe } from "../../ui/problems.ts";
import { QrCode } from "../../ui/QrCode.tsx";
import type { AccountStore } from "./accountStore.ts";
import { askToBeLinked } from "./linking.ts";

const POLL_MS = 1_000;

/** This browser asks to be let in; a device that is signed in reads the code or opens the address, and approves. */
export function LinkPage({ store }: { readonly store: AccountStore }) {
  const keys = useRef(newLinkKeys());
  const [problem, setProblem] = useState<string | null>(null);
  const [form, setForm] = useState<"page" | "app">("page");
  const { publicKey } = keys.current;
  const address = `${location.origin}${at("/account/connect")}#key=${toBase64Url(publicKey)}`;
  const text = form === "page" ? address : accountLink(publicKey);

  useEffect(() => {
    const http = new RelayHttp();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let left = false;
    const ask = async () => {
      const answer = await askToBeLinked(http, publicKey, "");
      if (left) return;
      if (answer.ok && answer.value.state === "authorized" && answer.value.token !== undefined) {
        const secret = openLinkAnswer(answer.value.response ?? "", keys.current);
        if (secret === null) {
          setProblem("The answer was not for this browser. Start again.");
          return;
        }
        await store.signedIn({ secret: toBase64Url(secret), token: answer.value.token });
        return;
      }
      setProblem(answer.ok ? null : describe(answer.problem));
      timer = setTimeout(() => void ask(), POLL_MS);
    };
    void ask();
    return () => {
      left = true;
      clearTimeout(timer);
    };
  }, []);

  return (
    <section class="narrow stack">
      <h1 tabIndex={-1}>Sign in from another device</h1>
      <p>
        {form === "page"
          ? "Read this code with the camera of a phone whose browser is signed in here, or open the address there."
          : "Read this code in the happy app: Settings, Link a device."}
      </p>
      <div class="qr-place">
        <QrCode text={text} label={`Code with the address ${text}`} />
      </div>
      <p>
        Both screens show this code. Approve there only if it is the same:
        <span class="compare" data-testid="link-code">
          {linkCode(publicKey)}
        </span>
      </p>
      <p class="waiting" role="status">
        <span class="mark mark-waiting" aria-hidden="true" /> Waiting for the other device
      </p>
      <p class="error" role="alert" hidden={problem === null}>
        {problem}
      </p>
      <div class="row">
        <CopyButton text={text} what="address" />
        <button type="button" class="button" onClick={() => setForm(form === "page" ? "app" : "page")}>
          {form === "page" ? "Code for the app" : "Code for a browser"}
        </button>
        <Link to="signIn" class="button button-quiet">
          Use the recovery text
        </Link>
      </div>
    </section>
  );
}
