package dev.roosthold.conformance.cases;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.roosthold.conformance.RelayProcess;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// The table against the relay. Its large suites have tests of their own.
@Execution(ExecutionMode.CONCURRENT)
class ConformanceTest {
    private static final Set<Group> OWN =
            EnumSet.of(
                    Group.ORDERING, Group.ONCE, Group.RPC, Group.NODES, Group.FAULTS, Group.EXTRAS);

    @TempDir Path data;

    @Test
    void theRelayDoesWhatIsRequiredAndWhatIsBetter() throws Exception {
        table(OWN);
    }

    @Test
    void theRelayIsTruthfulAboutPresence() throws Exception {
        table(EnumSet.of(Group.PRESENCE));
    }

    private void table(Set<Group> groups) throws Exception {
        List<Result> results = new ArrayList<>();
        try (var relay = RelayProcess.start(data)) {
            Conformance.Summary summary =
                    Conformance.run(
                            Conformance.Options.of(relay.url())
                                    .withGroups(groups)
                                    .withSecond(relay.url())
                                    .withFaults(7)
                                    .withLoad(Duration.ofSeconds(1)),
                            results::add);
            assertThat(results).filteredOn(result -> !result.passed()).isEmpty();
            assertThat(summary.failures()).isZero();
            assertThat(summary.cases()).isEqualTo(results.size());
        }
        assertThat(results)
                .filteredOn(r -> r.grade() == Grade.EXTRA)
                .allMatch(result -> result.seen().equals("offered"));
    }

    /// Answers everything with 200 and nothing of use.
    @Test
    void aServerThatKnowsNothingFailsEveryRequiredCaseAndEndsNone() throws Exception {
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
        server.createContext(
                "/",
                exchange -> {
                    byte[] body = "{}".getBytes(StandardCharsets.US_ASCII);
                    exchange.sendResponseHeaders(200, body.length);
                    exchange.getResponseBody().write(body);
                    exchange.close();
                });
        server.start();
        List<Result> results = new ArrayList<>();
        try {
            Conformance.run(
                    Conformance.Options.of(
                                    URI.create("http://127.0.0.1:" + server.getAddress().getPort()))
                            .withGroups(EnumSet.of(Group.ORDERING, Group.RPC)),
                    results::add);
        } finally {
            server.stop(0);
        }
        assertThat(results)
                .filteredOn(result -> result.grade() == Grade.REQUIRED)
                .isNotEmpty()
                .noneMatch(Result::passed);
    }
}
