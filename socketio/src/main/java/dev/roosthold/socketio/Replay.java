package dev.roosthold.socketio;

import dev.roosthold.socketio.engine.EngineMessage;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The messages of a socket whose client continues an earlier connection: first what it missed,
/// then what is sent meanwhile. Thread-safe.
final class Replay {

    private record Held(EngineMessage message, @Nullable String offset, List<String> exceptIds) {}

    private static final Runnable NOTHING = () -> {};

    private final DefaultNamespace namespace;
    private final ArrayDeque<Held> held = new ArrayDeque<>();
    private final Set<String> replayed = new HashSet<>();
    private Iterator<Recovery.MissedEvent> missed = Collections.emptyIterator();
    private Runnable done = NOTHING;
    private long heldBytes;
    private int largestHeld;
    private boolean over;

    Replay(DefaultNamespace namespace) {
        this.namespace = namespace;
    }

    /// The socket continues another one: sends first what that one has missed, and nothing of what
    /// was held back that was not meant for it.
    synchronized void continueFrom(Recovery.Continuation continuation) {
        held.removeIf(
                entry -> {
                    boolean excepted = entry.exceptIds().contains(continuation.socketId());
                    if (excepted) {
                        drop(entry);
                    }
                    return excepted;
                });
        if (over) {
            continuation.done().run();
            return;
        }
        done = continuation.done();
        missed = continuation.missed().iterator();
    }

    /// Takes over the message; false when the replay is over and the caller must send it.
    ///
    /// @param exceptIds of sockets that the message is not for
    synchronized boolean hold(
            EngineMessage message, @Nullable String offset, List<String> exceptIds) {
        if (over) {
            return false;
        }
        held.add(new Held(message, offset, exceptIds));
        heldBytes += message.size();
        largestHeld = Math.max(largestHeld, message.size());
        return true;
    }

    /// Whether more is held back than that many bytes beside one message, however large it is.
    synchronized boolean holdsMoreThan(long bytes) {
        return heldBytes > bytes + largestHeld;
    }

    /// The next message to send, or null when none is left; from then on nothing is held.
    synchronized @Nullable EngineMessage next() {
        if (missed.hasNext()) {
            Recovery.MissedEvent event = missed.next();
            if (!event.args().isEmpty() && event.args().getLast() instanceof String offset) {
                replayed.add(offset);
            }
            return namespace
                    .server()
                    .encoder()
                    .event(namespace.name(), Packet.NO_ID, event.event(), event.args());
        }
        allTaken();
        Held first = held.poll();
        while (first != null) {
            if (first.offset() == null || !replayed.contains(first.offset())) {
                heldBytes -= first.message().size();
                return first.message();
            }
            drop(first);
            first = held.poll();
        }
        over = true;
        return null;
    }

    synchronized void discard() {
        over = true;
        held.forEach(this::drop);
        held.clear();
        allTaken();
    }

    private void drop(Held entry) {
        heldBytes -= entry.message().size();
        entry.message().release();
    }

    private void allTaken() {
        missed = Collections.emptyIterator();
        Runnable once = done;
        done = NOTHING;
        once.run();
    }
}
