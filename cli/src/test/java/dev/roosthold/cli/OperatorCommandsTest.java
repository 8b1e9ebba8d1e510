package dev.roosthold.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.protocol.Codec;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// The commands of the operator as processes beside a running relay.
@Timeout(120)
final class OperatorCommandsTest {
    @TempDir Path home;

    @Test
    void aRelayIsBackedUpLookedOverEmptiedAndRestored() throws Exception {
        Files.createFile(home.resolve("none.properties"));
        Path data = home.resolve("data");
        Files.createDirectories(data);
        Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwx------"));
        Path backup = home.resolve("backup.tar.gz");
        String account;
        AppClient ada;
        try (RoostProcess relay = RoostProcess.relay(data)) {
            ada = AppClient.signUp(relay.address());
            JsonNode saved = json("backup", "--data", data.toString(), "--json", backup.toString());
            assertThat(saved.path("mark").asString()).endsWith("Z");
            assertThat(backup).exists();

            JsonNode findings = json("doctor", "--data", data.toString(), "--json");
            assertThat(findings.toString())
                    .contains("running at " + relay.address())
                    .doesNotContain("\"WRONG\"");

            JsonNode accounts = json("accounts", "list", "--data", data.toString(), "--json");
            assertThat(accounts).hasSize(1);
            account = accounts.get(0).path("id").asString();
            assertThat(accounts.get(0).path("devices").asLong()).isOne();

            assertThat(typing("wrong", "accounts", "delete", account, "--data", data.toString()))
                    .isOne();
            assertThat(status(ada)).isEqualTo(200);
            assertThat(typing(account, "accounts", "delete", account, "--data", data.toString()))
                    .isZero();
            assertThat(status(ada)).isEqualTo(401);
            assertThat(json("accounts", "list", "--data", data.toString(), "--json")).isEmpty();

            AppClient bob = AppClient.signUp(relay.address());
            String other =
                    json("accounts", "list", "--data", data.toString(), "--json")
                            .path(0)
                            .path("id")
                            .asString();
            assertThat(signOut("nobody", data)).isOne();
            assertThat(status(bob)).isEqualTo(200);
            assertThat(signOut(other, data)).isZero();
            assertThat(status(bob)).isEqualTo(401);
            relay.terminate();
        }
        Path restored = home.resolve("restored");
        try (RoostProcess command =
                RoostProcess.start(home, "restore", backup.toString(), restored.toString())) {
            assertThat(command.exitStatus()).as("%s", command.lines()).isZero();
            assertThat(String.join("\n", command.lines())).contains("is not there");
        }
        try (RoostProcess relay = RoostProcess.relay(restored)) {
            ada.moveTo(relay.address());
            assertThat(status(ada)).isEqualTo(200);
            relay.terminate();
        }
        assertThat(Main.run(arguments("restore", backup.toString(), data.toString()), Map.of()))
                .isOne();
        Path none = home.resolve("none");
        assertThat(Main.run(arguments("accounts", "list", "--data", none.toString()), Map.of()))
                .isOne();
        assertThat(none).doesNotExist();
        assertThat(Main.run(arguments("accounts"), Map.of())).isEqualTo(2);
    }

    private int signOut(String account, Path data) {
        return Main.run(
                arguments("accounts", "sign-out", account, "--data", data.toString()), Map.of());
    }

    /// In this process: the answer comes from standard input.
    private int typing(String line, String... command) {
        InputStream before = System.in;
        System.setIn(new ByteArrayInputStream((line + "\n").getBytes(StandardCharsets.UTF_8)));
        try {
            return Main.run(arguments(command), Map.of());
        } finally {
            System.setIn(before);
        }
    }

    private String[] arguments(String... command) {
        var all = new ArrayList<String>();
        all.add("--config=" + home.resolve("none.properties"));
        all.addAll(List.of(command));
        return all.toArray(String[]::new);
    }

    private JsonNode json(String... command) throws InterruptedException {
        try (RoostProcess process = RoostProcess.start(home, command)) {
            assertThat(process.exitStatus()).as("%s", process.lines()).isZero();
            String line =
                    process.lines().stream()
                            .filter(text -> text.startsWith("{") || text.startsWith("["))
                            .findFirst()
                            .orElseThrow(() -> new AssertionError("no JSON: " + process.lines()));
            return Codec.parse(line.getBytes(StandardCharsets.UTF_8));
        }
    }

    private static int status(AppClient client) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(client.address() + "/v1/account/profile"))
                                .header("Authorization", "Bearer " + client.token())
                                .build(),
                        HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }
}
