package dev.roosthold.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.protocol.Codec;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// `roost invite` and `roost audit`, beside a running relay and after it.
final class AuditCommandTest {
    @TempDir Path home;

    @Test
    void invitesAreMadeShownAndEndedAndTheLogTellsOfIt() throws Exception {
        String id;
        String noted;
        try (RoostProcess relay = RoostProcess.relay(home)) {
            String code = roost(0, "invite", "create").getLast();
            assertThat(code).matches("[A-Za-z0-9_-]{43}");
            JsonNode invites = json(roost(0, "invite", "list", "--json"));
            assertThat(invites).hasSize(1);
            id = invites.get(0).path("id").asString();
            assertThat(roost(0, "invite", "revoke", id)).isNotEmpty();
            List<String> again = roost(1, "invite", "revoke", code);
            assertThat(String.join("\n", again)).contains("no such code").doesNotContain(code);
            String verified = roost(0, "audit", "verify").getLast();
            assertThat(verified).startsWith("Latest: 2:");
            noted = verified.substring("Latest: ".length());
            assertThat(relay.terminate()).isNotNegative();
        }
        JsonNode entries = json(roost(0, "audit", "list", "--json"));
        assertThat(entries.valueStream().map(entry -> entry.path("kind").asString()))
                .containsExactly("invite-revoke", "invite-create");
        assertThat(entries.get(0).path("details").path("invite").asString()).isEqualTo(id);
        assertThat(roost(0, "audit", "list").getFirst()).contains("invite-revoke", id);

        assertThat(roost(0, "audit", "verify", "--expect", noted)).isNotEmpty();
        assertThat(roost(1, "audit", "verify", "--expect", "2:" + "1".repeat(64)))
                .anyMatch(line -> line.contains("entry 2 is not the one that was noted"));
        assertThat(roost(2, "audit", "verify", "--expect", "x")).isNotEmpty();

        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + home + "/relay.db");
                var statement = connection.createStatement()) {
            statement.executeUpdate(
                    "DROP TRIGGER audit_entry_is_not_deleted;"
                            + " DELETE FROM audit_entry WHERE number = 1");
        }
        assertThat(roost(1, "audit", "verify"))
                .anyMatch(line -> line.contains("entry 1 is missing"));
        JsonNode report = json(roost(1, "audit", "verify", "--json"));
        assertThat(report.path("intact").asBoolean()).isFalse();
        assertThat(report.path("problems")).hasSize(1);
    }

    @Test
    void aDirectoryWithoutARelayIsLeftAlone() throws Exception {
        assertThat(roost(1, "audit", "verify")).anyMatch(line -> line.contains("no relay in"));
        assertThat(home.resolve("relay.db")).doesNotExist();
    }

    private List<String> roost(int status, String... arguments) throws Exception {
        var all = new java.util.ArrayList<>(List.of(arguments));
        all.addAll(List.of("--data", home.toString()));
        try (RoostProcess process = RoostProcess.start(home, all.toArray(String[]::new))) {
            int ended = process.exitStatus();
            List<String> lines = process.allLines();
            assertThat(ended).as("%s: %s", all, lines).isEqualTo(status);
            return lines;
        }
    }

    private static JsonNode json(List<String> lines) {
        return Codec.parse(lines.getLast().getBytes(StandardCharsets.UTF_8));
    }
}
