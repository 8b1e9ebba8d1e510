package dev.roosthold.conformance.isolation;

import dev.roosthold.conformance.wire.Polling;
import dev.roosthold.conformance.wire.RawSocketIo;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/// Sends every event with every id on one socket. Used by one thread.
///
/// @param from what the socket is, for messages
/// @param socket of the intruder
/// @param own the intruder's own ids, for the places that are not tried
/// @param ids of the other
/// @param forbidden texts of the other
/// @param naming as in [RouteTrial]
record EventTrial(
        String from,
        RawSocketIo socket,
        Map<String, String> own,
        List<Id> ids,
        List<String> forbidden,
        boolean naming,
        Judge judge) {

    /// A call of a method that nobody has may be answered after 15 s, and no event later.
    private static final Duration ANSWERED = Duration.ofSeconds(20);

    private static final Duration STILL = Duration.ofMillis(300);
    private static final int MOST_LOOKS = 50;

    /// Acknowledgements of an id's event and of its twin's.
    private record Asked(Id id, int foreign, int nobodys) {}

    void run() {
        for (EventTry event : Tries.events()) {
            List<String> positions = event.positions();
            if (event.names() != naming) {
                continue;
            }
            positions.forEach(position -> tryOut(event, List.of(position)));
            if (positions.size() > 1) {
                tryOut(event, positions);
            }
        }
    }

    private void tryOut(EventTry event, List<String> positions) {
        socket.forgetPackets();
        Map<Integer, Asked> asked = new LinkedHashMap<>();
        int next = 1;
        for (Id id : ids) {
            var pair = new Asked(id, next, next + 1);
            asked.put(next, pair);
            socket.send("42" + pair.foreign() + event.with(values(positions, id.value())));
            socket.send("42" + pair.nobodys() + event.with(values(positions, id.twin())));
            next += 2;
        }
        if (!settled(asked, event)) {
            judge.add(from + ", " + event, "the socket was not served any more");
            return;
        }
        List<String> packets = List.copyOf(socket.packets());
        for (Asked pair : asked.values()) {
            Id id = pair.id();
            String what = from + ", " + event + " with the " + id.name() + " as " + positions;
            judge.compare(
                    what,
                    event.event(),
                    id,
                    ack(packets, pair.foreign()),
                    ack(packets, pair.nobodys()),
                    event.answered());
            // A cursor is a small number that stands in many texts.
            if (!id.name().equals("feedItem") && Allowance.of(event.event(), id.name()).isEmpty()) {
                judge.compareCaused(
                        what, id, caused(packets, id.value()), caused(packets, id.twin()));
            }
        }
        packets.forEach(packet -> judge.noneOf(from + ", " + event, forbidden, packet));
    }

    private Map<String, String> values(List<String> positions, String value) {
        Map<String, String> values = new HashMap<>(own);
        values.put("now", String.valueOf(System.currentTimeMillis()));
        positions.forEach(position -> values.put(position, value));
        return values;
    }

    /// Waits until everything was handled: what is acknowledged late, too.
    private boolean settled(Map<Integer, Asked> asked, EventTry event) {
        if (!socket.isServed()) {
            return false;
        }
        if (judge.isSilent(event.event())) {
            awaitStillness();
        } else if (event.answered()) {
            Polling.until(ANSWERED, () -> socket.websocket().ended() || allAnswered(asked));
        }
        return socket.isServed();
    }

    /// Without an acknowledgement only that nothing more comes tells that an event was handled.
    private void awaitStillness() {
        int seen = -1;
        for (int looks = 0; looks < MOST_LOOKS && seen != socket.packets().size(); looks++) {
            seen = socket.packets().size();
            LockSupport.parkNanos(STILL.toNanos());
        }
    }

    private boolean allAnswered(Map<Integer, Asked> asked) {
        return asked.values().stream()
                .allMatch(
                        pair ->
                                socket.ackCount(pair.foreign()) > 0
                                        && socket.ackCount(pair.nobodys()) > 0);
    }

    private static Optional<String> ack(List<String> packets, int id) {
        String prefix = "43" + id + "[";
        return packets.stream()
                .filter(packet -> packet.startsWith(prefix))
                .map(packet -> packet.substring(prefix.length() - 1))
                .findFirst();
    }

    private static List<String> caused(List<String> packets, String value) {
        String quoted = RouteTry.quoted(value);
        return packets.stream()
                .filter(packet -> packet.startsWith("42"))
                .filter(packet -> packet.contains(quoted))
                .toList();
    }
}
