package dev.roosthold.conformance.simulation;

import dev.roosthold.conformance.history.HistoryChecker;
import dev.roosthold.conformance.history.Operation;
import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.DeviceId;
import dev.roosthold.protocol.SessionId;
import dev.roosthold.relay.caller.Caller;
import dev.roosthold.relay.caller.Scope;
import dev.roosthold.relay.secrets.SealKey;
import dev.roosthold.relay.sessions.SessionAccess;
import dev.roosthold.relay.socket.ClientScope;
import dev.roosthold.relay.store.SimulatedStore;
import dev.roosthold.relay.store.SimulatedStore.Crash;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/// One run: a relay, its store and five clients in virtual time, one step at a time, each drawn by
/// the seed. A step delivers a packet, runs what waits for a thread, commits, loses a connection or
/// a request, lets a client act, or kills the relay. What must always hold is looked at after every
/// step that can break it.
final class Simulation {
    private static final int STEPS = 220;
    /// Writers of a relay that has a pool of them.
    private static final int POOL = 3;

    private static final int MOST_STEPS_TO_REST = 5_000;

    private final Random random;
    private final Bug bug;
    private final SimulatedStore store;
    private final Time time;
    private final SealKey key;
    private final long seed;
    private final Caller caller;
    private final SessionId session;
    private final List<SimulatedClient> clients = new ArrayList<>();
    private final List<Line> noticedLater = new ArrayList<>();
    private final List<Operation> history = new ArrayList<>();
    private final List<String> trace = new ArrayList<>();
    private final List<String> wrong = new ArrayList<>();
    private final Map<String, Long> acknowledged = new HashMap<>();
    private final Set<String> intended = new HashSet<>();
    private SimulatedRelay relay;
    private long ticks;
    private int crashes;
    private int lineIds;
    private long lastVersion;

    /// A clock that only the simulation moves.
    static final class Time implements InstantSource {
        private long nowMs = 1_800_000_000_000L;

        @Override
        public Instant instant() {
            return Instant.ofEpochMilli(nowMs);
        }
    }

    /// What came of a run.
    ///
    /// @param trace every step, the same for the same seed
    record Outcome(
            long seed, List<String> wrong, List<String> trace, int operations, int crashes) {}

    private Simulation(long seed, Bug bug, SimulatedStore store, Time time, SealKey key) {
        this.seed = seed;
        this.random = new Random(seed * 0x9E3779B97F4A7C15L);
        this.bug = bug;
        this.store = store;
        this.time = time;
        this.key = key;
        store.crash();
        store.plant(SimulatedStore.Bug.NONE);
        store.writers(random.nextBoolean() ? 1 : POOL);
        relay = new SimulatedRelay(store, time, key, bug);
        caller = newAccount("a");
        session = SessionAccess.create(relay.sessions(), caller, "tag");
        clients.add(client("listener", caller, session, new ClientScope.User(), false));
        clients.add(client("app", caller, session, new ClientScope.User(), true));
        clients.add(client("agent", caller, session, new ClientScope.Session(session), true));
        clients.add(client("watcher", caller, session, new ClientScope.Session(session), false));
        Caller stranger = newAccount("b");
        SessionId other = SessionAccess.create(relay.sessions(), stranger, "tag");
        clients.add(client("stranger", stranger, other, new ClientScope.User(), false));
        store.plant(planted(bug));
    }

    private static SimulatedStore.Bug planted(Bug bug) {
        return switch (bug) {
            case STORE_ANSWERS_BEFORE_COMMIT -> SimulatedStore.Bug.ANSWERS_BEFORE_COMMIT;
            case STORE_LOSES_COMMIT -> SimulatedStore.Bug.LOSES_COMMIT;
            case STORE_RUNS_TWICE -> SimulatedStore.Bug.RUNS_TWICE;
            case STORE_TELLS_LAST_FIRST -> SimulatedStore.Bug.TELLS_LAST_FIRST;
            case STORE_BREAKS_LANES -> SimulatedStore.Bug.BREAKS_LANES;
            default -> SimulatedStore.Bug.NONE;
        };
    }

    /// Runs one seed on a store that others have used or will use: accounts do not meet.
    static Outcome run(long seed, Bug bug, SimulatedStore store, Time time, SealKey key) {
        var simulation = new Simulation(seed, bug, store, time, key);
        try {
            simulation.run();
        } catch (RuntimeException e) {
            simulation.wrong("the run ended early: " + e);
        }
        simulation.cleanUp();
        return new Outcome(
                seed,
                simulation.wrong,
                simulation.trace,
                simulation.history.size(),
                simulation.crashes);
    }

