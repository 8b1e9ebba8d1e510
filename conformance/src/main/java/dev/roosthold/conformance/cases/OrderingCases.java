package dev.roosthold.conformance.cases;

import static dev.roosthold.conformance.cases.Case.better;
import static dev.roosthold.conformance.cases.Case.required;

import dev.roosthold.conformance.wire.Polling;
import dev.roosthold.conformance.wire.RawSocketIo;
import dev.roosthold.conformance.wire.WireException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import tools.jackson.databind.JsonNode;

/// Numbers and the order in which things become visible.
final class OrderingCases {
    private static final String GROUP = "ordering";
    private static final int WRITERS = 8;
    private static final int EACH = 20;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final World world;

    OrderingCases(World world) {
        this.world = world;
    }

    List<Case> all() {
        return List.of(
                required(
                        GROUP,
                        "a reader follows eight writers",
                        "160 messages, none missed by after_seq",
                        this::reader),
                required(
                        GROUP,
                        "all listeners hear one order",
                        "rising numbers, the same on both",
                        this::listeners),
                required(GROUP, "a batch keeps its order", "50 consecutive numbers", this::batch),
                required(
                        GROUP,
                        "the event comes before its acknowledgement",
                        "update, then acknowledgement",
                        this::eventFirst),
                better(GROUP, "account numbers rise on one socket", "rising", this::accountNumbers),
                better(
                        GROUP,
                        "a repeated message takes no number",
                        "numbers 1, 2",
                        this::noBurntNumber));
    }

    /// Writers by request and by event; returns when all are done.
    private static void write(Person person, String session) throws Exception {
        List<RawSocketIo> sockets = new ArrayList<>();
        List<Callable<Boolean>> writers = new ArrayList<>();
        for (int writer = 0; writer < WRITERS; writer++) {
            String name = "w" + writer;
            if (writer % 2 == 0) {
                writers.add(
                        () -> {
                            for (int i = 0; i < EACH; i++) {
                                post(person, session, name + "-" + i);
                            }
                            return true;
                        });
            } else {
                RawSocketIo socket = person.user();
                sockets.add(socket);
                writers.add(
                        () -> {
                            for (int i = 0; i < EACH; i++) {
                                socket.send("42" + message(session, name + "-" + i));
                            }
                            // Everything sent before it was received.
                            return socket.isServed();
                        });
            }
        }
        World.together(writers);
        // Without an acknowledgement the last ones may still be on their way into the store.
        Polling.until(PATIENCE, () -> count(person, session) >= WRITERS * EACH);
        sockets.forEach(RawSocketIo::close);
    }

    private static int count(Person person, String session) {
        return person.get("/v3/sessions/" + session + "/messages?limit=500")
                .body()
                .path("messages")
                .size();
    }

    private static String message(String session, String localId) {
        return Person.event("message", Map.of("sid", session, "message", "c", "localId", localId));
    }

    private static JsonNode post(Person person, String session, String localId) {
        return person.need(
                "POST",
                "/v3/sessions/" + session + "/messages",
                Map.of("messages", List.of(Map.of("content", "c", "localId", localId))));
    }

    private Seen reader() throws Exception {
        Person person = world.person();
        String session = person.session();
        List<Long> followed = new ArrayList<>();
        var writing = new AtomicBoolean(true);
        Thread reader =
                Thread.ofVirtual().start(() -> keepFollowing(person, session, followed, writing));
        try {
            write(person, session);
        } finally {
            writing.set(false);
            reader.join();
        }
        follow(person, session, followed);
        int total = count(person, session);
        int missed = total - followed.size();
        boolean contiguous = true;
        for (int i = 0; i < followed.size(); i++) {
            contiguous &= followed.get(i) == i + 1;
        }
        return Seen.of(
                total == WRITERS * EACH && missed == 0,
                total
                        + " messages, "
                        + missed
                        + " missed"
                        + (contiguous ? "" : ", with gaps in the numbers"));
    }

    /// What it cannot read is told by the reading after it.
    private static void keepFollowing(
            Person person, String session, List<Long> followed, AtomicBoolean writing) {
        try {
            while (writing.get()) {
                follow(person, session, followed);
            }
        } catch (WireException e) {
            writing.set(false);
        }
    }

