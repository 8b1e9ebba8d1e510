package dev.roosthold.conformance.cases;

import static dev.roosthold.conformance.cases.Case.better;
import static dev.roosthold.conformance.cases.Case.required;

import dev.roosthold.conformance.wire.SocketLink;
import dev.roosthold.conformance.wire.WireException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/// A call is answered once, by whom it was meant for, or says why not.
final class RpcCases {
    private static final String GROUP = "rpc";
    private static final int CALLS = 50;
    private static final int PATIENCE_SECONDS = 40;

    private final World world;

    RpcCases(World world) {
        this.world = world;
    }

    List<Case> all() {
        return List.of(
                required(GROUP, "a call gets the target's result", "its own text", this::result),
                required(
                        GROUP,
                        "fifty calls at the same time",
                        "each gets its own result, once",
                        this::many),
                required(
                        GROUP,
                        "nobody has the method",
                        "RPC method not available",
                        () -> nobody(20_000)),
                better(GROUP, "nobody has the method, at once", "in 1 s", () -> nobody(1_000)),
                required(
                        GROUP,
                        "the target leaves during the call",
                        "RPC target disconnected, in 10 s",
                        () -> targetLeaves(10_000)),
                better(
                        GROUP,
                        "the target leaves during the call, at once",
                        "in 1 s",
                        () -> targetLeaves(1_000)),
                required(GROUP, "the newest registration answers", "the newer one", this::newest),
                required(
                        GROUP,
                        "a method of another account is not reached",
                        "not called",
                        this::otherAccount),
                required(
                        GROUP,
                        "a call of one's own method",
                        "Cannot call RPC on the same socket",
                        this::ownSocket),
                required(
                        GROUP,
                        "a call without a name",
                        "Invalid parameters: method is required",
                        this::noName));
    }

    /// A connection that answers calls.
    static final class Line implements SocketLink.Listener, AutoCloseable {
        final AtomicInteger asked = new AtomicInteger();
        final AtomicInteger twice = new AtomicInteger();
        private final CompletableFuture<Boolean> registered = new CompletableFuture<>();
        private final UnaryOperator<JsonNode> answer;
        private final SocketLink link;

        Line(World world, Person person, URI server, UnaryOperator<JsonNode> answer) {
            this.answer = answer;
            this.link =
                    SocketLink.open(
                                    server,
                                    Map.of("token", person.token(), "clientType", "user-scoped"),
                                    this)
                            .orElseThrow(() -> new WireException("no connection"))
                            .link();
        }

        Line register(String method) throws Exception {
            link.send(Person.event("rpc-register", Map.of("method", method)));
            registered.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            return this;
        }

        CompletableFuture<JsonNode> calling(String method, String params) {
            return link.ask(Person.event("rpc-call", Map.of("method", method, "params", params)));
        }

        /// Missing when no answer came.
        JsonNode call(String method, String params) throws InterruptedException {
            return get(calling(method, params));
        }

        static JsonNode get(CompletableFuture<JsonNode> call) throws InterruptedException {
            try {
                return call.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            } catch (ExecutionException | TimeoutException e) {
                return MissingNode.getInstance();
            }
        }

        @Override
        public void event(String name, JsonNode args) {
            if (name.equals("rpc-registered")) {
                registered.complete(true);
            }
        }

        @Override
        public JsonNode asked(String name, JsonNode args) {
            asked.incrementAndGet();
            return answer.apply(args.path(1).path("params"));
        }

        @Override
        public void answeredTwice(int id) {
            twice.incrementAndGet();
        }

        @Override
        public void ended() {
            registered.completeExceptionally(new WireException("the connection has ended"));
        }

        /// Goes without a word.
        void leave() {
            link.cut();
        }

        @Override
        public void close() {
            leave();
        }
    }

    private Line line(Person person, UnaryOperator<JsonNode> answer) {
        return new Line(world, person, world.server(), answer);
    }

    static String text(JsonNode answer) {
        if (answer.isMissingNode()) {
            return "no answer";
        }
        return answer.path("ok").asBoolean(false)
                ? answer.path("result").asString("no result")
                : answer.path("error").asString("no error");
    }

