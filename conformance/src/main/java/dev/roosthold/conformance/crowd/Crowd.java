package dev.roosthold.conformance.crowd;

import dev.roosthold.conformance.history.History;
import dev.roosthold.conformance.history.HistoryChecker;
import dev.roosthold.conformance.history.Verdict;
import dev.roosthold.conformance.wire.WireException;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/// Lets a crowd work for a while, lets it come to rest, and judges what it saw.
///
/// The server needs open registration and keeps the accounts.
public final class Crowd {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration REST = Duration.ofSeconds(60);

    private final CrowdOptions options;
    private final History history = new History();
    private final Counters counters = new Counters();
    private final List<CrowdClient> clients = new ArrayList<>();
    private volatile boolean running = true;
    private int kills;
    private int faults;

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
                http.shutdownNow();
            }
        }
    }

    private static HttpClient client(ExecutorService executor) {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
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
                URI address = addresses.get(clients.size() % addresses.size());
                clients.add(
                        new CrowdClient(
                                "c" + clients.size(),
                                household,
                                http,
                                address,
                                new Random(random.nextLong()),
                                history,
                                counters,
                                PATIENCE));
            }
        }
        List<Future<?>> working = new ArrayList<>();
        for (CrowdClient client : clients) {
            var own = new Random(random.nextLong());
            working.add(executor.submit(() -> work(client, own)));
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
                kills,
                faults,
                TimeUnit.NANOSECONDS.toMillis(counters.slowestNanos.get()),
                verdict,
                counters.troubles());
    }

    /// Until the time is over or enough was done.
    private void disturb(Trouble trouble) throws InterruptedException {
        long end = System.nanoTime() + options.duration().toNanos();
        try (trouble) {
            boolean more = true;
            while (more
                    && System.nanoTime() < end
                    && counters.operations.sum() < options.operations()) {
                switch (trouble.next()) {
                    case KILL -> kills++;
                    case LINK -> faults++;
                    case NOTHING -> {}
                    case DONE -> more = false;
                }
            }
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            counters.trouble("the run ended early: " + e);
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
