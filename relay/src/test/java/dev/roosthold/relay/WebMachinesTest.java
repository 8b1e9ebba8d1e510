package dev.roosthold.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
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

/// Machines as the web page handles them: adding, listing, renaming, replacing the token, removing.
class WebMachinesTest {
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
    void theTokenIsTheIdAndTheSecretThatWereSent() {
        String id = rig.machineId();
        String secret = rig.secret();

        Answer created = create(ada, id, secret, "laptop");

        assertThat(created.status()).isEqualTo(200);
        assertThat(created.text("machineId")).isEqualTo(id);
        assertThat(created.text("token"))
                .matches("[A-Za-z0-9_-]{21}:[A-Za-z0-9_-]{21,}")
                .isEqualTo(id + ":" + secret);
    }

    @Test
    void anIdThatExistsIsRefusedInEveryAccountAndNothingChanges() {
        Person eve = rig.signsUp();
        String id = rig.machineId();
        ada.addsMachine(id, "first");

        for (Person person : List.of(ada, eve)) {
            Answer second = create(person, id, rig.secret(), "second");
            assertThat(second.status()).isEqualTo(409);
            assertThat(second.error()).isEqualTo("Machine ID already exists");
        }

        assertThat(row(ada, id).path("name").asString()).isEqualTo("first");
        assertThat(eve.api().get("/v1/web/machines").body()).isEmpty();
    }

