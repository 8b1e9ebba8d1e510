package dev.roosthold.conformance.crowd;

import dev.roosthold.conformance.history.History;
import dev.roosthold.conformance.history.HistoryChecker;
import dev.roosthold.conformance.history.Verdict;
import dev.roosthold.conformance.wire.Http1;
import dev.roosthold.conformance.wire.WireException;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/// Lets a crowd work for a while, lets it come to rest, and judges what it saw.
///
/// The server needs open registration and keeps the accounts.
public final class Crowd {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration REST = Duration.ofSeconds(60);

    private final CrowdOptions options;
    private final History history = new History();
    private final Counters counters = new Counters();
    private final Calls calls = new Calls(counters);
    private final Queue<Pauses.Wait> waits = new ConcurrentLinkedQueue<>();
    private final List<CrowdClient> clients = new ArrayList<>();

    /// What works beside the clients, when there are several nodes.
    private final List<Part> parts = new ArrayList<>();
    private volatile boolean running = true;
    private final Map<Trouble.Kind, Integer> done = new EnumMap<>(Trouble.Kind.class);

    /// @param work until it is told to stop
    private record Part(Work work, Runnable close) {}

    private interface Work {
        void run(BooleanSupplier running) throws InterruptedException;
    }

    private Crowd(CrowdOptions options) {
        this.options = options;
    }

