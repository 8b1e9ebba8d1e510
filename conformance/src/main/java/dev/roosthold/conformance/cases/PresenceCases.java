package dev.roosthold.conformance.cases;

import static dev.roosthold.conformance.cases.Case.better;
import static dev.roosthold.conformance.cases.Case.required;

import dev.roosthold.conformance.wire.Polling;
import dev.roosthold.conformance.wire.RawSocketIo;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;

/// What people are shown as online is.
final class PresenceCases {
    private static final String GROUP = "presence";

    /// A server may wait a few seconds for a connection to come back.
    private static final Duration NOTICED = Duration.ofSeconds(15);

    private final World world;

    PresenceCases(World world) {
        this.world = world;
    }

    List<Case> all() {
        return List.of(
                required(
                        GROUP,
                        "a machine that connects is online",
                        "told to the app, at once",
                        this::comes),
                required(
                        GROUP,
                        "a machine that is cut off is offline",
                        "told to the app in 15 s",
                        () -> leaves(false)),
                better(
                        GROUP,
                        "the machine's row says the same",
                        "active, then inactive in 15 s",
                        () -> leaves(true)),
                better(
                        GROUP,
                        "a machine with a second connection stays online",
                        "not told offline",
                        this::staysWithOne),
                required(
                        GROUP,
                        "a session's heartbeat makes it active",
                        "told with thinking, row active",
                        this::heartbeat),
                required(
                        GROUP, "a session that ends is inactive", "told, row inactive", this::ends),
                required(
                        GROUP,
                        "a late heartbeat does not revive a session",
                        "row inactive",
                        this::lateHeartbeat),
                required(
                        GROUP,
                        "a heartbeat of ten minutes ago is ignored",
                        "nothing told",
                        this::oldHeartbeat));
    }

    private static boolean told(RawSocketIo app, String type, String id, boolean active) {
        List<JsonNode> events =
                World.events(app, "ephemeral").stream()
                        .filter(event -> event.path("type").asString("").equals(type))
                        .filter(event -> event.path("id").asString("").equals(id))
                        .toList();
        return !events.isEmpty() && events.getLast().path("active").asBoolean(!active) == active;
    }

    private Seen comes() {
        Person person = world.person();
        try (RawSocketIo app = person.user()) {
            long begin = System.nanoTime();
            try (RawSocketIo _ = person.machineSocket()) {
                boolean told =
                        Polling.until(
                                Duration.ofSeconds(5),
                                () -> told(app, "machine-activity", person.machine(), true));
                return Seen.of(told, told ? "told after " + since(begin) : "not told in 5 s");
            }
        }
    }

    private static String since(long begin) {
        return (System.nanoTime() - begin) / 1_000_000 + " ms";
    }

    private Seen leaves(boolean row) {
        Person person = world.person();
        try (RawSocketIo app = person.user()) {
            RawSocketIo machine = person.machineSocket();
            boolean online =
                    Polling.until(
                            Duration.ofSeconds(5),
                            () ->
                                    row
                                            ? rowIsActive(person)
                                            : told(
                                                    app,
                                                    "machine-activity",
                                                    person.machine(),
                                                    true));
            machine.close();
            long begin = System.nanoTime();
            boolean offline =
                    Polling.until(
                            NOTICED,
                            () ->
                                    row
                                            ? !rowIsActive(person)
                                            : told(
                                                    app,
                                                    "machine-activity",
                                                    person.machine(),
                                                    false));
            if (!online) {
                return Seen.wrong("never online");
            }
            return Seen.of(
                    offline,
                    offline
                            ? (row ? "active, inactive after " : "told after ") + since(begin)
                            : "still online after 15 s");
        }
    }

    private static boolean rowIsActive(Person person) {
        return person.machineRow().path("active").asBoolean(false);
    }

    private Seen staysWithOne() throws InterruptedException {
        Person person = world.person();
        try (RawSocketIo app = person.user();
                RawSocketIo _ = person.machineSocket()) {
            person.machineSocket().close();
            TimeUnit.SECONDS.sleep(7);
            boolean told =
                    World.events(app, "ephemeral").stream()
                            .anyMatch(
                                    event ->
                                            event.path("type")
                                                            .asString("")
                                                            .equals("machine-activity")
                                                    && !event.path("active").asBoolean(true));
            return Seen.of(!told, told ? "told offline" : "not told offline");
        }
    }

    private static void alive(RawSocketIo socket, String session, long time) {
        socket.send(
                "42"
                        + Person.event(
                                "session-alive",
                                Map.of("sid", session, "time", time, "thinking", true)));
    }

    private static void end(RawSocketIo socket, String session) {
        socket.send(
                "42"
                        + Person.event(
                                "session-end",
                                Map.of("sid", session, "time", System.currentTimeMillis())));
    }

    private static boolean sessionIsActive(Person person) {
        return person.sessionRow(person.session()).path("active").asBoolean(false);
    }

    private Seen heartbeat() {
        Person person = world.person();
        try (RawSocketIo app = person.user();
                RawSocketIo session = person.sessionSocket()) {
            alive(session, person.session(), System.currentTimeMillis());
            boolean told =
                    Polling.until(
                            Duration.ofSeconds(5),
                            () ->
                                    World.events(app, "ephemeral").stream()
                                            .anyMatch(
                                                    event ->
                                                            event.path("type")
                                                                            .asString("")
                                                                            .equals("activity")
                                                                    && event.path("thinking")
                                                                            .asBoolean(false)));
            boolean row = Polling.until(NOTICED, () -> sessionIsActive(person));
            return Seen.of(
                    told && row,
                    (told ? "told" : "not told") + (row ? ", row active" : ", row inactive"));
        }
    }

    private Seen ends() {
        Person person = world.person();
        try (RawSocketIo app = person.user();
                RawSocketIo session = person.sessionSocket()) {
            alive(session, person.session(), System.currentTimeMillis());
            end(session, person.session());
            boolean told =
                    Polling.until(
                            Duration.ofSeconds(5),
                            () -> told(app, "activity", person.session(), false));
            boolean row = Polling.until(NOTICED, () -> !sessionIsActive(person));
            return Seen.of(
                    told && row,
                    (told ? "told" : "not told") + (row ? ", row inactive" : ", row active"));
        }
    }

    private Seen lateHeartbeat() throws InterruptedException {
        Person person = world.person();
        try (RawSocketIo session = person.sessionSocket()) {
            end(session, person.session());
            Polling.until(NOTICED, () -> !sessionIsActive(person));
            alive(session, person.session(), System.currentTimeMillis());
            session.isServed();
            // Longer than a server may keep heartbeats before it writes them.
            TimeUnit.SECONDS.sleep(6);
            boolean active = sessionIsActive(person);
            return Seen.of(!active, active ? "row active" : "row inactive");
        }
    }

    private Seen oldHeartbeat() throws InterruptedException {
        Person person = world.person();
        try (RawSocketIo app = person.user();
                RawSocketIo session = person.sessionSocket()) {
            alive(
                    session,
                    person.session(),
                    System.currentTimeMillis() - Duration.ofMinutes(11).toMillis());
            session.isServed();
            TimeUnit.SECONDS.sleep(1);
            boolean told =
                    World.events(app, "ephemeral").stream()
                            .anyMatch(
                                    event ->
                                            event.path("type").asString("").equals("activity")
                                                    && event.path("thinking").asBoolean(false));
            return Seen.of(!told, told ? "told active" : "nothing told");
        }
    }
}
