package dev.roosthold.daemon;

import dev.roosthold.client.Backoff;
import dev.roosthold.client.RelayAddress;
import dev.roosthold.client.account.Account;
import dev.roosthold.client.account.AccountOptions;
import dev.roosthold.client.account.SignIn;
import dev.roosthold.client.account.SignInException;
import dev.roosthold.client.account.SignInFile;
import dev.roosthold.client.outbox.Outbox;
import dev.roosthold.client.outbox.OutboxException;
import dev.roosthold.client.outbox.OutboxLimits;
import dev.roosthold.client.outbox.OutboxListener;
import dev.roosthold.client.outbox.Outboxes;
import dev.roosthold.client.sessions.SessionKeys;
import dev.roosthold.crypto.AccountKeys;
import dev.roosthold.crypto.BoxPublicKey;
import dev.roosthold.protocol.SessionId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Sends what commands of this computer could not: `roost send` keeps a message while the relay is
/// away, and a person expects it to go out by itself. With the credential of the commands: the
/// sign-in of this computer, else that of the machine.
///
/// It looks every two seconds, which costs next to nothing while there is nothing, and sends only
/// while the machine is connected: an outbox that is held while the relay is away would be in the
/// way of commands. Thread-safe.
final class KeptMessages implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(KeptMessages.class);
    private static final Duration PERIOD = Duration.ofSeconds(2);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int NOT_FOUND = 404;
    private static final Duration CLOSING = Duration.ofSeconds(1);

    private final DaemonConfig config;
    private final BooleanSupplier isConnected;
    private final Consumer<String> notice;
    private final SignInFile signInFile;
    private final Backoff backoff;

    // One look follows the other.
    private Optional<FileTime> signInOf = Optional.of(FileTime.fromMillis(-1));
    private @Nullable Sender sender;
    private int failures;
    private long notBeforeNanos = System.nanoTime();

    private volatile boolean reconnected;
    private volatile boolean closed;
    private volatile @Nullable Thread thread;

    /// Who the commands are, and where they keep what they could not send.
    private record Sender(Outboxes outboxes, Supplier<Account> account) {}

    /// @param notice takes what the person should know
    KeptMessages(DaemonConfig config, BooleanSupplier isConnected, Consumer<String> notice) {
        this.config = config;
        this.isConnected = isConnected;
        this.notice = notice;
        signInFile = new SignInFile(config.home());
        backoff = new Backoff(PERIOD, Duration.ofMinutes(1), config.random());
    }

    void start() {
        if (!closed) {
            var _ =
                    config.scheduler()
                            .after(PERIOD, () -> Thread.startVirtualThread(this::lookAgain));
        }
    }

    /// The relay is there again: also what it has refused before is tried.
    void connected() {
        reconnected = true;
    }

    private void lookAgain() {
        thread = Thread.currentThread();
        try {
            if (!closed && isConnected.getAsBoolean()) {
                look();
            }
        } catch (InterruptedException _) {
            LOG.debug("closed");
        } catch (OutboxException | SignInException | IOException e) {
            LOG.warn("kept messages cannot be sent: {}", e.getMessage());
            later();
        } catch (RuntimeException e) {
            LOG.warn("kept messages were not sent: {}", e.getClass().getName());
            later();
        } finally {
            thread = null;
            start();
        }
    }

    private void look() throws InterruptedException, IOException {
        if (reconnected) {
            reconnected = false;
            failures = 0;
            if (sender != null) {
                sender.outboxes().forgetDrained();
            }
        } else if (System.nanoTime() - notBeforeNanos < 0) {
            return;
        }
        if (!Files.isDirectory(config.home().resolve("outbox"))) {
            return;
        }
        Sender now = sender();
        if (now != null && now.outboxes().hasNews()) {
            send(now);
        }
    }

    private void send(Sender now) throws InterruptedException {
        try (Opened opened = new Opened(now)) {
            if (now.outboxes().drain(opened, PATIENCE, new Told())) {
                failures = 0;
            } else {
                later();
            }
        }
    }

    /// Makes the way to the relay when there is something to send: mostly there is not.
    private static final class Opened implements Outboxes.Opener, AutoCloseable {
        private final Sender sender;
        private @Nullable Account account;

        Opened(Sender sender) {
            this.sender = sender;
        }

        @Override
        public Outbox open(Path place, OutboxListener listener) {
            Account used = account;
            if (used == null) {
                used = sender.account().get();
                account = used;
            }
            return used.outbox(place, OutboxLimits.USUAL, listener);
        }

        @Override
        public void close() {
            if (account != null) {
                account.close();
            }
        }
    }

    private void later() {
        notBeforeNanos = System.nanoTime() + backoff.pause(++failures).toNanos();
    }

    private final class Told implements Outboxes.Listener {
        @Override
        public void refused(SessionId session, int status, String message) {
            notice.accept(
                    "kept messages to the session "
                            + session
                            + (status == NOT_FOUND
                                    ? " wait on: the relay has no such session"
                                    : " wait on: the relay refuses them (" + status + ")"));
        }

        @Override
        public void unusable(String why) {
            notice.accept("kept messages cannot be sent: " + why);
        }
    }

    /// Null when nobody is signed in here.
    private @Nullable Sender sender() throws IOException {
        Path file = signInFile.path();
        Optional<FileTime> now =
                Files.exists(file)
                        ? Optional.of(Files.getLastModifiedTime(file))
                        : Optional.empty();
        if (!now.equals(signInOf)) {
            sender = signInFile.read().map(this::ofSignIn).or(this::ofMachine).orElse(null);
            signInOf = now;
        }
        return sender;
    }

    private Sender ofSignIn(SignIn signIn) {
        BoxPublicKey account =
                switch (signIn) {
                    case SignIn.Whole whole -> AccountKeys.of(whole.secret()).contentPublicKey();
                    case SignIn.Terminal terminal -> terminal.contentPublicKey();
                };
        return new Sender(
                outboxes(signIn.server(), account),
                () -> Account.resume(signIn, SessionKeys.NONE, options()));
    }

    private Optional<Sender> ofMachine() {
        if (!(config.credential() instanceof MachineCredential.WithToken machine)) {
            return Optional.empty();
        }
        BoxPublicKey account = machine.accountKey().contentPublicKey();
        return Optional.of(
                new Sender(
                        outboxes(machine.server(), account),
                        () ->
                                Account.ofMachine(
                                        machine.server(),
                                        machine.token(),
                                        account,
                                        SessionKeys.NONE,
                                        options())));
    }

    private Outboxes outboxes(RelayAddress server, BoxPublicKey account) {
        return Outboxes.of(config.home(), server, account);
    }

    private AccountOptions options() {
        return AccountOptions.usual("roost-daemon/" + config.version());
    }

    /// Gives up what is under way; it is kept.
    @Override
    public void close() {
        closed = true;
        Thread running = thread;
        if (running != null) {
            running.interrupt();
            try {
                boolean _ = running.join(CLOSING);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
