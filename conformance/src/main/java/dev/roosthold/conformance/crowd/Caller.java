package dev.roosthold.conformance.crowd;

import dev.roosthold.conformance.wire.SocketLink;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// A client that calls a method of a machine, one call after the other.
final class Caller {
    /// Longer than a server that keeps its promise takes for anything.
    private static final int ANSWER_SECONDS = 35;

    private static final int CALLS_AT_ONE_ADDRESS = 200;

    private final String name;
    private final String method;
    private final Whereabouts where;
    private final Random random;
    private final Calls calls;
    private final Counters counters;
    private @Nullable SocketLink link;

    /// Where the link leads.
    private URI at;

    private int made;

    Caller(
            String name,
            String method,
            Whereabouts where,
            Random random,
            Calls calls,
            Counters counters) {
        this.name = name;
        this.method = method;
        this.where = where;
        this.at = where.here().server();
        this.random = random;
        this.calls = calls;
        this.counters = counters;
    }

    void run(BooleanSupplier running) throws InterruptedException {
        while (running.getAsBoolean()) {
            SocketLink open = connected();
            if (open == null) {
                where.moveOn();
                TimeUnit.MILLISECONDS.sleep(20 + random.nextInt(80));
                continue;
            }
            call(open);
            if (random.nextInt(CALLS_AT_ONE_ADDRESS) == 0) {
                open.cut();
                where.moveAnywhere();
            }
            TimeUnit.MILLISECONDS.sleep(random.nextInt(20));
        }
    }

    void close() {
        SocketLink open = link;
        if (open != null) {
            open.cut();
        }
    }

    private void call(SocketLink open) throws InterruptedException {
        String id = name + "-" + made++;
        String event =
                Api.JSON.writeValueAsString(
                        List.of("rpc-call", Map.of("method", method, "params", id)));
        long begin = System.nanoTime();
        try {
            calls.answered(
                    method, id, at, begin, open.ask(event).get(ANSWER_SECONDS, TimeUnit.SECONDS));
        } catch (ExecutionException e) {
            calls.cut();
        } catch (TimeoutException e) {
            counters.trouble("the call " + id + " was not answered");
            open.cut();
        }
    }

    private @Nullable SocketLink connected() {
        SocketLink open = link;
        if (open == null || !open.isOpen()) {
            Api api = where.here();
            at = api.server();
            link =
                    SocketLink.open(
                                    api.server(),
                                    Map.of("token", api.bearer(), "clientType", "user-scoped"),
                                    new Ears())
                            .map(SocketLink.Connected::link)
                            .orElse(null);
        }
        return link;
    }

    private final class Ears implements SocketLink.Listener {
        @Override
        public void event(String event, JsonNode args) {
            // Others listen.
        }

        @Override
        public JsonNode asked(String event, JsonNode args) {
            return args.path(1).path("params");
        }

        @Override
        public void answeredTwice(int id) {
            counters.trouble(name + " got a second answer to its call " + id);
        }

        @Override
        public void ended() {
            counters.cuts.increment();
        }
    }
}
