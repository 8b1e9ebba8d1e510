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

/// A machine that answers calls with their parameters, some at once and some after a moment, and
/// comes back at another address when its connection ends.
final class CalledMachine {
    private static final int LOOKS_AT_ONE_ADDRESS = 400;
    private static final int LONGEST_WORK_MILLIS = 60;

    private final String machine;
    private final Whereabouts where;
    private final Random random;
    private final Calls calls;
    private final Counters counters;
    private @Nullable SocketLink link;

    CalledMachine(
            String machine, Whereabouts where, Random random, Calls calls, Counters counters) {
        this.machine = machine;
        this.where = where;
        this.random = random;
        this.calls = calls;
        this.counters = counters;
    }

    String method() {
        return machine + ":echo";
    }

    void run(BooleanSupplier running) throws InterruptedException {
        while (running.getAsBoolean()) {
            SocketLink open = link;
            if (open == null || !open.isOpen()) {
                if (!comes()) {
                    where.moveOn();
                    TimeUnit.MILLISECONDS.sleep(20 + random.nextInt(80));
                }
            } else if (random.nextInt(LOOKS_AT_ONE_ADDRESS) == 0) {
                open.cut();
                where.moveAnywhere();
            }
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    void close() {
        SocketLink open = link;
        if (open != null) {
            open.cut();
        }
    }

    private boolean comes() throws InterruptedException {
        Api api = where.here();
        Map<String, String> auth =
                Map.of("token", api.bearer(), "clientType", "machine-scoped", "machineId", machine);
        var ears = new Ears(api.server());
        SocketLink open =
                SocketLink.open(api.server(), auth, ears)
                        .map(SocketLink.Connected::link)
                        .orElse(null);
        link = open;
        if (open == null) {
            return false;
        }
        String event =
                Api.JSON.writeValueAsString(List.of("rpc-register", Map.of("method", method())));
        try {
            if (open.ask(event)
                    .get(api.patience().toMillis(), TimeUnit.MILLISECONDS)
                    .path("ok")
                    .asBoolean(false)) {
                ears.serves();
                return true;
            }
        } catch (ExecutionException | TimeoutException e) {
            // As a client that is not sure: from the beginning.
        }
        open.cut();
        return false;
    }

    private final class Ears implements SocketLink.Listener {
        private final URI address;
        private volatile Calls.@Nullable Service service;
        private volatile long servedTo;

        Ears(URI address) {
            this.address = address;
        }

        /// It is known that calls come here from now on, until it ends.
        void serves() {
            Calls.Service begun = calls.serves(method(), address);
            service = begun;
            if (servedTo != 0) {
                begun.end();
            }
        }

        @Override
        public void event(String event, JsonNode args) {
            // It only answers.
        }

        @Override
        public JsonNode asked(String event, JsonNode args) {
            JsonNode params = args.path(1).path("params");
            String id = params.asString("");
            calls.ran(id, address);
            try {
                TimeUnit.MILLISECONDS.sleep(Math.floorMod(id.hashCode(), LONGEST_WORK_MILLIS));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return params;
        }

        @Override
        public void answeredTwice(int id) {
            counters.trouble(machine + " got a second answer to " + id);
        }

        @Override
        public void ended() {
            counters.cuts.increment();
            servedTo = System.nanoTime();
            Calls.Service served = service;
            if (served != null) {
                served.end();
            }
        }
    }
}
