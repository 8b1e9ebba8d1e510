package dev.roosthold.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Artifacts over REST and the socket.
class ArtifactsTest {
    private static final String KEY = "a2V5";

    private RelayRig rig;
    private Person ada;

    @BeforeEach
    void start() {
        rig = RelayRig.start();
        ada = rig.signsUp();
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    void aNewArtifactIsToldToPagesAndARepeatedOneToNobody() {
        Client page = ada.page().connected();
        Client session = ada.session("s").connected();
        String id = uuid();

        JsonNode made = create(ada, id, "aDE=", "YjE=").body();

        JsonNode told = page.receives("new-artifact").path("body");
        assertThat(told.path("artifactId").asString()).isEqualTo(id);
        for (String field :
                List.of("header", "headerVersion", "body", "bodyVersion", "seq", "createdAt")) {
            assertThat(told.path(field)).as(field).isEqualTo(made.path(field));
        }
        assertThat(made.path("dataEncryptionKey").asString()).isEqualTo(KEY);
        assertThat(create(ada, id, "b3RoZXI=", "b3RoZXI=").body()).isEqualTo(made);
        assertThat(read(id)).isEqualTo(made);
        JsonNode again =
                page.ask("artifact-create", artifact(id, "b3RoZXI=", "b3RoZXI=")).path("artifact");
        assertThat(again.path("header").asString()).isEqualTo("aDE=");
        assertThat(again.has("dataEncryptionKey")).isFalse();
        assertThat(page.settled().events("new-artifact")).hasSize(1);
        assertThat(session.settled().events("new-artifact")).isEmpty();
    }

    @Test
    void anIdOfAnotherAccountIsAConflictAndOtherwiseLooksAbsent() {
        Person eve = rig.signsUp();
        String id = uuid();
        create(ada, id, "aDE=", "YjE=");
        Client evesPage = eve.page().connected();
        String conflict = "Artifact with this ID already exists for another account";
        Map<String, Object> edit = Map.of("header", "aDI=", "expectedHeaderVersion", 1);

        Answer refused = create(eve, id, "aA==", "Yg==");
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.error()).isEqualTo(conflict);
        assertThat(message(evesPage.ask("artifact-create", artifact(id, "aA==", "Yg=="))))
                .isEqualTo(conflict);

        for (Answer answer :
                List.of(
                        eve.api().get("/v1/artifacts/" + id),
                        eve.api().post("/v1/artifacts/" + id, edit),
                        eve.api().post("/v1/artifacts/" + id, Map.of()),
                        eve.api().delete("/v1/artifacts/" + id))) {
            assertThat(answer.status()).isEqualTo(404);
            assertThat(answer.error()).isEqualTo("Artifact not found");
        }
        for (String event : List.of("artifact-read", "artifact-delete")) {
            assertThat(message(evesPage.ask(event, Map.of("artifactId", id))))
                    .isEqualTo("Artifact not found");
        }
        for (String data : List.of("aDI=", "no base64")) {
            assertThat(message(edit(evesPage, id, part(data, 1), null)))
                    .isEqualTo("Artifact not found");
        }
        assertThat(eve.api().get("/v1/artifacts").body()).isEmpty();
        assertThat(evesPage.settled().events()).isEmpty();
        assertThat(read(id).path("header").asString()).isEqualTo("aDE=");
    }

    @Test
    void onePartWithAnotherVersionMeansThatNothingIsWritten() {
        String id = uuid();
        create(ada, id, "aDE=", "YjE=");
        post(id, Map.of("header", "aDI=", "expectedHeaderVersion", 1));
        JsonNode before = read(id);
        Client page = ada.page().connected();

        JsonNode rest =
                post(
                                id,
                                Map.of(
                                        "header",
                                        "eA==",
                                        "expectedHeaderVersion",
                                        1,
                                        "body",
                                        "eA==",
                                        "expectedBodyVersion",
                                        1))
                        .body();
        assertThat(rest.path("success").asBoolean()).isFalse();
        assertThat(rest.path("error").asString()).isEqualTo("version-mismatch");
        assertThat(rest.path("currentHeaderVersion").asInt()).isEqualTo(2);
        assertThat(rest.path("currentHeader").asString()).isEqualTo("aDI=");
        assertCurrent(rest.path("header"), 2, "aDI=");
        assertThat(rest.has("currentBody") || rest.has("currentBodyVersion") || rest.has("body"))
                .isFalse();

        JsonNode socket = edit(page, id, part("eA==", 1), part("eA==", 1));
        assertThat(socket.path("result").asString()).isEqualTo("version-mismatch");
        assertCurrent(socket.path("header"), 2, "aDI=");
        assertThat(socket.has("body")).isFalse();

        JsonNode body = edit(page, id, part("eA==", 2), part("eA==", 7));
        assertCurrent(body.path("body"), 1, "YjE=");
        assertThat(body.has("header")).isFalse();

        assertThat(read(id)).isEqualTo(before);
        assertThat(page.settled().events("update-artifact")).isEmpty();
    }