    private Caller newAccount(String name) {
        String id = "s" + seed + name + bug.ordinal();
        store.writeNow(
                tx ->
                        tx.execute(
                                "INSERT INTO account (id, public_key, settings_version,"
                                        + " update_seq, machine_rev, created_at)"
                                        + " VALUES (?, ?, 0, 0, 0, 0)",
                                id,
                                id.getBytes(StandardCharsets.UTF_8)));
        return new Caller(new AccountId(id), new DeviceId("d" + id), new Scope.Account());
    }

    private SimulatedClient client(
            String name, Caller as, SessionId of, ClientScope scope, boolean sends) {
        return new SimulatedClient(name, this, as, of, scope, sends);
    }

    // ---- what clients use

    Random random() {
        return random;
    }

    SimulatedRelay relay() {
        return relay;
    }

    Bug bug() {
        return bug;
    }

    long tick() {
        return ++ticks;
    }

    Line newLine(String name) {
        return new Line(name, "socket" + lineIds++, relay.sockets());
    }

    void record(Operation operation) {
        history.add(operation);
    }

    void intended(String content) {
        intended.add(content);
    }

    void acknowledged(String localId, long number) {
        Long before = acknowledged.putIfAbsent(localId, number);
        if (before != null && before != number) {
            wrong(localId + " was acknowledged as " + before + " and " + number);
        }
    }

    void wrong(String what) {
        if (wrong.size() < 20) {
            wrong.add(what);
        }
    }

    // ---- the run

    private void run() {
        for (int step = 0; step < STEPS && wrong.isEmpty(); step++) {
            step(true);
        }
        for (int step = 0; step < MOST_STEPS_TO_REST && wrong.isEmpty(); step++) {
            if (isAtRest()) {
                break;
            }
            step(false);
        }
        if (wrong.isEmpty()) {
            if (!isAtRest()) {
                wrong("the clients did not come to rest");
            }
            compare();
        }
        HistoryChecker.check(history).violations().forEach(v -> wrong(v.toString()));
    }

    private boolean isAtRest() {
        return !store.hasWaiting()
                && !relay.hasTask()
                && clients.stream().allMatch(SimulatedClient::isQuiet);
    }

    /// Draws until something could be done.
    ///
    /// @param faults whether anything may break and clients begin new things
    private void step(boolean faults) {
        time.nowMs += random.nextInt(40);
        try {
            boolean done = false;
            for (int i = 0; i < 30 && !done; i++) {
                done = drawn(clients.get(random.nextInt(clients.size())), faults);
            }
        } catch (SimulatedStore.Crashed e) {
            crash("in a commit");
        }
    }

    /// @return whether there was something to do
    private boolean drawn(SimulatedClient client, boolean faults) {
        int dice = random.nextInt(1_000);
        if (dice < 15) {
            return faults && lose(client);
        } else if (dice < 17) {
            if (faults) {
                crash("at rest");
            }
            return faults;
        } else if (dice < 60) {
            return noticeOne();
        } else if (dice < 280) {
            return commit(faults);
        } else if (dice < 400) {
            return task();
        } else if (dice < 580) {
            return up(client);
        } else if (dice < 780) {
            return down(client);
        } else if (dice < 900) {
            return request(client, faults && random.nextInt(6) == 0);
        }
        boolean acts = client.act(faults);
        if (acts) {
            note("act " + client.name);
        }
        return acts;
    }

    private void note(String what) {
        trace.add(what);
    }

    private boolean task() {
        if (!relay.hasTask()) {
            return false;
        }
        note("task");
        relay.runTask();
        check();
        return true;
    }

    private boolean request(SimulatedClient client, boolean lost) {
        if (!client.hasRequest()) {
            return false;
        }
        note((lost ? "request lost " : "request ") + client.name);
        client.stepRequest(lost);
        check();
        return true;
    }

    private boolean lose(SimulatedClient client) {
        Line line = client.line().orElse(null);
        if (line == null) {
            return false;
        }
        note("lost " + client.name);
        client.lost();
        noticedLater.add(line);
        return true;
    }

    /// The relay learns that a connection has ended.
    private boolean noticeOne() {
        if (noticedLater.isEmpty()) {
            return false;
        }
        Line line = noticedLater.remove(random.nextInt(noticedLater.size()));
        note("noticed " + line.name);
        line.noticed();
        return true;
    }

