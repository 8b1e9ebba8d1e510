package dev.roosthold.conformance.isolation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.conformance.RelayRig;
import dev.roosthold.relay.Relay;
import dev.roosthold.relay.RelayConfig;
import dev.roosthold.relay.RelayListing;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@Execution(ExecutionMode.CONCURRENT)
class IsolationTest {
    @TempDir Path folder;

    @Test
    void everyIdOfAnotherAccountIsAnsweredLikeNobodysAndNothingLeaksOrChanges() throws IOException {
        try (RelayRig relay = RelayRig.start(folder)) {
            IsolationSuite.Report report =
                    IsolationSuite.against(
                            relay.url(), new DatabaseRows(folder.resolve("relay.db")));

            System.out.println(report.tries() + " answers for ids of another account");
            assertThat(report.violations()).isEmpty();
            assertThat(report.notBest()).isEmpty();
            assertThat(report.notOffered()).isEmpty();
            assertThat(report.tries()).isGreaterThan(2000);
            assertThat(report.ids())
                    .as("one of everything")
                    .containsAll(
                            List.of(
                                    "account",
                                    "session",
                                    "otherSession",
                                    "message",
                                    "localId",
                                    "tag",
                                    "machine",
                                    "webMachine",
                                    "otherMachine",
                                    "assistant",
                                    "job",
                                    "artifact",
                                    "key",
                                    "pushToken",
                                    "endpoint",
                                    "vendor",
                                    "file",
                                    "feedItem",
                                    "pairing",
                                    "accountPairing",
                                    "usageKey",
                                    "report",
                                    "device",
                                    "devicemachine",
                                    "deviceterminal"));
        }
    }

    /// A route or an event that is added without a line in [Tries] fails here.
    @Test
    void everyRouteAndEventOfTheRelayIsTried() throws IOException {
        try (Relay relay =
                Relay.start(
                        RelayConfig.defaults()
                                .withPort(0)
                                .withDataDirectory(folder.resolve("listed")))) {
            Set<String> routes = new TreeSet<>();
            for (String route : RelayListing.routes(relay)) {
                routes.add(route.replaceAll(":[A-Za-z]+", "*"));
            }
            routes.removeAll(IsolationSuite.routes());
            assertThat(routes).as("routes without a try").isEmpty();

            Set<String> events = new TreeSet<>(RelayListing.events(relay));
            events.removeAll(IsolationSuite.events());
            assertThat(events).as("events without a try").isEmpty();
        }
    }
}
