package dev.roosthold.conformance.cases;

import static dev.roosthold.conformance.cases.Case.required;

import dev.roosthold.conformance.crowd.Crowd;
import dev.roosthold.conformance.crowd.CrowdOptions;
import dev.roosthold.conformance.crowd.CrowdReport;
import dev.roosthold.conformance.crowd.Trouble;
import dev.roosthold.conformance.wire.Polling;
import dev.roosthold.conformance.wire.RawSocketIo;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;

/// Two addresses are one server.
final class NodeCases {
    private static final String GROUP = "two nodes";
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final World world;
    private final URI second;

    NodeCases(World world, URI second) {
        this.world = world;
        this.second = second;
    }

    List<Case> all() {
        return List.of(
                required(
                        GROUP,
                        "a message sent to one is heard at the other",
                        "heard both ways, one order",
                        this::message),
                required(
                        GROUP,
                        "what one acknowledges the other reads",
                        "read 50 of 50 times",
                        this::readBack),
                required(GROUP, "a call crosses", "its own text, both ways", this::call),
                required(
                        GROUP,
                        "the target at the other leaves during the call",
                        "RPC target disconnected, in 10 s",
                        this::targetLeaves),
                required(
                        GROUP,
                        "presence crosses",
                        "told online, told offline in 15 s",
                        this::presence),
                required(
                        GROUP,
                        "the history of clients at both",
                        "linearizable, nothing lost",
                        this::history));
    }

    private static void post(Person person, String localId) {
        person.need(
                "POST",
                "/v3/sessions/" + person.session() + "/messages",
                Map.of("messages", List.of(Map.of("content", "c", "localId", localId))));
    }

    private Seen message() {
        Person here = world.person();
        Person there = here.at(second);
        try (RawSocketIo one = here.user();
                RawSocketIo other = there.user()) {
            for (int i = 0; i < 20; i++) {
                post(i % 2 == 0 ? here : there, "m" + i);
            }
            Polling.until(
                    PATIENCE,
                    () ->
                            World.updates(one, "new-message").size() >= 20
                                    && World.updates(other, "new-message").size() >= 20);
            List<Long> first = numbers(one);
            List<Long> also = numbers(other);
            return Seen.of(
                    first.size() == 20 && first.equals(also) && rising(first),
                    first.size()
                            + " and "
                            + also.size()
                            + " heard"
                            + (first.equals(also) ? ", one order" : ", two orders"));
        }
    }

    private static List<Long> numbers(RawSocketIo socket) {
        return World.updates(socket, "new-message").stream()
                .map(body -> body.path("message").path("seq").asLong())
                .toList();
    }

    private static boolean rising(List<Long> numbers) {
        return numbers.equals(numbers.stream().sorted().distinct().toList());
    }

    private Seen readBack() {
        Person here = world.person();
        Person there = here.at(second);
        int read = 0;
        for (int i = 0; i < 50; i++) {
            post(here, "m" + i);
            read +=
                    there.need(
                                                    "GET",
                                                    "/v3/sessions/"
                                                            + here.session()
                                                            + "/messages?after_seq="
                                                            + i,
                                                    null)
                                            .path("messages")
                                            .size()
                                    == 1
                            ? 1
                            : 0;
        }
        return Seen.of(read == 50, "read " + read + " of 50 times");
    }

    private Seen call() throws Exception {
        Person person = world.person();
        try (RpcCases.Line one = new RpcCases.Line(world, person, world.server(), p -> p);
                RpcCases.Line other = new RpcCases.Line(world, person, second, p -> p)) {
            one.register("m:one");
            other.register("m:other");
            String there = RpcCases.text(one.call("m:other", "to the other"));
            String back = RpcCases.text(other.call("m:one", "to the one"));
            return Seen.of(
                    there.equals("to the other") && back.equals("to the one"), there + "; " + back);
        }
    }

    private Seen targetLeaves() throws Exception {
        Person person = world.person();
        var asked = new CountDownLatch(1);
        var never = new CountDownLatch(1);
        try (RpcCases.Line caller = new RpcCases.Line(world, person, world.server(), p -> p);
                RpcCases.Line target =
                        new RpcCases.Line(
                                world,
                                person,
                                second,
                                params -> {
                                    asked.countDown();
                                    try {
                                        never.await();
                                    } catch (InterruptedException e) {
                                        Thread.currentThread().interrupt();
                                    }
                                    return params;
                                })) {
            target.register("m:slow");
            CompletableFuture<JsonNode> call = caller.calling("m:slow", "p");
            if (!asked.await(10, TimeUnit.SECONDS)) {
                return Seen.wrong("the target was not asked");
            }
            long begin = System.nanoTime();
            target.leave();
            String answer = RpcCases.text(RpcCases.Line.get(call));
            long millis = (System.nanoTime() - begin) / 1_000_000;
            return Seen.of(
                    answer.equals("RPC target disconnected") && millis <= 10_000,
                    answer + ", after " + millis + " ms");
        } finally {
            never.countDown();
        }
    }

    private Seen presence() {
        Person here = world.person();
        Person there = here.at(second);
        try (RawSocketIo app = here.user()) {
            RawSocketIo machine = there.machineSocket();
            boolean online = Polling.until(PATIENCE, () -> told(app, true));
            machine.close();
            boolean offline = Polling.until(Duration.ofSeconds(15), () -> told(app, false));
            return Seen.of(
                    online && offline,
                    (online ? "told online" : "not told online")
                            + (offline ? ", told offline" : ", not told offline"));
        }
    }

    private static boolean told(RawSocketIo app, boolean active) {
        return World.events(app, "ephemeral").stream()
                .anyMatch(
                        event ->
                                event.path("type").asString("").equals("machine-activity")
                                        && event.path("active").asBoolean(!active) == active);
    }

    private Seen history() throws InterruptedException {
        CrowdReport report =
                Crowd.run(
                        world.server(),
                        List.of(world.server(), second),
                        CrowdOptions.of(world.seed() + 1, world.load()),
                        Trouble.none());
        return Seen.of(report.verdict().summary(), report.wrong());
    }
}