    private boolean commit(boolean faults) {
        if (!store.hasWaiting()) {
            return false;
        }
        Crash crash =
                faults && random.nextInt(40) == 0
                        ? random.nextBoolean() ? Crash.BEFORE_COMMIT : Crash.AFTER_COMMIT
                        : Crash.NEVER;
        int most = 1 + random.nextInt(4);
        note("commit " + most + " " + crash);
        store.commit(most, crash, random::nextInt);
        check();
        return true;
    }

    private boolean up(SimulatedClient client) {
        Line line = client.line().orElse(null);
        if (line == null && !noticedLater.isEmpty()) {
            // What was sent before the loss may still arrive.
            line = noticedLater.get(random.nextInt(noticedLater.size()));
        }
        if (line == null || line.up.isEmpty()) {
            return false;
        }
        note("up " + line.name);
        line.up.removeFirst().run();
        return true;
    }

    private boolean down(SimulatedClient client) {
        Line line = client.line().orElse(null);
        if (line != null && line.down.isEmpty() && !line.relayOpen) {
            note("closed " + client.name);
            client.lost();
            return true;
        }
        if (line == null || line.down.isEmpty()) {
            return false;
        }
        note("down " + client.name);
        client.receive(line.down.removeFirst());
        return true;
    }

    private void crash(String when) {
        note("crash " + when);
        crashes++;
        store.crash();
        noticedLater.clear();
        for (SimulatedClient client : clients) {
            // What had left the relay before may still arrive.
            while (random.nextInt(3) > 0 && down(client)) {
                // The next one.
            }
        }
        relay = new SimulatedRelay(store, time, key, bug);
        clients.forEach(SimulatedClient::relayDied);
        check();
    }

    // ---- what must hold

    private record Stored(long number, String localId, String content) {}

    private List<Stored> stored() {
        return store.readNow(
                sql ->
                        sql.list(
                                "SELECT seq, local_id, content FROM message"
                                        + " WHERE session_id = ? ORDER BY seq",
                                row ->
                                        new Stored(
                                                row.getLong(1), row.getString(2), row.getString(3)),
                                session.value()));
    }

    /// After every step that may have changed what is stored.
    private void check() {
        Set<String> localIds = new HashSet<>();
        Set<String> contents = new HashSet<>();
        Map<String, Long> numbers = new HashMap<>();
        long next = 1;
        for (Stored message : stored()) {
            if (message.number() != next++) {
                wrong("no message " + (next - 1) + " before " + message.number());
            }
            if (!localIds.add(message.localId())) {
                wrong(message.localId() + " is stored twice");
            }
            if (!contents.add(message.content())) {
                wrong("what was sent once is stored twice: " + message.content());
            }
            numbers.put(message.localId(), message.number());
        }
        acknowledged.forEach(
                (localId, number) -> {
                    if (!number.equals(numbers.get(localId))) {
                        wrong(
                                localId
                                        + " was acknowledged as "
                                        + number
                                        + " and is "
                                        + numbers.get(localId));
                    }
                });
        long holes =
                store.readNow(
                                sql ->
                                        sql.first(
                                                "SELECT coalesce(max(seq), 0) - count(*)"
                                                        + " FROM update_log WHERE account_id = ?",
                                                row -> row.getLong(1),
                                                caller.account().value()))
                        .orElse(0L);
        if (holes != 0) {
            wrong("the log has " + holes + " holes");
        }
        long version = relay.metadata(caller.account(), session).version();
        if (version < lastVersion) {
            wrong("version " + version + " after " + lastVersion);
        }
        lastVersion = version;
    }

    /// In the end everybody has the same, and everything that was meant to be sent is there once.
    private void compare() {
        check();
        List<String> theirs = stored().stream().map(Stored::localId).toList();
        for (SimulatedClient client : clients) {
            boolean own = !client.name.equals("stranger");
            List<String> mine = List.copyOf(client.messages.values());
            if (own && !mine.equals(theirs)) {
                wrong(client.name + " has " + mine + ", the relay " + theirs);
            }
        }
        Set<String> contents = new HashSet<>();
        stored().forEach(message -> contents.add(message.content()));
        for (String id : intended) {
            if (!contents.contains("content " + id)) {
                wrong(id + " was never stored");
            }
        }
    }

    /// So that a run costs the same however many were before it.
    private void cleanUp() {
        store.crash();
        store.plant(SimulatedStore.Bug.NONE);
        store.writeNow(
                tx -> {
                    tx.execute("DELETE FROM message WHERE session_id = ?", session.value());
                    String like = "s" + seed + "_" + bug.ordinal();
                    tx.execute("DELETE FROM session WHERE account_id LIKE ?", like);
                    return tx.execute("DELETE FROM update_log WHERE account_id LIKE ?", like);
                });
    }
}
