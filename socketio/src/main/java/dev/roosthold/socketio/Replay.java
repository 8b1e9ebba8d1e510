package dev.roosthold.socketio;

import dev.roosthold.socketio.engine.EngineMessage;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The messages of a socket whose client continues an earlier connection: first what it missed,
/// then what is sent meanwhile. Thread-safe.
final class Replay {

    private record Held(EngineMessage message, @Nullable String offset) {}

    private final DefaultNamespace namespace;
    private final ArrayDeque<Held> held = new ArrayDeque<>();
    private final Set<String> replayed = new HashSet<>();
    private Iterator<Recovery.MissedEvent> missed = Collections.emptyIterator();
    private long heldBytes;
    private boolean over;

    Replay(DefaultNamespace namespace) {
        this.namespace = namespace;
    }

    synchronized void missed(Iterator<Recovery.MissedEvent> events) {
        missed = events;
    }

    /// Takes over the message; false when the replay is over and the caller must send it.
    synchronized boolean hold(EngineMessage message, @Nullable String offset) {
        if (over) {
            return false;
        }
        held.add(new Held(message, offset));
        heldBytes += message.size();
        return true;
    }

    synchronized boolean holdsMoreThan(long bytes) {
        return heldBytes > bytes;
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
        Held first = held.poll();
        while (first != null) {
            heldBytes -= first.message().size();
            if (first.offset() == null || !replayed.contains(first.offset())) {
                return first.message();
            }
            first.message().release();
            first = held.poll();
        }
        over = true;
        return null;
    }

    synchronized void discard() {
        over = true;
        held.forEach(entry -> entry.message().release());
        held.clear();
        missed = Collections.emptyIterator();
    }
}
