package dev.roosthold.socketio;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/// Recovery from a bounded list of events in memory. Thread-safe.
final class InMemoryRecovery implements Recovery {

    private record Recorded(
            long number,
            long at,
            String namespace,
            Audience audience,
            String event,
            List<@Nullable Object> args) {}

    private record Interrupted(String namespace, String socketId, Set<String> rooms, long at) {}

    private final long maxAge;
    private final int maxEvents;
    private final SecureRandom random = new SecureRandom();

    /// Marks the offsets of this instance, so that those of an earlier process are not mistaken.
    private final String instance = token();

    private final ArrayDeque<Recorded> events = new ArrayDeque<>();
    private final Map<String, Interrupted> interrupted = new LinkedHashMap<>();
    private long lastNumber;

    InMemoryRecovery(Duration maxAge, int maxEvents) {
        if (maxAge.isNegative() || maxAge.isZero() || maxEvents < 1) {
            throw new IllegalArgumentException("maxAge " + maxAge + ", maxEvents " + maxEvents);
        }
        this.maxAge = maxAge.toNanos();
        this.maxEvents = maxEvents;
    }

    private String token() {
        byte[] bytes = new byte[15];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().encodeToString(bytes);
    }

    @Override
    public boolean records(Namespace namespace) {
        return true;
    }

    @Override
    public synchronized String recorded(
            Namespace namespace, Audience audience, String event, List<@Nullable Object> args) {
        long now = System.nanoTime();
        long number = ++lastNumber;
        String offset = instance + "." + number;
        List<@Nullable Object> withOffset = new ArrayList<>(args);
        withOffset.add(offset);
        events.add(new Recorded(number, now, namespace.name(), audience, event, withOffset));
        while (events.size() > maxEvents || now - events.getFirst().at() > maxAge) {
            events.removeFirst();
        }
        return offset;
    }

    @Override
    public Optional<String> begin(
            Namespace namespace, String socketId, Admission.Accept admission) {
        return Optional.of(token());
    }

    @Override
    public synchronized void interrupted(
            Namespace namespace, String pid, String socketId, Set<String> rooms) {
        long now = System.nanoTime();
        interrupted.put(pid, new Interrupted(namespace.name(), socketId, rooms, now));
        Iterator<Interrupted> oldest = interrupted.values().iterator();
        while (oldest.hasNext()) {
            if (now - oldest.next().at() <= maxAge && interrupted.size() <= maxEvents) {
                break;
            }
            oldest.remove();
        }
    }

    @Override
    public synchronized CompletionStage<Optional<Continuation>> recover(
            Namespace namespace,
            String pid,
            String offset,
            Handshake handshake,
            Admission.Accept admission) {
        Interrupted socket = interrupted.get(pid);
        long number = number(offset);
        boolean possible =
                socket != null
                        && socket.namespace().equals(namespace.name())
                        && System.nanoTime() - socket.at() <= maxAge
                        && keptSince(number);
        if (!possible || socket == null) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        interrupted.remove(pid);
        return CompletableFuture.completedFuture(
                Optional.of(
                        new Continuation(
                                socket.socketId(),
                                socket.rooms(),
                                () -> missed(socket, number).iterator())));
    }

    private synchronized List<MissedEvent> missed(Interrupted socket, long after) {
        if (!keptSince(after)) {
            throw new IllegalStateException("events were forgotten during a recovery");
        }
        return events.stream()
                .filter(e -> e.number() > after)
                .filter(e -> e.namespace().equals(socket.namespace()))
                .filter(e -> e.audience().includes(socket.socketId(), socket.rooms()))
                .map(e -> new MissedEvent(e.event(), e.args()))
                .toList();
    }

    private boolean keptSince(long number) {
        long firstKept = events.isEmpty() ? lastNumber + 1 : events.getFirst().number();
        return number >= firstKept - 1 && number <= lastNumber;
    }

    /// The number in an offset of this instance, or -1.
    private long number(String offset) {
        if (!offset.startsWith(instance + ".")) {
            return -1;
        }
        try {
            return Long.parseLong(offset.substring(instance.length() + 1));
        } catch (NumberFormatException foreign) {
            return -1;
        }
    }
}
