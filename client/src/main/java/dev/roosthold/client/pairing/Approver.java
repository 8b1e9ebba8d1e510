package dev.roosthold.client.pairing;

import dev.roosthold.client.BearerToken;
import dev.roosthold.client.RelayClient;
import dev.roosthold.client.Reply;
import dev.roosthold.client.devices.Devices;
import dev.roosthold.crypto.AccountKeys;
import dev.roosthold.crypto.MasterSecret;
import dev.roosthold.crypto.PairingAnswer;
import dev.roosthold.crypto.PairingLink;
import dev.roosthold.protocol.DeviceId;
import dev.roosthold.protocol.auth.Device;
import dev.roosthold.protocol.auth.PairingStatus;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/// Lets newcomers into the account of this client, which has the account's secret. Thread-safe.
public final class Approver {
    private static final Duration PAUSE = Duration.ofMillis(500);

    private final RelayClient relay;
    private final Supplier<BearerToken> bearer;
    private final MasterSecret secret;
    private final SecureRandom random;

    public Approver(
            RelayClient relay,
            Supplier<BearerToken> bearer,
            MasterSecret secret,
            SecureRandom random) {
        this.relay = relay;
        this.bearer = bearer;
        this.secret = secret;
        this.random = random;
    }

    /// What the newcomer would get.
    ///
    /// A terminal says whether it is content with less than the whole account; for the other kind
    /// there is nothing to ask, and nobody may be waiting.
    public Request look(PairingLink link) throws InterruptedException {
        if (link.purpose() == PairingLink.Purpose.ACCOUNT) {
            return new Request.Waiting(true);
        }
        return switch (relay.pairingStatus(link)) {
            case Reply.Success(PairingStatus status) ->
                    switch (status.status()) {
                        case PENDING -> new Request.Waiting(!status.supportsV2());
                        case AUTHORIZED -> new Request.Answered();
                        case NOT_FOUND -> new Request.Unknown();
                    };
            case Reply.CredentialsRefused(String message) -> new Request.Failed(message);
            case Reply.Denied(int _, String message) -> new Request.Failed(message);
            case Reply.Unavailable(String reason) -> new Request.Failed(reason);
        };
    }

    /// Answers the newcomer, and waits until it has come in.
    ///
    /// The relay does not say whether an answer was the first, and only the first counts. So what
    /// shows that it was this one is the newcomer itself: a device of this account that was not
    /// there before.
    ///
    /// @param whole whether it gets the account's secret, as [#look] has said
    /// @param patience how long to wait for the newcomer
    public Approval approve(PairingLink link, boolean whole, Duration patience)
            throws InterruptedException {
        Devices devices = new Devices(relay, bearer);
        Set<DeviceId> before = new HashSet<>();
        switch (devices.list()) {
            case Reply.Success(List<Device> present) ->
                    present.forEach(device -> before.add(device.id()));
            case Reply.CredentialsRefused(String message) -> {
                return new Approval.SignedOut(message);
            }
            case Reply.Denied<List<Device>> _ -> {
                // A server without a list of devices: then nothing can be seen.
            }
            case Reply.Unavailable(String reason) -> {
                return new Approval.Failed(reason);
            }
        }
        PairingAnswer answer =
                whole
                        ? new PairingAnswer.FullAccess(secret)
                        : new PairingAnswer.ContentKey(AccountKeys.of(secret).contentPublicKey());
        String response = answer.seal(link.publicKey(), random);
        return switch (relay.answerPairing(bearer.get(), link, response)) {
            case Reply.Success<Boolean> _ -> awaitDevice(devices, before, patience);
            case Reply.CredentialsRefused(String message) -> new Approval.SignedOut(message);
            case Reply.Denied(int status, String message) ->
                    status == 404 ? new Approval.Unknown() : new Approval.Failed(message);
            case Reply.Unavailable(String reason) -> new Approval.Failed(reason);
        };
    }

    private static Approval awaitDevice(Devices devices, Set<DeviceId> before, Duration patience)
            throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        while (true) {
            if (devices.list() instanceof Reply.Success(List<Device> present)) {
                Optional<Device> fresh =
                        present.stream()
                                .filter(device -> device.kind() != Device.Kind.MACHINE)
                                .filter(device -> !before.contains(device.id()))
                                .findFirst();
                if (fresh.isPresent()) {
                    return new Approval.CameIn(fresh.get());
                }
            }
            if (System.nanoTime() - end > 0) {
                return new Approval.NotSeen();
            }
            Thread.sleep(PAUSE);
        }
    }

    /// Who waits behind a link.
    public sealed interface Request {

        /// Someone waits, as far as it can be told.
        ///
        /// @param whole whether nothing less than the account's secret would do
        record Waiting(boolean whole) implements Request {}

        /// Somebody has answered already.
        record Answered() implements Request {}

        /// Nobody waits: the request has expired, or the link is not whole.
        record Unknown() implements Request {}

        /// It could not be asked.
        record Failed(String reason) implements Request {}
    }

    /// What became of an approval.
    public sealed interface Approval {

        /// The newcomer has its credential.
        record CameIn(Device device) implements Approval {}

        /// The relay took the answer, and no newcomer has shown up: it has gone, or somebody had
        /// answered before.
        record NotSeen() implements Approval {}

        /// Nobody waits with this link.
        record Unknown() implements Approval {}

        /// This client is not signed in any more.
        record SignedOut(String message) implements Approval {}

        /// Not done, or not known whether it was.
        record Failed(String reason) implements Approval {}
    }
}
