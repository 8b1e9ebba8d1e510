package dev.roosthold.daemon;

import dev.roosthold.client.BearerToken;
import dev.roosthold.client.ConnectionHandler;
import dev.roosthold.client.MachineLogin;
import dev.roosthold.client.RelayClient;
import dev.roosthold.client.RelaySocket;
import dev.roosthold.client.Reply;
import dev.roosthold.client.Scheduler;
import dev.roosthold.client.SocketAuth;
import dev.roosthold.crypto.CryptoException;
import dev.roosthold.crypto.PairingAnswer;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The time between having the token and having the keys: the machine is online, shows its code,
/// and waits for what its owner sends. The relay says when that has come; it is asked only when a
/// connection begins. Thread of the daemon only, but for events and timers.
final class ApprovalWait implements ConnectionHandler {
    private static final Duration GOODBYE = Duration.ofMillis(1_500);

    /// The relay forgets a request after an hour.
    private static final Duration AGAIN = Duration.ofMinutes(20);

    private final PendingEnrolment pending;
    private final RelayClient relay;
    private final Lifecycle lifecycle;
    private final MachineListener listener;
    private final Scheduler scheduler;
    private final Clock clock;

    private volatile @Nullable RelaySocket socket;
    private volatile @Nullable String response;
    private String lastReason = "";
    private String endReason = "";

    ApprovalWait(
            PendingEnrolment pending,
            DaemonConfig config,
            RelayClient relay,
            Lifecycle lifecycle,
            MachineListener listener) {
        this.pending = pending;
        this.relay = relay;
        this.lifecycle = lifecycle;
        this.listener = listener;
        scheduler = config.scheduler();
        clock = config.clock();
    }

    /// What the owner sent; empty when the wait ended without, see [#endReason].
    Optional<AccountKey> accountKey() {
        String sealed = response;
        if (sealed == null) {
            return Optional.empty();
        }
        try {
            if (PairingAnswer.open(sealed, pending.requestKey())
                    instanceof PairingAnswer.ContentKey(var key)) {
                return Optional.of(new AccountKey(key));
            }
        } catch (CryptoException _) {
            // Said below.
        }
        endReason =
                "what was sent as approval cannot be opened, so it was not made for this machine."
                        + " Reject the machine in the web page and enrol it again";
        return Optional.empty();
    }

    String endReason() {
        return endReason;
    }

    @Override
    public Preparation prepare() throws InterruptedException {
        if (response != null) {
            return new Preparation.GiveUp();
        }
        return switch (relay.authenticateMachine(pending.token())) {
            case Reply.Success(MachineLogin login) -> publish(login.bearer());
            case Reply.CredentialsRefused<MachineLogin> _ ->
                    giveUp(
                            "the relay does not accept this machine's token: the machine was"
                                    + " rejected or removed, or its token was replaced");
            case Reply.Denied(int status, String message) when status == 403 ->
                    giveUp("the relay refuses this machine: " + message);
            case Reply.Denied(int status, String message) ->
                    new Preparation.Later(message + " (status " + status + ")");
            case Reply.Unavailable(String reason) -> new Preparation.Later(reason);
        };
    }

    private Preparation publish(BearerToken bearer) throws InterruptedException {
        return switch (ask(bearer)) {
            case Reply.Success(Optional<String> answer) -> {
                if (lifecycle.state() == MachineState.REGISTERING) {
                    lifecycle.move(MachineState.WAITING_APPROVAL, pending.code());
                }
                response = answer.orElse(null);
                yield answer.isPresent()
                        ? new Preparation.GiveUp()
                        : new Preparation.Connect(
                                new SocketAuth.MachineScoped(bearer, pending.machine()));
            }
            case Reply.CredentialsRefused<Optional<String>>(String message) ->
                    new Preparation.Later(message);
            case Reply.Denied(int status, String message) when status == 404 ->
                    giveUp(
                            "this relay knows no enrolment by approval; enrol with --account-key"
                                    + " ("
                                    + message
                                    + ")");
            case Reply.Denied(int status, String message) ->
                    new Preparation.Later(message + " (status " + status + ")");
            case Reply.Unavailable(String reason) -> new Preparation.Later(reason);
        };
    }

    private Reply<Optional<String>> ask(BearerToken bearer) throws InterruptedException {
        String key = Base64.getEncoder().encodeToString(pending.requestKey().publicKey().bytes());
        return relay.askForKeys(bearer, pending.machine(), key);
    }

    private Preparation giveUp(String reason) {
        endReason = reason;
        return new Preparation.GiveUp();
    }

    @Override
    public void connected(RelaySocket live) throws InterruptedException {
        socket = live;
        lastReason = "";
        beat(live);
        // The approval may have come between the question and the connection, or before a pause.
        look(live);
        askAgainLater(live);
    }

    private void look(RelaySocket live) throws InterruptedException {
        if (relay.authenticateMachine(pending.token()) instanceof Reply.Success(var login)
                && ask(login.bearer()) instanceof Reply.Success(var answer)
                && answer.isPresent()) {
            approved(live, answer.get());
        }
    }

    private void askAgainLater(RelaySocket live) {
        var _ =
                scheduler.after(
                        AGAIN,
                        () -> {
                            if (!live.ended().isDone()) {
                                Thread.startVirtualThread(() -> askAgain(live));
                            }
                        });
    }

    private void askAgain(RelaySocket live) {
        try {
            look(live);
            askAgainLater(live);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void approved(RelaySocket live, String answer) {
        response = answer;
        // Without goodbye: the machine is back in a moment, and was never away for its owner.
        live.abort("approved");
    }

    private void beat(RelaySocket live) {
        if (!live.ended().isDone()) {
            ObjectNode alive = JsonNodeFactory.instance.objectNode();
            alive.put("machineId", pending.machine().value());
            alive.put("time", clock.millis());
            live.emit("machine-alive", alive);
            var _ = scheduler.after(MachineSession.HEARTBEAT, () -> beat(live));
        }
    }

    @Override
    public void event(String name, JsonNode argument) {
        RelaySocket live = socket;
        if (name.equals("enrolment-approved")
                && argument.path("response").isString()
                && live != null) {
            approved(live, argument.path("response").asString());
        }
    }

    @Override
    public void refused(String message) {}

    @Override
    public void waiting(String reason, Duration pause) {
        socket = null;
        relay.dropIdleConnections();
        if (response == null && !reason.equals(lastReason)) {
            lastReason = reason;
            listener.notice("Not connected: " + reason + "; trying again");
        }
    }

    void sayGoodbye() throws InterruptedException {
        RelaySocket live = socket;
        if (live != null && !live.ended().isDone()) {
            live.disconnect(GOODBYE);
        }
    }
}
