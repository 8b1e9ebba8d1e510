package dev.roosthold.conformance.cases;

import static dev.roosthold.conformance.cases.Case.extra;

import dev.roosthold.conformance.wire.RawSocketIo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// What a server may have beside what every client needs. Only shown.
final class ExtraCases {
    private static final String GROUP = "extras";
    private static final String OFFERED = "offered or not";

    private final World world;

    ExtraCases(World world) {
        this.world = world;
    }

    List<Case> all() {
        List<Case> cases = new ArrayList<>();
        route(cases, "catching up on changes", "/v1/changes?after=0&limit=1");
        route(cases, "devices", "/v1/devices");
        route(cases, "machines of the web page", "/v1/web/machines");
        route(cases, "audit log", "/v1/web/audit");
        route(cases, "notifications of browsers", "/v1/web/push/key");
        cases.add(extra(GROUP, "connections that are continued", OFFERED, this::recovery));
        cases.add(extra(GROUP, "messages by event are acknowledged", OFFERED, this::messageAck));
        return cases;
    }

    private void route(List<Case> cases, String name, String path) {
        cases.add(
                extra(
                        GROUP,
                        name,
                        OFFERED,
                        () -> {
                            int status = world.person().get(path).status();
                            return Seen.right(
                                    switch (status) {
                                        case 200 -> "offered";
                                        case 404 -> "not offered";
                                        default -> "answers " + status;
                                    });
                        }));
    }

    private Seen recovery() {
        try (RawSocketIo socket = world.person().user()) {
            boolean offered =
                    socket.packets().stream()
                            .anyMatch(p -> p.startsWith("40") && p.contains("\"pid\""));
            return Seen.right(offered ? "offered" : "not offered");
        }
    }

    private Seen messageAck() {
        Person person = world.person();
        try (RawSocketIo socket = person.user()) {
            boolean offered =
                    socket.ask(
                                    Person.event(
                                            "message",
                                            Map.of(
                                                    "sid",
                                                    person.session(),
                                                    "message",
                                                    "c",
                                                    "localId",
                                                    "a")),
                                    Duration.ofSeconds(3))
                            .isPresent();
            return Seen.right(offered ? "offered" : "not offered");
        }
    }
}