    private static void follow(Person person, String session, List<Long> followed) {
        long last = followed.isEmpty() ? 0 : followed.getLast();
        person.need("GET", "/v3/sessions/" + session + "/messages?after_seq=" + last, null)
                .path("messages")
                .forEach(message -> followed.add(message.path("seq").asLong()));
    }

    private Seen listeners() throws Exception {
        Person person = world.person();
        String session = person.session();
        try (RawSocketIo one = person.user();
                RawSocketIo other = person.sessionSocket()) {
            write(person, session);
            int all = WRITERS * EACH;
            Polling.until(
                    PATIENCE,
                    () ->
                            World.updates(one, "new-message").size() >= all
                                    && World.updates(other, "new-message").size() >= all);
            List<String> first = heard(one);
            List<String> second = heard(other);
            List<Long> numbers =
                    World.updates(one, "new-message").stream()
                            .map(body -> body.path("message").path("seq").asLong())
                            .toList();
            boolean rising = numbers.equals(numbers.stream().sorted().distinct().toList());
            return Seen.of(
                    rising && first.size() == all && first.equals(second),
                    first.size()
                            + " and "
                            + second.size()
                            + " heard, "
                            + (rising ? "rising" : "not rising")
                            + (first.equals(second) ? ", the same" : ", different"));
        }
    }

    private static List<String> heard(RawSocketIo socket) {
        return World.updates(socket, "new-message").stream()
                .map(
                        body ->
                                body.path("message").path("seq").asLong()
                                        + " "
                                        + body.path("message").path("localId").asString(""))
                .toList();
    }

    private Seen batch() {
        Person person = world.person();
        List<Map<String, String>> batch = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            batch.add(Map.of("content", "c" + i, "localId", "b" + i));
        }
        person.need(
                "POST",
                "/v3/sessions/" + person.session() + "/messages",
                Map.of("messages", batch));
        JsonNode stored =
                person.need("GET", "/v3/sessions/" + person.session() + "/messages?limit=100", null)
                        .path("messages");
        int right = 0;
        for (int i = 0; i < stored.size(); i++) {
            JsonNode message = stored.get(i);
            if (message.path("seq").asInt() == i + 1
                    && message.path("localId").asString("").equals("b" + i)) {
                right++;
            }
        }
        return Seen.of(right == 50, right + " of " + stored.size() + " in their place");
    }

    private Seen eventFirst() {
        Person person = world.person();
        try (RawSocketIo socket = person.user()) {
            socket.ask(
                    Person.event(
                            "update-metadata",
                            Map.of(
                                    "sid",
                                    person.session(),
                                    "metadata",
                                    "m1",
                                    "expectedVersion",
                                    0)));
            List<String> order =
                    socket.packets().stream()
                            .filter(
                                    packet ->
                                            packet.contains("update-session")
                                                    || packet.startsWith("43"))
                            .map(packet -> packet.startsWith("43") ? "acknowledgement" : "update")
                            .toList();
            return Seen.of(
                    order.equals(List.of("update", "acknowledgement")),
                    order.isEmpty() ? "nothing" : String.join(", then ", order));
        }
    }

    private Seen accountNumbers() throws Exception {
        Person person = world.person();
        try (RawSocketIo socket = person.user()) {
            write(person, person.session());
            Polling.until(
                    PATIENCE, () -> World.updates(socket, "new-message").size() >= WRITERS * EACH);
            long last = 0;
            int back = 0;
            for (JsonNode update : World.events(socket, "update")) {
                long number = update.path("seq").asLong();
                back += number < last ? 1 : 0;
                last = Math.max(last, number);
            }
            return Seen.of(back == 0, back == 0 ? "rising" : back + " went backwards");
        }
    }

    private Seen noBurntNumber() {
        Person person = world.person();
        for (String localId : List.of("a", "a", "b")) {
            post(person, person.session(), localId);
        }
        try (RawSocketIo socket = person.user()) {
            socket.send("42" + message(person.session(), "a"));
            socket.isServed();
        }
        List<Long> numbers = new ArrayList<>();
        follow(person, person.session(), numbers);
        return Seen.of(numbers.equals(List.of(1L, 2L)), "numbers " + numbers);
    }
}
