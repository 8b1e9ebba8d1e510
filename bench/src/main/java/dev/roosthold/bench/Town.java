package dev.roosthold.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import tools.jackson.databind.JsonNode;

/// Accounts with an app each, and their machines and sessions, dealt out in turns. Members stand in
/// one row: apps, machines, sessions.
final class Town {
    private static final int METADATA = 600;
    private static final int AT_ONCE = 64;

    private final RelayApi api;
    private final List<String> tokens;
    private final int machines;
    private final List<String> sessions;
    private final double seconds;

    private Town(
            RelayApi api,
            List<String> tokens,
            int machines,
            List<String> sessions,
            double seconds) {
        this.api = api;
        this.tokens = tokens;
        this.machines = machines;
        this.sessions = sessions;
        this.seconds = seconds;
    }

    /// Somebody who connects.
    sealed interface Member {
        record App() implements Member {}

        record Machine(String id) implements Member {}

        record Session(String id) implements Member {}
    }

    static Town build(RelayApi api, int apps, int machines, int sessions)
            throws InterruptedException, ExecutionException {
        long start = System.nanoTime();
        List<String> tokens = each(apps, _ -> api.signUp());
        String metadata = "m".repeat(METADATA);
        each(
                machines,
                i ->
                        api.call(
                                        "POST",
                                        "/v1/machines",
                                        tokens.get(i % apps),
                                        Map.of("id", machine(i), "metadata", metadata))
                                .path("machine")
                                .path("id")
                                .asString());
        List<String> ids =
                each(sessions, i -> api.session(tokens.get(i % apps), "s" + i, METADATA));
        return new Town(api, tokens, machines, ids, (System.nanoTime() - start) / 1e9);
    }

    /// Members in all.
    int size() {
        return tokens.size() + machines + sessions.size();
    }

    /// How long it took to make.
    double seconds() {
        return seconds;
    }

    List<String> sessions() {
        return sessions;
    }

    List<String> tokens() {
        return tokens;
    }

    static String machine(int number) {
        return "machine-" + number;
    }

    /// How each member connects.
    List<LoadSocket.Entrance> entrances() {
        var all = new ArrayList<LoadSocket.Entrance>();
        tokens.forEach(token -> all.add(RelayApi.user(token)));
        all.addAll(machineEntrances());
        for (int i = 0; i < sessions.size(); i++) {
            all.add(RelayApi.session(tokens.get(i % tokens.size()), sessions.get(i)));
        }
        return all;
    }

    List<LoadSocket.Entrance> machineEntrances() {
        var all = new ArrayList<LoadSocket.Entrance>();
        for (int i = 0; i < machines; i++) {
            all.add(RelayApi.machine(tokens.get(i % tokens.size()), machine(i)));
        }
        return all;
    }

    Member at(int number) {
        if (number < tokens.size()) {
            return new Member.App();
        }
        int machine = number - tokens.size();
        return machine < machines
                ? new Member.Machine(machine(machine))
                : new Member.Session(sessions.get(machine - machines));
    }

    /// The number of the app that hears that member.
    int appOf(int number) {
        return switch (at(number)) {
            case Member.App() -> number;
            case Member.Machine _ -> (number - tokens.size()) % tokens.size();
            case Member.Session _ -> (number - tokens.size() - machines) % tokens.size();
        };
    }

    /// Ids of the machines that the relay does not show online.
    Set<String> offline() throws IOException, InterruptedException {
        var offline = new HashSet<String>();
        for (String token : tokens) {
            for (JsonNode machine : api.get(token, "/v1/machines")) {
                if (!machine.path("active").asBoolean()) {
                    offline.add(machine.path("id").asString());
                }
            }
        }
        return offline;
    }

    private interface Make {
        String of(int number) throws Exception;
    }

    private static List<String> each(int count, Make make)
            throws InterruptedException, ExecutionException {
        var made = new ArrayList<Future<String>>();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var limit = new Semaphore(AT_ONCE);
            for (int i = 0; i < count; i++) {
                int number = i;
                limit.acquire();
                Callable<String> task =
                        () -> {
                            try {
                                return make.of(number);
                            } finally {
                                limit.release();
                            }
                        };
                made.add(executor.submit(task));
            }
        }
        var all = new ArrayList<String>(count);
        for (Future<String> one : made) {
            all.add(one.get());
        }
        return all;
    }
}
