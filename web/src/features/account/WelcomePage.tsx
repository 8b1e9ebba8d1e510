import { Link } from "../../app/Link.tsx";
import { relayInfo } from "./registration.ts";

export function WelcomePage() {
  const info = relayInfo.value;
  const registration = info?.ok ? info.value.registration : null;
  return (
    <section class="hero">
      <h1 tabIndex={-1}>A home base for your machines.</h1>
      <p class="lead">
        See the computers that run your coding agents, and reach them from anywhere. This relay passes on what it cannot
        read: the keys are made in this browser and stay with you.
      </p>
      <div class="hero-actions">
        {registration !== "closed" && (
          <Link to="create" class="button button-primary button-large">
            Create account
          </Link>
        )}
        <Link
          to="signIn"
          class={registration === "closed" ? "button button-primary button-large" : "button button-large"}
        >
          Sign in
        </Link>
      </div>
      <p class="hint" role="status" data-testid="registration">
        {registration === "open" && "Anyone who can open this page can create an account here."}
        {registration === "invite" && "This relay takes new accounts by invitation only."}
        {registration === "closed" && "This relay takes no new accounts. Existing accounts can sign in."}
        {info !== null && !info.ok && "The relay does not answer right now. You can go on once it does."}
      </p>
    </section>
  );
}