    /// Runs.
    ///
    /// @param server address that is not disturbed, where the accounts are made
    /// @param addresses that the clients use, in turn; at least one
    /// @param trouble what happens meanwhile; it is closed before the clients come to rest
    /// @throws WireException when the accounts cannot be made
    public static CrowdReport run(
            URI server, List<URI> addresses, CrowdOptions options, Trouble trouble)
            throws InterruptedException {
        var crowd = new Crowd(options);
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
                HttpClient http = client(executor)) {
            try {
                return crowd.run(server, addresses, trouble, http, executor);
            } finally {
                crowd.running = false;
                crowd.clients.forEach(CrowdClient::close);
                crowd.parts.forEach(part -> part.close().run());
                http.shutdownNow();
            }
        }
    }

    private static HttpClient client(ExecutorService executor) {
        return Http1.client()
                .connectTimeout(PATIENCE)
                .executor(executor)
                .build();
    }

    private CrowdReport run(
            URI server,
            List<URI> addresses,
            Trouble trouble,
            HttpClient http,
            ExecutorService executor)
            throws InterruptedException {
        var random = new Random(options.seed());
        for (int i = 0; i < options.accounts(); i++) {
            Household household = Household.moveIn(http, server);
            for (int j = 0; j < options.clients(); j++) {
                var own = new Random(random.nextLong());
                clients.add(
                        new CrowdClient(
                                "c" + clients.size(),
                                household,
                                where(http, household, addresses, clients.size(), own),
                                own,
                                history,
                                counters,
                                PATIENCE));
            }
            if (options.nodes()) {
                addParts(http, household, addresses, random);
            }
        }
        List<Future<?>> working = new ArrayList<>();
        for (CrowdClient client : clients) {
            var own = new Random(random.nextLong());
            working.add(executor.submit(() -> work(client, own)));
        }
        for (Part part : parts) {
            working.add(executor.submit(() -> work(part)));
        }
        disturb(trouble);
        running = false;
        for (Future<?> client : working) {
            await(client);
        }
        rest(executor);
        Verdict verdict = HistoryChecker.check(history.operations());
        return new CrowdReport(
                options.seed(),
                counters.operations.sum(),
                counters.acknowledged.sum(),
                counters.heard.sum(),
                counters.cuts.sum(),
                done,
                TimeUnit.NANOSECONDS.toMillis(counters.slowestNanos.get()),
                verdict,
                Pauses.of(trouble.faults(), waits),
                options.nodes() ? calls.report(trouble.faults()) : CallReport.NONE,
                counters.troubles());
    }

    /// A client that may move knows all addresses, another one only its own.
    private Whereabouts where(
            HttpClient http, Household household, List<URI> addresses, int first, Random random) {
        int at = first % addresses.size();
        List<URI> known = options.nodes() ? addresses : List.of(addresses.get(at));
        List<Api> places =
                known.stream()
                        .map(address -> new Api(http, address, household.token(), PATIENCE))
                        .toList();
        return new Whereabouts(places, options.nodes() ? at : 0, random);
    }

    /// For an account: a machine that is called, and at each address a caller and two that send
    /// without end.
    private void addParts(
            HttpClient http, Household household, List<URI> addresses, Random random) {
        var ofMachine = new Random(random.nextLong());
        var machine =
                new CalledMachine(
                        household.machine(),
                        where(http, household, addresses, random.nextInt(1_000), ofMachine),
                        ofMachine,
                        calls,
                        counters);
        parts.add(new Part(machine::run, machine::close));
        for (int at = 0; at < addresses.size(); at++) {
            var ofCaller = new Random(random.nextLong());
            var caller =
                    new Caller(
                            "caller" + parts.size(),
                            machine.method(),
                            where(http, household, addresses, at, ofCaller),
                            ofCaller,
                            calls,
                            counters);
            parts.add(new Part(caller::run, caller::close));
            for (Pulse.Way way : Pulse.Way.values()) {
                var ofPulse = new Random(random.nextLong());
                var pulse =
                        new Pulse(
                                "p" + parts.size(),
                                way,
                                household.sessions().get(at % household.sessions().size()),
                                where(http, household, addresses, at, ofPulse),
                                ofPulse,
                                history,
                                counters,
                                waits);
                parts.add(new Part(pulse::run, pulse::close));
            }
        }
    }

    /// Until the time is over or enough was done.
    private void disturb(Trouble trouble) throws InterruptedException {
        long end = System.nanoTime() + options.duration().toNanos();
        try (trouble) {
            boolean more = true;
            while (more
                    && System.nanoTime() < end
                    && counters.operations.sum() < options.operations()) {
                Trouble.Kind what = trouble.next();
                done.merge(what, 1, Integer::sum);
                more = what != Trouble.Kind.DONE;
            }
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            counters.trouble("the run ended early: " + e);
        }
    }

    private void work(Part part) {
        try {
            part.work().run(() -> running);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (WireException | IllegalStateException e) {
            counters.trouble("a client failed: " + e);
        }
    }

    private void work(CrowdClient client, Random own) {
        long pause = options.pause().toNanos();
        try {
            while (running) {
                client.step();
                if (pause > 0) {
                    TimeUnit.NANOSECONDS.sleep(own.nextLong(pause));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (WireException | IllegalStateException e) {
            counters.trouble("a client failed: " + e);
        }
    }

    /// Until every client has sent what it had and read everything.
    private void rest(ExecutorService executor) throws InterruptedException {
        long end = System.nanoTime() + REST.toNanos();
        List<CrowdClient> restless = new ArrayList<>(clients);
        while (!restless.isEmpty()) {
            List<Future<Boolean>> settling = new ArrayList<>();
            for (CrowdClient client : restless) {
                settling.add(executor.submit(client::settle));
            }
            List<CrowdClient> still = new ArrayList<>();
            for (int i = 0; i < settling.size(); i++) {
                if (!await(settling.get(i)).equals(Boolean.TRUE)) {
                    still.add(restless.get(i));
                }
            }
            restless = still;
            if (System.nanoTime() > end) {
                counters.trouble(restless.size() + " clients did not come to rest");
                return;
            }
            if (!restless.isEmpty()) {
                TimeUnit.MILLISECONDS.sleep(100);
            }
        }
    }

    private Object await(Future<?> future) throws InterruptedException {
        try {
            Object result = future.get();
            return result == null ? Boolean.TRUE : result;
        } catch (ExecutionException e) {
            counters.trouble("a client failed: " + e.getCause());
            return Boolean.TRUE;
        }
    }
}
