package dev.roosthold.client.outbox;

import dev.roosthold.client.RelayAddress;
import dev.roosthold.client.files.PrivateFiles;
import dev.roosthold.crypto.BoxPublicKey;
import dev.roosthold.protocol.SessionId;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// The outboxes that the programs of one person on one computer share: `outbox/<account>/<n>` in
/// the home directory.
///
/// An outbox belongs to one program at a time, and several may run; each takes the first that is
/// free. What an earlier one could not send goes out with the next program that opens one, or is
/// drained by one that runs in the background. An account has its own, so that nothing is sent to
/// another one after a new sign-in.
///
/// Who opens and who drains take turns, by a lock of the directory: else a message that is written
/// while an older one is on its way from another outbox might be stored before it.
///
/// For one thread at a time.
public final class Outboxes {
    private static final int MOST = 16;
    private static final String TURN = "turn.lock";

    /// A file with no message in it is shorter.
    private static final long EMPTY_BYTES = 64;

    /// Longer than a drain takes when the relay is there.
    private static final Duration TURN_PATIENCE = Duration.ofSeconds(3);

    private static final Duration POLL = Duration.ofMillis(50);

    private final Path directory;
    private final Map<Path, Mark> drained = new HashMap<>();

    /// Opens the outbox of a directory; usually [dev.roosthold.client.account.Account#outbox].
    @FunctionalInterface
    public interface Opener {
        Outbox open(Path place, OutboxListener listener);
    }

    /// A file as it was at a time.
    private record Mark(long size, FileTime modified) {}

    private Outboxes(Path directory) {
        this.directory = directory;
    }

    /// Those of an account in this home directory. Nothing is made or looked at yet.
    ///
    /// @param home the directory of all files of the programs
    /// @param account of which nothing but a hash is in the name
    public static Outboxes of(Path home, RelayAddress server, BoxPublicKey account) {
        return new Outboxes(
                home.resolve("outbox").resolve(name(server.toString(), account.bytes())));
    }

    private static String name(String server, byte[] account) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(server.getBytes(StandardCharsets.UTF_8));
            digest.update((byte) 0);
            return HexFormat.of().formatHex(digest.digest(account), 0, 8);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /// What this computer keeps of the account's messages.
    public Path directory() {
        return directory;
    }

    /// One to write to; it and those with something left in them send until whoever opened them
    /// closes them.
    ///
    /// @throws OutboxException when none can be opened
    public Outbox open(Opener opener, OutboxListener listener) {
        @Nullable FileChannel turn = awaitTurn();
        try {
            return openNow(opener, listener);
        } finally {
            release(turn);
        }
    }

    private Outbox openNow(Opener opener, OutboxListener listener) {
        Outbox own = null;
        OutboxException failure = new OutboxException("no outbox");
        for (Path place : places()) {
            if (own != null && mark(place).isEmpty()) {
                continue;
            }
            try {
                Outbox opened = opener.open(place, listener);
                own = own == null ? opened : own;
            } catch (OutboxException e) {
                // Another program has it, which sends what is in it.
                failure = e;
            }
        }
        if (own == null) {
            throw failure;
        }
        return own;
    }

    /// Whether there may be messages that [#drain] has not seen.
    public boolean hasNews() {
        return places().stream().anyMatch(this::isNew);
    }

    private boolean isNew(Path place) {
        Optional<Mark> now = mark(place);
        return now.isPresent() && !now.get().equals(drained.get(place));
    }

    /// Looks at all again: what the relay has refused may be welcome by now.
    public void forgetDrained() {
        drained.clear();
    }

    /// What has become of messages that other programs had left.
    public interface Listener {
        /// Messages wait on: the relay does not want them as they are. With 404 it has no such
        /// session, which a relay that was restored from a backup may have again.
        void refused(SessionId session, int status, String message);

        /// An outbox cannot be opened: it is damaged, or just taken by another program.
        void unusable(String why);
    }