    @Test
    void ofRacingWritersOneWinsAndTheOthersLearnItsValue() throws Exception {
        String id = uuid();
        create(ada, id, "aDE=", "YjE=");
        Client page = ada.page().connected();
        Client writer = ada.page().connected();
        int expected = 1;
        for (int round = 0; round < 10; round++) {
            int version = expected++;
            var attempts = new ArrayList<Callable<Attempt>>();
            for (int i = 0; i < 6; i++) {
                String mine = base64("round " + round + " writer " + i);
                attempts.add(
                        i % 2 == 0
                                ? () -> rest(id, mine, version)
                                : () -> socket(writer, id, mine, version));
            }
            var winners = new ArrayList<Attempt>();
            var losers = new ArrayList<Attempt>();
            try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
                for (Future<Attempt> attempt : executor.invokeAll(attempts)) {
                    (attempt.get().won() ? winners : losers).add(attempt.get());
                }
            }
            assertThat(winners).hasSize(1);
            String won = winners.getFirst().mine();
            assertThat(losers)
                    .allSatisfy(
                            loser -> {
                                assertThat(loser.current()).isEqualTo(won);
                                assertThat(loser.version()).isEqualTo(version + 1);
                            });
            assertThat(read(id).path("header").asString()).isEqualTo(won);
            assertThat(read(id).path("body").asString()).isEqualTo(won);
        }
        assertThat(page.settled().events("update-artifact")).hasSize(10);
        assertThat(read(id).path("seq").asInt()).isEqualTo(10);
    }

    /// @param current what the answer says is there
    private record Attempt(boolean won, String mine, String current, int version) {}

    private Attempt rest(String id, String mine, int version) {
        JsonNode answer =
                post(
                                id,
                                Map.of(
                                        "header", mine,
                                        "expectedHeaderVersion", version,
                                        "body", mine,
                                        "expectedBodyVersion", version))
                        .body();
        return new Attempt(
                answer.path("success").asBoolean(),
                mine,
                answer.path("currentBody").asString(""),
                answer.path("currentBodyVersion").asInt(0));
    }

    private static Attempt socket(Client client, String id, String mine, int version) {
        JsonNode answer = edit(client, id, part(mine, version), part(mine, version));
        return new Attempt(
                answer.path("result").asString().equals("success"),
                mine,
                answer.path("body").path("currentData").asString(""),
                answer.path("body").path("currentVersion").asInt(0));
    }

    @Test
    void aPartWithoutTheVersionItReplacesIsRefusedAndNothingIsSent() {
        String id = uuid();
        create(ada, id, "aDE=", "YjE=");
        JsonNode before = read(id);
        Client page = ada.page().connected();

        Answer header = post(id, Map.of("header", "eA=="));
        assertThat(header.status()).isEqualTo(400);
        assertThat(header.text("message")).startsWith("body/expectedHeaderVersion");
        assertThat(post(id, Map.of("body", "eA==", "expectedHeaderVersion", 1)).status())
                .isEqualTo(400);
        assertThat(message(edit(page, id, Map.of("data", "eA=="), part("eA==", 1))))
                .isEqualTo("Invalid header parameters");
        assertThat(message(edit(page, id, null, Map.of("data", "eA=="))))
                .isEqualTo("Invalid body parameters");
        assertThat(message(edit(page, id, null, null))).isEqualTo("No updates provided");
        // Nothing to write is no error over REST.
        assertThat(post(id, Map.of()).body().toString()).isEqualTo("{\"success\":true}");

        assertThat(read(id)).isEqualTo(before);
        assertThat(page.settled().events()).isEmpty();
    }

    @Test
    void wrongTypesAndWhatIsNotBase64AreTheClientsFault() {
        String id = uuid();
        create(ada, id, "aDE=", "YjE=");
        JsonNode before = read(id);
        Client page = ada.page().connected();
        var wrong =
                new ArrayList<Object>(
                        List.of(1, true, List.of(), Map.of(), "***", "AA=A", "a\nb="));
        wrong.add(null);

        for (Object value : wrong) {
            for (String field : List.of("id", "header", "body", "dataEncryptionKey")) {
                var artifact = new HashMap<>(artifact(uuid(), "aA==", "Yg=="));
                artifact.put(field, value);
                Answer answer = ada.api().post("/v1/artifacts", artifact);
                assertThat(answer.status()).as("%s = %s", field, value).isEqualTo(400);
                assertThat(answer.text("message")).startsWith("body/" + field);
                if (!field.equals("id") || !(value instanceof String)) {
                    assertThat(message(page.ask("artifact-create", artifact)))
                            .as("%s = %s", field, value)
                            .isEqualTo("Invalid parameters");
                }
            }
            for (String part : List.of("header", "body")) {
                String version =
                        part.equals("header") ? "expectedHeaderVersion" : "expectedBodyVersion";
                var edit = new HashMap<String, Object>();
                edit.put(part, value);
                edit.put(version, 1);
                assertThat(post(id, edit).status()).as("%s = %s", part, value).isEqualTo(400);
                var nested = new HashMap<String, Object>();
                nested.put("data", value);
                nested.put("expectedVersion", 1);
                assertThat(
                                message(
                                        page.ask(
                                                "artifact-update",
                                                Map.of("artifactId", id, part, nested))))
                        .isEqualTo("Invalid " + part + " parameters");
            }
        }
        for (Object version : List.of("1", -1, 1.5, true, 1L << 31, List.of(), "x")) {
            assertThat(
                            post(id, Map.of("header", "eA==", "expectedHeaderVersion", version))
                                    .status())
                    .as("%s", version)
                    .isEqualTo(400);
        }
        for (Object version : List.of("1", 1.5, true, List.of())) {
            assertThat(
                            message(
                                    edit(
                                            page,
                                            id,
                                            Map.of("data", "eA==", "expectedVersion", version),
                                            null)))
                    .isEqualTo("Invalid header parameters");
        }
        for (Object part : List.of(1, "text", List.of())) {
            assertThat(
                            message(
                                    page.ask(
                                            "artifact-update",
                                            Map.of("artifactId", id, "header", part))))
                    .isEqualTo("Invalid header parameters");
        }
        for (Object artifact : List.of(1, "", true, Map.of())) {
            for (String event : List.of("artifact-read", "artifact-update", "artifact-delete")) {
                assertThat(message(page.ask(event, Map.of("artifactId", artifact))))
                        .isEqualTo("Invalid parameters");
            }
        }
        assertThat(read(id)).isEqualTo(before);
        assertThat(page.settled().events()).isEmpty();
    }

    @Test
    void theSocketTakesEveryIdThatCanBeShown() {
        Client page = ada.page().connected();
        for (String id : List.of("plain", "with space", "a:b", "x".repeat(200))) {
            assertThat(
                            page.ask("artifact-create", artifact(id, "aA==", "Yg=="))
                                    .path("result")
                                    .asString())
                    .as(id)
                    .isEqualTo("success");
        }
        for (String id : List.of("", "x".repeat(201), "a\u0000b", "a\nb")) {
            assertThat(message(page.ask("artifact-create", artifact(id, "aA==", "Yg=="))))
                    .as(id)
                    .isEqualTo("Invalid parameters");
        }
        assertThat(ada.api().get("/v1/artifacts/with%20space").status()).isEqualTo(200);
        assertThat(page.ask("artifact-delete", Map.of("artifactId", "plain")).toString())
                .isEqualTo("{\"result\":\"success\"}");
        assertThat(page.receives("delete-artifact").path("body").path("artifactId").asString())
                .isEqualTo("plain");
    }

    @Test
    void theListHasTheLatestUpdateFirstWithoutBodiesAndAnEnd() {
        String first = uuid();
        String second = uuid();
        create(ada, first, "aDE=", "YjE=");
        rig.passes(Duration.ofSeconds(1));
        create(ada, second, "aDI=", "YjI=");
        assertThat(listed()).containsExactly(second, first);
        rig.passes(Duration.ofSeconds(1));
        post(first, Map.of("body", "eA==", "expectedBodyVersion", 1));

        assertThat(listed()).containsExactly(first, second);
        JsonNode entry = ada.api().get("/v1/artifacts").body().get(0);
        assertThat(entry.propertyNames())
                .containsExactly(
                        "id",
                        "header",
                        "headerVersion",
                        "dataEncryptionKey",
                        "seq",
                        "createdAt",
                        "updatedAt");
        rig.relay()
                .store()
                .writeNow(
                        tx ->
                                tx.execute(
                                        """
                                        WITH RECURSIVE n (i) AS
                                          (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
                                        INSERT INTO artifact SELECT 'a' || i, ?1, 0, ?2, 1, 1,
                                          ?2, 0, i, ?2 FROM n""",
                                        ada.account(),
                                        new byte[] {1}));
        assertThat(listed()).hasSize(200).startsWith(first, second, "a300");
    }

    @Test
    void aPartMayBeEmptyAndABodyHasEightMegabytes() {
        String id = uuid();
        assertThat(create(ada, id, "", "").status()).isEqualTo(200);
        assertThat(read(id).path("header").asString("none")).isEmpty();
        assertThat(read(id).path("body").asString("none")).isEmpty();
        String largest = Base64.getEncoder().encodeToString(new byte[8 << 20]);

        Answer written = post(id, Map.of("body", largest, "expectedBodyVersion", 1));

        assertThat(written.body().path("bodyVersion").asInt()).isEqualTo(2);
        assertThat(read(id).path("body").asString().length()).isEqualTo(largest.length());
        String more = Base64.getEncoder().encodeToString(new byte[(8 << 20) + 1]);
        assertThat(post(id, Map.of("body", more, "expectedBodyVersion", 2)).status())
                .isEqualTo(400);
        assertThat(
                        post(id, Map.of("body", "A".repeat(12 << 20), "expectedBodyVersion", 2))
                                .status())
                .isEqualTo(413);
        String header = Base64.getEncoder().encodeToString(new byte[(64 << 10) + 1]);
        assertThat(post(id, Map.of("header", header, "expectedHeaderVersion", 1)).status())
                .isEqualTo(400);
        assertThat(read(id).path("bodyVersion").asInt()).isEqualTo(2);
    }

    @Test
    void theCredentialOfAMachineReachesNoArtifact() {
        String id = uuid();
        create(ada, id, "aDE=", "YjE=");
        EnrolledMachine machine = EnrolledMachine.of(ada);
        Api api = machine.api();
        for (Answer answer :
                List.of(
                        api.get("/v1/artifacts"),
                        api.get("/v1/artifacts/" + id),
                        api.post("/v1/artifacts", artifact(uuid(), "aA==", "Yg==")),
                        api.post("/v1/artifacts/" + id, Map.of()),
                        api.delete("/v1/artifacts/" + id))) {
            assertThat(answer.status()).isEqualTo(403);
        }
        Client daemon = machine.daemon().connected();
        for (JsonNode answer :
                List.of(
                        daemon.ask("artifact-read", Map.of("artifactId", id)),
                        daemon.ask("artifact-create", artifact("new", "aA==", "Yg==")),
                        edit(daemon, id, part("eA==", 1), null),
                        daemon.ask("artifact-delete", Map.of("artifactId", id)))) {
            assertThat(message(answer)).isEqualTo("Forbidden");
        }
        assertThat(listed()).containsExactly(id);
    }

    private Answer create(Person person, String id, String header, String body) {
        return person.api().post("/v1/artifacts", artifact(id, header, body));
    }

    private static Map<String, Object> artifact(String id, String header, String body) {
        return Map.of("id", id, "header", header, "body", body, "dataEncryptionKey", KEY);
    }

    private Answer post(String id, Map<String, ?> edit) {
        return ada.api().post("/v1/artifacts/" + id, edit);
    }

    private JsonNode read(String id) {
        return ada.api().get("/v1/artifacts/" + id).body();
    }

    private List<String> listed() {
        return ada.api()
                .get("/v1/artifacts")
                .body()
                .valueStream()
                .map(artifact -> artifact.path("id").asString())
                .toList();
    }

    private static JsonNode edit(
            Client client,
            String id,
            @Nullable Map<String, ?> header,
            @Nullable Map<String, ?> body) {
        var edit = new HashMap<String, Object>(Map.of("artifactId", id));
        if (header != null) {
            edit.put("header", header);
        }
        if (body != null) {
            edit.put("body", body);
        }
        return client.ask("artifact-update", edit);
    }

    private static Map<String, Object> part(String data, int expectedVersion) {
        return Map.of("data", data, "expectedVersion", expectedVersion);
    }

    private static void assertCurrent(JsonNode part, int version, String data) {
        assertThat(part.path("version").asInt()).isEqualTo(version);
        assertThat(part.path("currentVersion").asInt()).isEqualTo(version);
        assertThat(part.path("data").asString()).isEqualTo(data);
        assertThat(part.path("currentData").asString()).isEqualTo(data);
    }

    private static String message(JsonNode answer) {
        assertThat(answer.path("result").asString()).isEqualTo("error");
        return answer.path("message").asString();
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String uuid() {
        return UUID.randomUUID().toString();
    }
}