    private Seen result() throws Exception {
        Person person = world.person();
        try (Line target = line(person, params -> params);
                Line caller = line(person, params -> params)) {
            target.register("m:echo");
            JsonNode answer = caller.call("m:echo", "hello");
            return Seen.of(
                    answer.path("ok").asBoolean(false) && text(answer).equals("hello"),
                    text(answer));
        }
    }

    private Seen many() throws Exception {
        Person person = world.person();
        try (Line target = line(person, params -> params);
                Line caller = line(person, params -> params)) {
            target.register("m:echo");
            List<CompletableFuture<JsonNode>> calls = new ArrayList<>();
            for (int i = 0; i < CALLS; i++) {
                calls.add(caller.calling("m:echo", "p" + i));
            }
            int right = 0;
            for (int i = 0; i < CALLS; i++) {
                right += text(Line.get(calls.get(i))).equals("p" + i) ? 1 : 0;
            }
            return Seen.of(
                    right == CALLS && target.asked.get() == CALLS && caller.twice.get() == 0,
                    right
                            + " of "
                            + CALLS
                            + " right, "
                            + target.asked.get()
                            + " requests, "
                            + caller.twice.get()
                            + " answered twice");
        }
    }

    private Seen nobody(long withinMillis) throws Exception {
        Person person = world.person();
        try (Line caller = line(person, params -> params)) {
            long begin = System.nanoTime();
            String answer = text(caller.call("m:nobody", "p"));
            long millis = (System.nanoTime() - begin) / 1_000_000;
            return Seen.of(
                    answer.equals("RPC method not available") && millis <= withinMillis,
                    answer + ", after " + millis + " ms");
        }
    }

    private Seen targetLeaves(long withinMillis) throws Exception {
        Person person = world.person();
        var asked = new CountDownLatch(1);
        var never = new CountDownLatch(1);
        try (Line caller = line(person, params -> params)) {
            Line target =
                    line(
                            person,
                            params -> {
                                asked.countDown();
                                try {
                                    never.await();
                                } catch (InterruptedException e) {
                                    Thread.currentThread().interrupt();
                                }
                                return params;
                            });
            try (target) {
                target.register("m:slow");
                CompletableFuture<JsonNode> call = caller.calling("m:slow", "p");
                if (!asked.await(10, TimeUnit.SECONDS)) {
                    return Seen.wrong("the target was not asked");
                }
                long begin = System.nanoTime();
                target.leave();
                String answer = text(Line.get(call));
                long millis = (System.nanoTime() - begin) / 1_000_000;
                return Seen.of(
                        answer.equals("RPC target disconnected") && millis <= withinMillis,
                        answer + ", after " + millis + " ms");
            } finally {
                never.countDown();
            }
        }
    }

    private Seen newest() throws Exception {
        Person person = world.person();
        try (Line old = line(person, _ -> Person.JSON.valueToTree("old"));
                Line fresh = line(person, _ -> Person.JSON.valueToTree("new"));
                Line caller = line(person, params -> params)) {
            old.register("m:who");
            fresh.register("m:who");
            String answer = text(caller.call("m:who", "p"));
            return Seen.of(answer.equals("new"), answer.equals("old") ? "the older one" : answer);
        }
    }

    private Seen otherAccount() throws Exception {
        Person person = world.person();
        Person stranger = world.person();
        try (Line target = line(person, params -> params);
                Line caller = line(stranger, params -> params)) {
            target.register("m:echo");
            String answer = text(caller.call("m:echo", "p"));
            return Seen.of(
                    target.asked.get() == 0 && answer.equals("RPC method not available"),
                    target.asked.get() == 0 ? "not called: " + answer : "called");
        }
    }

    private Seen ownSocket() throws Exception {
        Person person = world.person();
        try (Line line = line(person, params -> params)) {
            line.register("m:own");
            String answer = text(line.call("m:own", "p"));
            return Seen.of(answer.equals("Cannot call RPC on the same socket"), answer);
        }
    }

    private Seen noName() throws Exception {
        Person person = world.person();
        try (Line line = line(person, params -> params)) {
            String answer = text(line.call("", "p"));
            return Seen.of(answer.equals("Invalid parameters: method is required"), answer);
        }
    }
}