    /// Sends what programs that do not run any more have left, and takes nothing that others have:
    /// opens none that is in use.
    /// Each message is stored once, whoever sends it: the relay knows it by its local id.
    ///
    /// @param patience for each outbox
    /// @return false when the relay did not take everything in that time, or it is not our turn
    public boolean drain(Opener opener, Duration patience, Listener listener)
            throws InterruptedException {
        @Nullable FileChannel turn = tryTurn();
        if (turn == null) {
            return false;
        }
        try {
            for (Path place : places()) {
                if (isNew(place)
                        && !OutboxLog.isInUse(log(place))
                        && !drain(place, opener, patience, listener)) {
                    return false;
                }
            }
            return true;
        } catch (IOException e) {
            throw new OutboxException("the outboxes in " + directory + " cannot be used", e);
        } finally {
            release(turn);
        }
    }

    private boolean drain(Path place, Opener opener, Duration patience, Listener listener)
            throws InterruptedException {
        Refusals refusals = new Refusals();
        Outbox outbox;
        try {
            outbox = opener.open(place, refusals);
        } catch (OutboxException e) {
            // It would be so the next time, too.
            listener.unusable(String.valueOf(e.getMessage()));
            markDrained(place);
            return true;
        }
        try (outbox) {
            long end = System.nanoTime() + patience.toNanos();
            while (outbox.size() > refusals.waiting(outbox)) {
                if (System.nanoTime() - end >= 0) {
                    return false;
                }
                boolean _ = outbox.flush(POLL);
            }
            refusals.tell(listener);
            // As long as nobody else can write to it.
            markDrained(place);
            return true;
        }
    }

    private void markDrained(Path place) {
        mark(place).ifPresent(now -> drained.put(place, now));
    }

    private static final class Refusals implements OutboxListener {
        private final Map<SessionId, Refusal> refused = new ConcurrentHashMap<>();

        private record Refusal(int status, String message) {}

        @Override
        public void refused(SessionId session, int status, String message) {
            refused.put(session, new Refusal(status, message));
        }

        int waiting(Outbox outbox) {
            return refused.keySet().stream().mapToInt(outbox::size).sum();
        }

        void tell(Listener listener) {
            refused.forEach(
                    (session, refusal) ->
                            listener.refused(session, refusal.status(), refusal.message()));
        }
    }

    private List<Path> places() {
        return IntStream.rangeClosed(1, MOST)
                .mapToObj(n -> directory.resolve(Integer.toString(n)))
                .toList();
    }

    private static Path log(Path place) {
        return place.resolve(Outbox.FILE);
    }

    /// Empty when there is no message in it.
    private static Optional<Mark> mark(Path place) {
        Path log = log(place);
        try {
            return Files.exists(log) && Files.size(log) > EMPTY_BYTES
                    ? Optional.of(new Mark(Files.size(log), Files.getLastModifiedTime(log)))
                    : Optional.empty();
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    // Turns.

    /// Null when the other side takes long: a message that is kept is worth more than the order.
    private @Nullable FileChannel awaitTurn() {
        long end = System.nanoTime() + TURN_PATIENCE.toNanos();
        while (true) {
            FileChannel turn = tryTurn();
            if (turn != null || System.nanoTime() - end >= 0) {
                return turn;
            }
            try {
                Thread.sleep(POLL);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return null;
            }
        }
    }

    private @Nullable FileChannel tryTurn() {
        try {
            Path file = directory.resolve(TURN);
            PrivateFiles.prepare(file);
            FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
            try {
                if (channel.tryLock() != null) {
                    return channel;
                }
            } catch (OverlappingFileLockException _) {
                // This program has it elsewhere.
            }
            channel.close();
            return null;
        } catch (IOException e) {
            throw new OutboxException("the outboxes in " + directory + " cannot be used", e);
        }
    }

    private static void release(@Nullable FileChannel turn) {
        if (turn != null) {
            try {
                turn.close();
            } catch (IOException _) {
                // The lock ends with the program.
            }
        }
    }
}
