package dev.roosthold.client.pairing;

import dev.roosthold.client.RelayClient;
import dev.roosthold.client.Reply;
import dev.roosthold.crypto.BoxSecretKey;
import dev.roosthold.crypto.CryptoException;
import dev.roosthold.crypto.PairingAnswer;
import dev.roosthold.crypto.PairingLink;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/// A client that asks to be let into an account. Its key exists in this object only: when the
/// program ends, the request is worth nothing to anybody. For one thread.
///
/// The relay hands the credential out once. What [#await] returns must be kept at once.
public final class Newcomer {
    /// How long the relay keeps a request that nobody answers.
    public static final Duration PATIENCE = Duration.ofMinutes(10);

    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final BoxSecretKey key;
    private final PairingLink link;

    private Newcomer(BoxSecretKey key, PairingLink link) {
        this.key = key;
        this.link = link;
    }

    /// With a fresh key.
    public static Newcomer of(PairingLink.Purpose purpose, SecureRandom random) {
        BoxSecretKey key = BoxSecretKey.random(random);
        return new Newcomer(key, new PairingLink(purpose, key.publicKey()));
    }

    /// What a client of the account scans or is given.
    public PairingLink link() {
        return link;
    }

    /// One request; empty as long as nobody has let this client in.
    ///
    /// @throws CryptoException when the answer was not made for this client
    public Reply<Optional<Admission>> poll(RelayClient relay) throws InterruptedException {
        return switch (relay.requestPairing(link)) {
            case Reply.Success(Optional<RelayClient.LetIn> answer) ->
                    new Reply.Success<>(
                            answer.map(
                                    in ->
                                            new Admission(
                                                    PairingAnswer.open(in.response(), key),
                                                    in.bearer())));
            case Reply.CredentialsRefused(String message) ->
                    new Reply.CredentialsRefused<>(message);
            case Reply.Denied(int status, String message) -> new Reply.Denied<>(status, message);
            case Reply.Unavailable(String reason) -> new Reply.Unavailable<>(reason);
        };
    }

    /// Asks each second until someone lets this client in. A relay that cannot be reached meanwhile
    /// is asked again.
    ///
    /// @param patience usually [#PATIENCE]
    /// @param trouble told why the relay could not be asked, once for each change; empty when it
    ///     can be again
    public Outcome await(RelayClient relay, Duration patience, Consumer<Optional<String>> trouble)
            throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        Optional<String> told = Optional.empty();
        while (true) {
            Optional<String> problem = Optional.empty();
            try {
                switch (poll(relay)) {
                    case Reply.Success(Optional<Admission> admission) -> {
                        if (admission.isPresent()) {
                            return new Outcome.Admitted(admission.get());
                        }
                    }
                    case Reply.CredentialsRefused(String message) -> {
                        return new Outcome.Refused(message);
                    }
                    case Reply.Denied(int _, String message) -> {
                        return new Outcome.Refused(message);
                    }
                    case Reply.Unavailable(String reason) -> problem = Optional.of(reason);
                }
            } catch (CryptoException e) {
                return new Outcome.Unreadable(String.valueOf(e.getMessage()));
            }
            if (!problem.equals(told)) {
                told = problem;
                trouble.accept(problem);
            }
            if (System.nanoTime() - end > 0) {
                return new Outcome.Expired();
            }
            Thread.sleep(PAUSE);
        }
    }

    /// How the waiting ended.
    public sealed interface Outcome {

        record Admitted(Admission admission) implements Outcome {}

        /// Nobody has let it in, in time.
        record Expired() implements Outcome {}

        /// The relay takes no such request.
        record Refused(String message) implements Outcome {}

        /// Someone answered with something that does not open here; the credential that came with
        /// it is of no use.
        record Unreadable(String message) implements Outcome {}
    }
}
