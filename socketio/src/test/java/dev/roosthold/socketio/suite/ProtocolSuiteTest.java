package dev.roosthold.socketio.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.socketio.ConformanceServer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// Every rule of the two protocol documents, three times in a row, with one event loop and with
/// several. The cases of one round run side by side, as clients do.
class ProtocolSuiteTest {

    private static final int CASES = 57;
    private static final int ROUNDS = 3;
    private static final int AT_ONCE = 8;

    private static final int MOST_VOIDED = 10;

    private static ExecutorService runners;
    private static StallMeter stallMeter;
    private static final List<ConformanceServer> servers = new ArrayList<>();

    @BeforeAll
    static void startRunners() {
        stallMeter = new StallMeter();
        runners = Executors.newFixedThreadPool(AT_ONCE, Thread.ofPlatform().daemon().factory());
    }

    @AfterAll
    static void stopServers() {
        runners.shutdownNow();
        stallMeter.close();
        servers.forEach(ConformanceServer::close);
    }

    @TestFactory
    Stream<DynamicNode> holdsEveryRuleOfTheProtocols() {
        return Stream.of(1, 4)
                .map(
                        loops ->
                                DynamicContainer.dynamicContainer(
                                        loops + " event loops", rounds(loops)));
    }

    private static Stream<DynamicNode> rounds(int loops) {
        var server = ConformanceServer.start(0, 0, loops);
        servers.add(server);
        var cases = new ArrayList<Case>();
        var raw = new Endpoint(server.enginePort(), "/engine.io/");
        cases.addAll(EngineCases.session(raw));
        cases.addAll(EngineCases.messages(raw));
        cases.addAll(SocketCases.all(new Endpoint(server.port(), "/socket.io/")));
        assertThat(cases).hasSize(CASES);
        System.out.printf("protocol suites: %d cases, %d event loops%n", cases.size(), loops);
        return IntStream.rangeClosed(1, ROUNDS)
                .mapToObj(
                        round -> DynamicContainer.dynamicContainer("round " + round, round(cases)));
    }

    private static Stream<DynamicTest> round(List<Case> cases) {
        var running = cases.stream().map(ProtocolSuiteTest::start).toList();
        return IntStream.range(0, cases.size())
                .mapToObj(
                        i ->
                                DynamicTest.dynamicTest(
                                        cases.get(i).name(), () -> report(running.get(i))));
    }

    private static Future<Void> start(Case one) {
        Callable<Void> call =
                () -> {
                    runUnstalled(one);
                    return null;
                };
        return runners.submit(call);
    }

    /// A failure counts unless the process was stalled meanwhile; then the case has to run again.
    private static void runUnstalled(Case one) throws Exception {
        for (int voided = 0; ; voided++) {
            long stalls = stallMeter.stalls();
            try {
                one.body().run();
                return;
            } catch (Exception | AssertionError failure) {
                if (stallMeter.stalls() == stalls || voided == MOST_VOIDED) {
                    throw failure;
                }
                System.out.printf("run again, the machine stalled: %s%n", one.name());
            }
        }
    }

    private static void report(Future<Void> outcome) throws Throwable {
        try {
            outcome.get();
        } catch (ExecutionException e) {
            throw e.getCause();
        }
    }
}
