package dev.roosthold.conformance.crowd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.conformance.PostgresProcess;
import dev.roosthold.conformance.RelayProcess;
import dev.roosthold.conformance.RelayRelease;
import dev.roosthold.conformance.crowd.NodeTrouble.Victim;
import dev.roosthold.relay.store.Migration;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Two relays on one PostgreSQL are replaced by those of the next release and put back again, one
/// after the other, while clients work: the database has the schema of the newer one from its first
/// start on, and the older ones go on with it, also when one of them is killed and comes back.
class RollingUpgradeTest {
    private static final long LONGEST_STOP_MILLIS = 5_000;

    @TempDir Path folder;

    private final List<Long> stops = new CopyOnWriteArrayList<>();

    @Test
    @Tag("peers")
    void nothingIsLostWhenNodesAreReplacedOneAfterTheOther() throws Exception {
        run(CrowdOptions.of(10, Duration.ofMinutes(5)), 1, Duration.ofSeconds(2));
    }

    @Test
    @Tag("soak")
    void nothingIsLostInManyUpgradesAndBack() throws Exception {
        long seed = Long.getLong("upgrade.seed", 11);
        run(CrowdOptions.of(seed, Duration.ofHours(1)), 10, Duration.ofSeconds(4));
    }

    private void run(CrowdOptions options, int rounds, Duration longestPeace) throws Exception {
        RelayRelease newer = RelayRelease.nextIn(folder.resolve("next"));
        CrowdOptions load = options.withCrowd(2, 6).withPause(Duration.ofMillis(80)).withNodes();
        Path data = Files.createDirectory(folder.resolve("data"));
        try (var postgres = PostgresProcess.start(folder);
                var nats = NatsChild.start();
                var one = RelayProcess.node(data, postgres.address(), nats.address());
                var two = RelayProcess.node(data, postgres.address(), nats.address())) {
            List<Victim> steps = new ArrayList<>();
            for (List<Victim> round : Collections.nCopies(rounds, round(one, two, newer))) {
                steps.addAll(round);
            }
            CrowdReport report =
                    Crowd.run(
                            one.url(),
                            List.of(one.url(), two.url()),
                            load,
                            NodeTrouble.inOrder(steps, longestPeace, options.seed()));
            check(report, steps.size());
            assertThat(stops).hasSize(4 * rounds);
            assertThat(steps(postgres)).isEqualTo(Migration.ofProgram().size() + 1);
        }
    }

    private List<Victim> round(RelayProcess one, RelayProcess two, RelayRelease newer) {
        return List.of(
                upgraded(one, newer),
                killed(two),
                upgraded(two, newer),
                putBack(one),
                killed(one),
                putBack(two));
    }

    private Victim upgraded(RelayProcess relay, RelayRelease newer) {
        return replaced("node replaced by a newer one", relay, newer);
    }

    private Victim putBack(RelayProcess relay) {
        return replaced("node replaced by an older one", relay, RelayRelease.these());
    }

    private Victim replaced(String what, RelayProcess relay, RelayRelease by) {
        return new Victim(
                what, Optional.of(relay.url()), 1, () -> stops.add(relay.stopAndStartAs(by)));
    }

    private static Victim killed(RelayProcess relay) {
        return new Victim("older node killed", Optional.of(relay.url()), 1, relay::killAndRestart);
    }

    private void check(CrowdReport report, int steps) {
        System.out.println(report.summary());
        report.pauses().summary().forEach(System.out::println);
        System.out.println(report.calls().summary());
        System.out.println("milliseconds from SIGTERM to the end of the process: " + stops);
        assertThat(report.wrong()).as(report.summary()).isEmpty();
        assertThat(report.kills()).isEqualTo(steps);
        assertThat(report.pauses().all()).hasSize(steps);
        assertThat(report.acknowledged()).isGreaterThan(100);
        assertThat(report.heard()).isGreaterThan(100);
        assertThat(report.calls().answered()).isGreaterThan(100);
        assertThat(report.calls().refusedThoughServed()).isZero();
        assertThat(stops).allMatch(millis -> millis < LONGEST_STOP_MILLIS);
    }

    /// How many steps the schema of the database has.
    private static int steps(PostgresProcess postgres) throws SQLException {
        String url = postgres.address().replace("postgresql://postgres@", "jdbc:postgresql://");
        try (Connection connection = DriverManager.getConnection(url, "postgres", "");
                Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery("SELECT max(number) FROM schema_migration")) {
            rows.next();
            return rows.getInt(1);
        }
    }
}
