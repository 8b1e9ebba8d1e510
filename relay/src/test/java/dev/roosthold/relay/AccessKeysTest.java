package dev.roosthold.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Access keys over REST and the socket.
class AccessKeysTest {
    private static final String OUT_OF_REACH = "Session or machine not found";

    private RelayRig rig;
    private Person ada;
    private String session;

    @BeforeEach
    void start() {
        rig = RelayRig.start();
        ada = rig.signsUp();
        ada.makesMachine("m");
        session = ada.makesSession("s");
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    void aKeyIsMadeOnceAndThenReplaced() {
        assertThat(get(ada.api(), session, "m").body().toString())
                .isEqualTo("{\"accessKey\":null}");
        assertThat(put(session, "m", "eA==", 0).error()).isEqualTo("Access key not found");
        assertThat(create(session, "m", "azE=").body().path("success").asBoolean()).isTrue();

        Answer again = create(session, "m", "azI=");
        assertThat(again.status()).isEqualTo(409);
        assertThat(again.error()).isEqualTo("Access key already exists");
        rig.clock().pass(Duration.ofSeconds(5));
        assertThat(put(session, "m", "azI=", 1).body().path("version").asInt()).isEqualTo(2);

        JsonNode stale = put(session, "m", "azM=", 1).body();
        assertThat(stale.path("success").asBoolean()).isFalse();
        assertThat(stale.path("error").asString()).isEqualTo("version-mismatch");
        assertThat(stale.path("currentVersion").asInt()).isEqualTo(2);
        assertThat(stale.path("currentData").asString()).isEqualTo("azI=");
        JsonNode key = get(ada.api(), session, "m").body().path("accessKey");
        assertThat(key.path("data").asString()).isEqualTo("azI=");
        assertThat(key.path("updatedAt").asLong()).isEqualTo(rig.now());
        assertThat(key.path("createdAt").asLong()).isEqualTo(rig.now() - 5_000);
        JsonNode acknowledged = ada.page().connected().ask("access-key-get", pair(session, "m"));
        assertThat(acknowledged.path("ok").asBoolean()).isTrue();
        assertThat(acknowledged.path("accessKey")).isEqualTo(key);
    }

    @Test
    void ofRacingWritersOneWinsAndTheOthersLearnItsValue() throws Exception {
        List<Answer> created = race(i -> create(session, "m", "maker " + i));
        assertThat(created).filteredOn(answer -> answer.status() == 200).hasSize(1);
        assertThat(created).filteredOn(answer -> answer.status() == 409).hasSize(7);

        for (int version = 1; version <= 10; version++) {
            int expected = version;
            List<Answer> answers =
                    race(i -> put(session, "m", "version " + expected + " writer " + i, expected));
            String now =
                    get(ada.api(), session, "m").body().path("accessKey").path("data").asString();
            assertThat(answers)
                    .filteredOn(answer -> answer.body().path("success").asBoolean())
                    .hasSize(1)
                    .allMatch(answer -> answer.body().path("version").asInt() == expected + 1);
            assertThat(answers)
                    .filteredOn(answer -> !answer.body().path("success").asBoolean())
                    .hasSize(7)
                    .allMatch(answer -> answer.text("currentData").equals(now))
                    .allMatch(
                            answer -> answer.body().path("currentVersion").asInt() == expected + 1);
        }
    }

    @Test
    void sessionAndMachineMustBothBeOnesOwn() {
        Person eve = rig.signsUp();
        eve.makesMachine("eves");
        String eves = eve.makesSession("s");
        create(session, "m", "azE=");
        Client page = ada.page().connected();

        for (List<String> pair :
                List.of(
                        List.of(session, "eves"),
                        List.of(session, "nope"),
                        List.of(eves, "m"),
                        List.of("nope", "m"))) {
            String s = pair.get(0);
            String m = pair.get(1);
            assertMissing(get(ada.api(), s, m), OUT_OF_REACH);
            assertMissing(create(s, m, "eA=="), OUT_OF_REACH);
            assertMissing(put(s, m, "eA==", 1), "Access key not found");
            JsonNode answer = page.ask("access-key-get", pair(s, m));
            assertThat(answer.path("ok").asBoolean()).isFalse();
            assertThat(answer.path("error").asString()).isEqualTo(OUT_OF_REACH);
        }
        assertMissing(get(eve.api(), session, "m"), OUT_OF_REACH);
    }

    @Test
    void theCredentialOfAMachineReachesTheKeysOfThatMachineForItsOwnSessions() {
        EnrolledMachine enrolled = EnrolledMachine.of(ada);
        String machine = enrolled.id();
        String other = rig.machineId();
        Api api = enrolled.api();
        ada.addsMachine(other, "other");
        String own = enrolled.makesSession("own");
        create(session, machine, "azE=");

        Answer made = api.post(path(own, machine), Map.of("data", "azE="));
        assertThat(made.status()).isEqualTo(200);
        assertThat(
                        api.call(
                                        "PUT",
                                        path(own, machine),
                                        Map.of("data", "azI=", "expectedVersion", 1))
                                .body()
                                .path("version")
                                .asInt())
                .isEqualTo(2);
        assertThat(get(api, own, machine).status()).isEqualTo(200);
        for (List<String> pair :
                List.of(List.of(session, machine), List.of(own, other), List.of(own, "m"))) {
            assertMissing(get(api, pair.get(0), pair.get(1)), OUT_OF_REACH);
            assertMissing(
                    api.post(path(pair.get(0), pair.get(1)), Map.of("data", "eA==")), OUT_OF_REACH);
        }
    }

    @Test
    void aKeyGoesWithItsMachine() {
        create(session, "m", "azE=");
        assertThat(ada.api().delete("/v1/machines/m").status()).isEqualTo(200);
        assertMissing(get(ada.api(), session, "m"), OUT_OF_REACH);
        ada.makesMachine("m");
        assertThat(get(ada.api(), session, "m").body().path("accessKey").isNull()).isTrue();
    }

    @Test
    void wrongTypesInEveryFieldAreTheClientsFault() {
        create(session, "m", "azE=");
        var wrong =
                new ArrayList<Object>(List.of(1, true, List.of(), Map.of(), "x".repeat(70_000)));
        wrong.add(null);
        for (Object data : wrong) {
            var body = new HashMap<String, Object>();
            body.put("data", data);
            body.put("expectedVersion", 1);
            for (String method : List.of("POST", "PUT")) {
                Answer answer = ada.api().call(method, path(session, "m"), body);
                assertThat(answer.status()).isEqualTo(400);
                assertThat(answer.text("message")).startsWith("body/data");
            }
        }
        assertThat(ada.api().raw("POST", path(session, "m"), "{\"data\":\"\\ud800\"}").status())
                .isEqualTo(400);
        for (Object version : List.of("1", -1, 1.5, true, 1L << 31)) {
            Answer answer =
                    ada.api()
                            .call(
                                    "PUT",
                                    path(session, "m"),
                                    Map.of("data", "eA==", "expectedVersion", version));
            assertThat(answer.status()).as("%s", version).isEqualTo(400);
            assertThat(answer.text("message")).startsWith("body/expectedVersion");
        }
        Client page = ada.page().connected();
        for (Object id : List.of(1, "", true, List.of(), Map.of())) {
            for (Map<String, Object> pair :
                    List.of(
                            Map.of("sessionId", id, "machineId", "m"),
                            Map.of("sessionId", session, "machineId", id))) {
                assertThat(page.ask("access-key-get", pair).path("error").asString())
                        .isEqualTo("Invalid parameters: sessionId and machineId are required");
            }
        }
        assertThat(
                        get(ada.api(), session, "m")
                                .body()
                                .path("accessKey")
                                .path("dataVersion")
                                .asInt())
                .isEqualTo(1);
    }

    private interface Attempt {
        Answer by(int writer);
    }

    private static List<Answer> race(Attempt attempt) throws Exception {
        List<Callable<Answer>> attempts =
                IntStream.range(0, 8).<Callable<Answer>>mapToObj(i -> () -> attempt.by(i)).toList();
        var answers = new ArrayList<Answer>();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Answer> answer : executor.invokeAll(attempts)) {
                answers.add(answer.get());
            }
        }
        return answers;
    }

    private static void assertMissing(Answer answer, String error) {
        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.error()).isEqualTo(error);
    }

    private static Answer get(Api api, String session, String machine) {
        return api.get(path(session, machine));
    }

    private Answer create(String session, String machine, String data) {
        return ada.api().post(path(session, machine), Map.of("data", data));
    }

    private Answer put(String session, String machine, String data, int expectedVersion) {
        return ada.api()
                .call(
                        "PUT",
                        path(session, machine),
                        Map.of("data", data, "expectedVersion", expectedVersion));
    }

    private static Map<String, Object> pair(String session, String machine) {
        return Map.of("sessionId", session, "machineId", machine);
    }

    private static String path(String session, String machine) {
        return "/v1/access-keys/" + session + "/" + machine;
    }
}