    @Test
    void ofManySimultaneousCreatesWithOneIdExactlyOneWins() throws Exception {
        String id = rig.machineId();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Integer>> creates =
                    IntStream.range(0, 20)
                            .<Callable<Integer>>mapToObj(
                                    i -> () -> create(ada, id, rig.secret(), "m" + i).status())
                            .toList();
            var statuses =
                    executor.invokeAll(creates).stream().map(Future::resultNow).sorted().toList();
            assertThat(statuses).containsOnly(200, 409).containsOnlyOnce(200);
        }
        assertThat(ada.api().get("/v1/web/machines").body()).hasSize(1);
    }

    @Test
    void withoutABearerNothingIsShownOrMade() {
        Api nobody = rig.api();
        assertThat(nobody.get("/v1/web/machines").status()).isEqualTo(401);
        assertThat(nobody.post("/v1/web/machines", Map.of()).status()).isEqualTo(401);
        assertThat(nobody.patch("/v1/web/machines/x", Map.of()).status()).isEqualTo(401);
        assertThat(nobody.delete("/v1/web/machines/x").status()).isEqualTo(401);
        assertThat(nobody.post("/v1/web/machines/x/secret", Map.of()).status()).isEqualTo(401);
    }

    @Test
    void anotherAccountSeesNothingAndAMachineOfOthersLooksAbsent() {
        Person eve = rig.signsUp();
        Client evesPage = eve.page().connected();
        String id = rig.machineId();
        ada.addsMachine(id, "laptop");
        ada.daemon(id).connected().settled();
        ada.api().patch("/v1/web/machines/" + id, Map.of("name", "renamed"));

        for (String other : List.of(id, rig.machineId())) {
            String path = "/v1/web/machines/" + other;
            for (Answer answer :
                    List.of(
                            eve.api().patch(path, Map.of("name", "mine")),
                            eve.api().post(path + "/secret", Map.of("secret", rig.secret())),
                            eve.api().delete(path))) {
                assertThat(answer.status()).isEqualTo(404);
                assertThat(answer.error()).isEqualTo("Machine not found");
            }
            assertThat(eve.api().get("/v1/machines/" + other).status()).isEqualTo(404);
            assertThat(eve.api().delete("/v1/machines/" + other).status()).isEqualTo(404);
        }
        assertThat(eve.api().get("/v1/web/machines").body()).isEmpty();
        assertThat(evesPage.settled().events()).isEmpty();
        assertThat(row(ada, id).path("name").asString()).isEqualTo("renamed");
    }

    @Test
    void theSecretAndTheBearersAreNowhereInTheFiles() throws IOException {
        String id = rig.machineId();
        String secret = ada.addsMachine(id, "laptop");
        String bearer = authenticate(id, secret).text("token");
        rig.relay().close();

        try (var files = Files.walk(rig.config().dataDirectory())) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                String content = Files.readString(file, StandardCharsets.ISO_8859_1);
                assertThat(content).doesNotContain(secret, bearer, ada.token());
            }
        }
    }

    @Test
    void aNewRowIsOfflineAndWasNeverConnected() {
        String id = rig.machineId();
        ada.addsMachine(id, "  laptop ");

        JsonNode row = row(ada, id);

        assertThat(row.path("name").asString()).isEqualTo("laptop");
        assertThat(row.path("status").asString()).isEqualTo("offline");
        assertThat(row.path("lastSeen").asLong()).isEqualTo(rig.now());
        assertThat(row.path("createdAt").asLong()).isEqualTo(rig.now());
        assertThat(row.path("assistantCount").asInt()).isZero();
        assertThat(row.path("connectedBefore").asBoolean()).isFalse();
        assertThat(row.path("enrolment").asString()).isEqualTo("token");
        assertThat(row.path("assistantCounts").path("pending").isInt()).isTrue();
    }

    @Test
    void theNewestRegistrationComesFirstAndRevGrows() {
        ada.addsMachine(rig.machineId(), "one");
        ada.addsMachine(rig.machineId(), "two");
        ada.makesMachine("three");

        JsonNode rows = ada.api().get("/v1/web/machines").body();

        assertThat(rows.valueStream().map(row -> row.path("name").asString()))
                .containsExactly("three", "two", "one");
        assertThat(rows.valueStream().map(row -> row.path("rev").asLong()))
                .isSortedAccordingTo(java.util.Comparator.reverseOrder())
                .doesNotHaveDuplicates();
        assertThat(rows.get(0).path("enrolment").asString()).isEqualTo("external");
    }

    @Test
    void fieldsThatBreakARuleAreNamed() {
        String id = rig.machineId();
        String secret = rig.secret();
        assertInvalid("machineId", create(ada, "short", secret, "x"));
        assertInvalid("machineId", create(ada, id.substring(1) + ":", secret, "x"));
        assertInvalid("secret", create(ada, id, "short", "x"));
        assertInvalid("secret", create(ada, id, "x".repeat(129), "x"));
        assertInvalid("name", create(ada, id, secret, " "));
        assertInvalid("name", create(ada, id, secret, "x".repeat(101)));
        assertInvalid("name", create(ada, id, secret, "a\u0000b"));
        for (Object wrong : List.of(1, true, List.of(), Map.of())) {
            Answer answer =
                    ada.api()
                            .post(
                                    "/v1/web/machines",
                                    Map.of("machineId", wrong, "secret", wrong, "name", wrong));
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.text("message"))
                    .contains("body/machineId", "body/secret", "body/name")
                    .doesNotContain(secret);
        }
        assertThat(create(ada, id, secret, "\uD83D\uDC68".repeat(100)).status()).isEqualTo(200);
    }

    @Test
    void tooManyMachinesInAMinuteAreRefusedAndTheLimitHeals() {
        for (int i = 0; i < 30; i++) {
            ada.addsMachine(rig.machineId(), "m" + i);
        }
        assertThat(create(ada, rig.machineId(), rig.secret(), "one more").status()).isEqualTo(429);
        assertThat(create(rig.signsUp(), rig.machineId(), rig.secret(), "x").status())
                .isEqualTo(200);

        rig.passes(Duration.ofSeconds(61));

        assertThat(create(ada, rig.machineId(), rig.secret(), "one more").status()).isEqualTo(200);
    }

    @Test
    void anAccountHasAtMostTwoHundredMachines() {
        for (int i = 0; i < 200; i++) {
            if (i % 30 == 0) {
                rig.passes(Duration.ofMinutes(2));
            }
            ada.addsMachine(rig.machineId(), "m" + i);
        }
        rig.passes(Duration.ofMinutes(2));
        assertThat(create(ada, rig.machineId(), rig.secret(), "x").status()).isEqualTo(429);
    }

    @Test
    void renamingAndRemovingReachEveryOpenPage() {
        String id = rig.machineId();
        ada.addsMachine(id, "laptop");
        Client page = ada.page().connected();

        Answer renamed = ada.api().patch("/v1/web/machines/" + id, Map.of("name", "desk"));
        JsonNode row = page.receives("machine-row");
        assertThat(row.path("name").asString()).isEqualTo("desk");
        assertThat(row).isEqualTo(renamed.body());

        assertThat(ada.api().delete("/v1/web/machines/" + id).body().path("success").asBoolean())
                .isTrue();
        JsonNode gone = page.receives("machine-gone");
        assertThat(gone.path("machineId").asString()).isEqualTo(id);
        assertThat(gone.path("rev").asLong()).isGreaterThan(row.path("rev").asLong());
        page.receives("delete-machine");
        assertThat(ada.api().get("/v1/web/machines").body()).isEmpty();
    }

    @Test
    void deletingInTheHappyViewTellsBothViewsAndEndsTheMachinesSockets() {
        String id = rig.machineId();
        String secret = ada.addsMachine(id, "laptop");
        String bearer = authenticate(id, secret).text("token");
        Client daemon = machine(bearer, id).connected();
        rig.api().as(bearer).post("/v1/machines", Map.of("id", id, "metadata", "bQ=="));
        Client page = ada.page().connected();

        assertThat(ada.api().delete("/v1/machines/" + id).status()).isEqualTo(200);

        page.receives("delete-machine");
        page.receives("machine-gone");
        assertThat(daemon.end()).isEqualTo("transport close");
        assertThat(rig.api().as(bearer).get("/v1/machines/" + id).status()).isEqualTo(401);
        assertThat(authenticate(id, secret).status()).isEqualTo(401);
    }

    @Test
    void wrongSecretAndUnknownIdLookTheSameAndTheEleventhFailureIsRefused() {
        String id = rig.machineId();
        String secret = ada.addsMachine(id, "laptop");

        Answer wrong = authenticate(id, rig.secret());
        Answer unknown = authenticate(rig.machineId(), rig.secret());
        assertThat(wrong.status()).isEqualTo(401);
        assertThat(wrong.error()).isEqualTo("Invalid machine credentials");
        assertThat(unknown).isEqualTo(wrong);

        for (int i = 0; i < 8; i++) {
            assertThat(authenticate(id, rig.secret()).status()).isEqualTo(401);
        }
        assertThat(authenticate(id, rig.secret()).status()).isEqualTo(429);
        assertThat(authenticate(id, secret).status()).isEqualTo(429);
        Answer elsewhere =
                rig.apiFrom("127.0.0.2")
                        .post(
                                "/v1/machines/authenticate",
                                Map.of("machineId", id, "secret", secret));
        assertThat(elsewhere.status()).isEqualTo(200);
        rig.passes(Duration.ofSeconds(61));
        assertThat(authenticate(id, secret).status()).isEqualTo(200);
    }

    @Test
    void aMachineCredentialCanDoOnlyWhatItsMachineNeeds() {
        String id = rig.machineId();
        String other = rig.machineId();
        String bearer = authenticate(id, ada.addsMachine(id, "laptop")).text("token");
        ada.addsMachine(other, "desk");
        ada.makesMachine("happy-machine");
        Api machine = rig.api().as(bearer);

        for (Answer answer :
                List.of(
                        machine.get("/v1/web/machines"),
                        machine.post("/v1/web/machines", Map.of()),
                        machine.patch("/v1/web/machines/" + id, Map.of("name", "x")),
                        machine.delete("/v1/web/machines/" + id),
                        machine.post("/v1/web/machines/" + id + "/secret", Map.of()),
                        machine.get("/v1/machines"),
                        machine.get("/v1/machines/happy-machine"),
                        machine.delete("/v1/machines/" + id),
                        machine.post("/v1/machines", Map.of("id", other, "metadata", "x")),
                        machine.get("/v1/account/profile"),
                        machine.get("/v1/account/settings"),
                        machine.post("/v1/account/settings", Map.of()),
                        machine.post("/v1/auth/response", Map.of()),
                        machine.post("/v1/auth/account/response", Map.of()),
                        machine.get("/v1/devices"))) {
            assertThat(answer.status()).isEqualTo(403);
            assertThat(answer.error()).isEqualTo("Forbidden");
        }
        String refusal = "Not allowed for a machine credential";
        assertThat(rig.connect(Map.of("token", bearer)).outcome()).isEqualTo(refusal);
        assertThat(machine(bearer, other).outcome()).isEqualTo(refusal);
        Client session =
                rig.connect(
                        Map.of("token", bearer, "clientType", "session-scoped", "sessionId", "s"));
        assertThat(session.outcome()).isEqualTo("connected");
        JsonNode foreign =
                session.ask(
                        "machine-update-metadata",
                        Map.of(
                                "machineId",
                                "happy-machine",
                                "metadata",
                                "x",
                                "expectedVersion",
                                1));
        assertThat(foreign.path("message").asString()).isEqualTo("Machine not found");
    }

    @Test
    void replacingTheTokenEndsEverythingObtainedWithTheOldOne() {
        String id = rig.machineId();
        String old = ada.addsMachine(id, "laptop");
        String bearer = authenticate(id, old).text("token");
        Client daemon = machine(bearer, id).connected();
        String fresh = rig.secret();

        Answer replaced =
                ada.api().post("/v1/web/machines/" + id + "/secret", Map.of("secret", fresh));

        assertThat(replaced.text("token")).isEqualTo(id + ":" + fresh);
        assertThat(daemon.end()).isEqualTo("transport close");
        assertThat(rig.api().as(bearer).get("/v1/machines/" + id).error())
                .isEqualTo("Invalid token");
        assertThat(machine(bearer, id).outcome()).isEqualTo("Invalid authentication token");
        assertThat(authenticate(id, old).status()).isEqualTo(401);
        assertThat(authenticate(id, fresh).status()).isEqualTo(200);
    }

    @Test
    void oneRowIsSeenInTwoWays() {
        String id = rig.machineId();
        String bearer = authenticate(id, ada.addsMachine(id, "laptop")).text("token");
        Client page = ada.page().connected();

        assertThat(ada.api().get("/v1/machines").body()).isEmpty();
        assertThat(rig.api().as(bearer).get("/v1/machines/" + id).status()).isEqualTo(404);
        assertThat(
                        page.ask(
                                        "machine-update-state",
                                        Map.of(
                                                "machineId",
                                                id,
                                                "daemonState",
                                                "x",
                                                "expectedVersion",
                                                0))
                                .path("message")
                                .asString())
                .isEqualTo("Machine not found");

        Answer first =
                rig.api().as(bearer).post("/v1/machines", Map.of("id", id, "metadata", "Zmlyc3Q="));
        assertThat(first.body().path("machine").path("metadataVersion").asInt()).isEqualTo(1);
        page.receives("new-machine");
        page.receives("update-machine");
        assertThat(page.receives("machine-row").path("enrolment").asString()).isEqualTo("ready");

        Answer again =
                rig.api().as(bearer).post("/v1/machines", Map.of("id", id, "metadata", "b3RoZXI="));
        assertThat(again.body().path("machine").path("metadata").asString()).isEqualTo("Zmlyc3Q=");
        assertThat(ada.api().get("/v1/machines").body()).hasSize(1);
        assertThat(page.settled().events("new-machine")).hasSize(1);
    }

    @Test
    void daemonsThatAuthenticateOftenDoNotPileUpCredentials() {
        String id = rig.machineId();
        String secret = ada.addsMachine(id, "laptop");
        for (int i = 0; i < 20; i++) {
            assertThat(authenticate(id, secret).status()).isEqualTo(200);
        }
        long kept =
                ada.api()
                        .get("/v1/devices")
                        .body()
                        .valueStream()
                        .filter(device -> device.path("kind").asString().equals("machine"))
                        .count();
        assertThat(kept).isEqualTo(16);
    }

    @Test
    void presenceIsSeenInEveryPageAndNowhereElse() {
        String id = rig.machineId();
        String bearer = authenticate(id, ada.addsMachine(id, "laptop")).text("token");
        List<Client> pages = List.of(ada.page().connected(), ada.page().connected());

        machine(bearer, id).connected();

        for (Client page : pages) {
            page.receives("machine-row", row -> row.path("status").asString().equals("online"));
            page.receives("machine-activity", event -> event.path("active").asBoolean());
        }
        await().until(() -> row(ada, id).path("connectedBefore").asBoolean());
        assertThat(row(ada, id).path("status").asString()).isEqualTo("online");
    }

    private Answer create(Person person, String id, String secret, String name) {
        return person.api()
                .post("/v1/web/machines", Map.of("machineId", id, "secret", secret, "name", name));
    }

    private Answer authenticate(String id, String secret) {
        return rig.api()
                .post("/v1/machines/authenticate", Map.of("machineId", id, "secret", secret));
    }

    private Client machine(String bearer, String id) {
        return rig.connect(
                Map.of("token", bearer, "clientType", "machine-scoped", "machineId", id));
    }

    private static JsonNode row(Person person, String id) {
        return person.api()
                .get("/v1/web/machines")
                .body()
                .valueStream()
                .filter(row -> row.path("machineId").asString().equals(id))
                .findFirst()
                .orElseThrow();
    }

    private static void assertInvalid(String field, Answer answer) {
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text("message")).startsWith("body/" + field + " ");
    }
}
