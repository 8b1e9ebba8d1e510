package dev.roosthold.conformance.chaos;

import dev.roosthold.conformance.wire.Http1;
import dev.roosthold.conformance.wire.WireException;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/// Runs many clients at random for a while, lets them come to rest and compares what they know.
///
/// The server needs open registration and keeps the accounts. Limits for single addresses and
/// sockets must allow what the run does: ten sockets for each account, all from one address.
public final class ChaosSuite {
    private static final int SESSIONS = 2;
    private static final Duration REST = Duration.ofSeconds(60);

    private final Options options;
    private final Findings findings = new Findings();
    private final HttpClient http =
            Http1.client().executor(Executors.newVirtualThreadPerTaskExecutor()).build();
    private final List<Account> accounts = new ArrayList<>();
    private final List<ChaosClient> clients = new ArrayList<>();
    private volatile boolean running = true;

    /// What to run.
    ///
    /// @param seed of everything that is drawn; the interleaving on the server is not drawn
    /// @param accounts each with two sessions and ten sockets
    /// @param duration until the clients come to rest
    /// @param kills how often the server is killed meanwhile
    public record Options(long seed, int accounts, Duration duration, int kills) {}

    /// Kills the server without warning and starts it again on the same address with the same data.
    @FunctionalInterface
    public interface Killer {
        /// Returns when the server serves again.
        void killAndRestart() throws Exception;
    }

    private ChaosSuite(Options options) {
        this.options = options;
    }

    /// Runs against a server that stays up.
    public static ChaosReport run(URI server, Options options) throws InterruptedException {
        return run(
                server,
                options,
                () -> {
                    throw new IllegalStateException("no way to kill the server");
                });
    }

    /// Runs against a server that can be killed.
    public static ChaosReport run(URI server, Options options, Killer killer)
            throws InterruptedException {
        var suite = new ChaosSuite(options);
        try {
            return suite.run(server, killer);
        } finally {
            suite.running = false;
            suite.clients.forEach(ChaosClient::close);
            suite.http.shutdownNow();
        }
    }

    private ChaosReport run(URI server, Killer killer) throws InterruptedException {
        Random random = new Random(options.seed());
        for (int i = 0; i < options.accounts(); i++) {
            Account account = new Account(http, server, SESSIONS);
            accounts.add(account);
            for (ChaosClient.Kind kind : kinds(account)) {
                String name = "c" + clients.size();
                var own = new Random(random.nextLong());
                clients.add(new ChaosClient(name, kind, account, server, own, findings));
            }
        }
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> working = new ArrayList<>();
            for (ChaosClient client : clients) {
                var own = new Random(random.nextLong());
                working.add(executor.submit(() -> work(client, own)));
            }
            for (int kill = 0; kill < options.kills(); kill++) {
                sleep(options.duration().dividedBy(options.kills() + 1L));
                killer.killAndRestart();
            }
            sleep(options.duration().dividedBy(options.kills() + 1L));
            running = false;
            for (Future<?> client : working) {
                client.get();
            }
            rest(executor);
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            findings.wrong("the run ended early: " + e);
            return findings.report(options.seed(), options.kills());
        }
        verify();
        return findings.report(options.seed(), options.kills());
    }

    /// Ten sockets: three that only listen, two that also send, two for each session, a daemon.
    private static List<ChaosClient.Kind> kinds(Account account) {
        List<ChaosClient.Kind> kinds = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            kinds.add(new ChaosClient.Kind.User(i >= 3));
        }
        for (String session : account.sessions()) {
            kinds.add(new ChaosClient.Kind.Session(session));
            kinds.add(new ChaosClient.Kind.Session(session));
        }
        kinds.add(new ChaosClient.Kind.Daemon());
        return kinds;
    }

    private void work(ChaosClient client, Random own) {
        try {
            while (running) {
                client.step();
                TimeUnit.MILLISECONDS.sleep(own.nextInt(60));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (WireException | IllegalStateException e) {
            findings.wrong("a client failed: " + e);
        }
    }

    private void sleep(Duration time) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(time.toMillis());
    }

    /// Until every client has sent what it had and hears nothing more.
    private void rest(ExecutorService executor) throws Exception {
        long end = System.nanoTime() + REST.toNanos();
        int quiet = 0;
        while (quiet < 5) {
            List<Future<Boolean>> settling = new ArrayList<>();
            for (ChaosClient client : clients) {
                settling.add(executor.submit(client::settle));
            }
            boolean all = true;
            for (Future<Boolean> client : settling) {
                all &= client.get();
            }
            quiet = all ? quiet + 1 : 0;
            if (System.nanoTime() > end) {
                findings.wrong("the clients did not come to rest");
                return;
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    private void verify() {
        for (Account account : accounts) {
            for (String session : account.sessions()) {
                List<Account.Stored> stored = account.messagesAfter(session, 0).orElseThrow();
                long next = 1;
                var localIds = new HashSet<String>();
                for (Account.Stored message : stored) {
                    if (message.seq() != next++) {
                        findings.wrong("number " + message.seq() + " follows " + (next - 2));
                        next = message.seq() + 1;
                    }
                    if (!localIds.add(message.localId())) {
                        findings.wrong(message.localId() + " is stored twice");
                    }
                }
                for (String localId : account.acknowledged(session)) {
                    if (!localIds.contains(localId)) {
                        findings.wrong(localId + " was acknowledged and is lost");
                    }
                }
            }
        }
        clients.forEach(ChaosClient::verify);
    }
}
