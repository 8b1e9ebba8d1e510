package dev.roosthold.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Enrolment by approval: a machine that was given its token only asks for keys.
class KeyRequestsTest {
    private RelayRig rig;
    private Person ada;
    private EnrolledMachine machine;
    private String key;

    @BeforeEach
    void start() {
        rig = RelayRig.start();
        ada = rig.signsUp();
        machine = EnrolledMachine.of(ada);
        key = base64(32);
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    void aPublishedKeyWaitsAndItsMachineIsShownAsWithoutKeys() {
        Client page = ada.page().connected();
        machine.daemon().connected();
        page.receives("machine-row", row -> row.path("status").asString().equals("online"));
        page.forget();

        Answer published = publish(key);

        assertThat(published.status()).isEqualTo(200);
        assertThat(published.text("state")).isEqualTo("pending");
        assertThat(published.body().has("response")).isFalse();
        page.receives("machine-row", row -> row.path("enrolment").asString().equals("keys"));
        Answer waiting = ada.api().get(ofOwner());
        assertThat(waiting.text("publicKey")).isEqualTo(key);
        assertThat(waiting.body().path("createdAt").asLong()).isEqualTo(rig.now());
        assertThat(machine.api().get(ofMachine()).text("state")).isEqualTo("pending");
    }

    @Test
    void theApprovalReachesTheMachineAloneAndCanBeFetchedAfterwards() {
        Client daemon = machine.daemon().connected().hears("enrolment-approved");
        Client page = ada.page().connected().hears("enrolment-approved");
        Client other = EnrolledMachine.of(ada).daemon().connected().hears("enrolment-approved");
        publish(key);
        String envelope = base64(105);

        assertThat(approve(key, envelope).status()).isEqualTo(200);

        assertThat(daemon.receives("enrolment-approved").path("response").asString())
                .isEqualTo(envelope);
        Answer state = machine.api().get(ofMachine());
        assertThat(state.text("state")).isEqualTo("approved");
        assertThat(state.text("response")).isEqualTo(envelope);
        // A daemon that starts over with the same key has its answer at once.
        assertThat(publish(key).text("response")).isEqualTo(envelope);
        page.settled();
        other.settled();
        assertThat(page.events("enrolment-approved")).isEmpty();
        assertThat(other.events("enrolment-approved")).isEmpty();
        assertThat(ada.api().get(ofOwner()).status()).isEqualTo(404);
    }

    @Test
    void approvingAKeyThatHasChangedIsRefusedAndNothingIsSent() {
        Client daemon = machine.daemon().connected().hears("enrolment-approved");
        publish(key);
        String newer = base64(32);
        publish(newer);

        Answer refused = approve(key, base64(105));

        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.error()).isEqualTo("Public key has changed");
        daemon.settled();
        assertThat(daemon.events("enrolment-approved")).isEmpty();
        assertThat(machine.api().get(ofMachine()).text("state")).isEqualTo("pending");
        assertThat(ada.api().get(ofOwner()).text("publicKey")).isEqualTo(newer);
    }

    @Test
    void oneKeyIsApprovedOnceAndAKeyPublishedLaterNeedsANewApproval() throws Exception {
        publish(key);
        List<String> envelopes = IntStream.range(0, 8).mapToObj(_ -> base64(105)).toList();

        List<Integer> statuses =
                atOnce(
                        envelopes.stream()
                                .<Callable<Integer>>map(e -> () -> approve(key, e).status())
                                .toList());

        assertThat(statuses).containsOnlyOnce(200).containsOnly(200, 409);
        String won = envelopes.get(statuses.indexOf(200));
        assertThat(machine.api().get(ofMachine()).text("response")).isEqualTo(won);
        // Whoever lost the answer may ask again.
        assertThat(approve(key, won).status()).isEqualTo(200);
        assertThat(kinds()).containsOnlyOnce("enrolment-approve");

        assertThat(publish(base64(32)).text("state")).isEqualTo("pending");
        assertThat(machine.api().get(ofMachine()).body().has("response")).isFalse();
    }

    @Test
    void rejectingReplacesTheSecretAndEndsTheSocketAndTheBearer() {
        Client daemon = machine.daemon().connected();
        publish(key);
        String secret = rig.secret();

        Answer rejected = ada.api().post(ofOwner() + "/reject", Map.of("secret", secret));

        assertThat(rejected.status()).isEqualTo(200);
        assertThat(rejected.text("token")).isEqualTo(machine.id() + ":" + secret);
        daemon.end();
        assertThat(machine.api().get(ofMachine()).status()).isEqualTo(401);
        assertThat(ada.api().get(ofOwner()).status()).isEqualTo(404);
        assertThat(approve(key, base64(105)).status()).isEqualTo(404);
        Answer again =
                rig.api()
                        .post(
                                "/v1/machines/authenticate",
                                Map.of("machineId", machine.id(), "secret", secret));
        assertThat(again.status()).isEqualTo(200);
        assertThat(kinds()).contains("enrolment-request", "enrolment-reject");
        assertThat(ada.api().post(ofOwner() + "/reject", Map.of("secret", secret)).status())
                .isEqualTo(404);
    }

    @Test
    void aRequestExpiresAfterAnHourAndAnAnswerAfterADay() {
        publish(key);
        rig.clock().pass(Duration.ofMinutes(59));
        assertThat(ada.api().get(ofOwner()).status()).isEqualTo(200);
        // A machine that still waits asks again.
        publish(key);
        rig.clock().pass(Duration.ofMinutes(59));
        assertThat(ada.api().get(ofOwner()).status()).isEqualTo(200);
        rig.clock().pass(Duration.ofMinutes(1));
        assertThat(ada.api().get(ofOwner()).status()).isEqualTo(404);
        assertThat(machine.api().get(ofMachine()).status()).isEqualTo(404);
        assertThat(approve(key, base64(105)).status()).isEqualTo(404);

        publish(key);
        approve(key, base64(105));
        rig.clock().pass(Duration.ofHours(23));
        assertThat(machine.api().get(ofMachine()).text("state")).isEqualTo("approved");
        rig.clock().pass(Duration.ofHours(1));
        assertThat(machine.api().get(ofMachine()).status()).isEqualTo(404);
        assertThat(publish(key).text("state")).isEqualTo("pending");
    }

    @Test
    void onlyTheMachineAsksAndOnlyItsOwnerAnswers() {
        Person eve = rig.signsUp();
        EnrolledMachine sibling = EnrolledMachine.of(ada);
        publish(key);
        var request = Map.of("publicKey", base64(32));
        var approval = Map.of("publicKey", key, "response", base64(105));
        var secret = Map.of("secret", rig.secret());

        for (Api api : List.of(ada.api(), eve.api(), sibling.api())) {
            assertThat(api.call("PUT", ofMachine(), request).status()).isEqualTo(403);
            assertThat(api.get(ofMachine()).status()).isEqualTo(403);
        }
        for (Api api : List.of(machine.api(), sibling.api())) {
            assertThat(api.get(ofOwner()).status()).isEqualTo(403);
            assertThat(api.post(ofOwner() + "/approve", approval).status()).isEqualTo(403);
            assertThat(api.post(ofOwner() + "/reject", secret).status()).isEqualTo(403);
        }
        String unknown = "/v1/web/machines/" + rig.machineId() + "/enrolment";
        assertThat(eve.api().get(ofOwner())).isEqualTo(eve.api().get(unknown));
        assertThat(eve.api().post(ofOwner() + "/approve", approval))
                .isEqualTo(eve.api().post(unknown + "/approve", approval));
        assertThat(eve.api().post(ofOwner() + "/reject", secret))
                .isEqualTo(eve.api().post(unknown + "/reject", secret));
        assertThat(ada.api().get(ofOwner()).text("publicKey")).isEqualTo(key);
        for (String path : List.of(ofMachine(), ofOwner())) {
            assertThat(rig.api().get(path).status()).isEqualTo(401);
        }
    }

    @Test
    void aRequestGoesWithTheCredentialThatMadeItAndWithItsMachine() {
        publish(key);
        ada.api()
                .get("/v1/devices")
                .body()
                .forEach(
                        device -> {
                            if (device.path("kind").asString().equals("machine")) {
                                ada.api().delete("/v1/devices/" + device.path("id").asString());
                            }
                        });
        assertThat(ada.api().get(ofOwner()).status()).isEqualTo(404);

        machine = EnrolledMachine.of(ada);
        publish(key);
        ada.api()
                .post(
                        "/v1/web/machines/" + machine.id() + "/secret",
                        Map.of("secret", rig.secret()));
        assertThat(ada.api().get(ofOwner()).status()).isEqualTo(404);

        machine = EnrolledMachine.of(ada);
        publish(key);
        ada.api().delete("/v1/web/machines/" + machine.id());
        assertThat(ada.api().get(ofOwner()).status()).isEqualTo(404);
    }

    @Test
    void aMachineThatHasLostItsKeysIsShownAsWithoutKeysUntilItWritesItsState() {
        machine.api().post("/v1/machines", Map.of("id", machine.id(), "metadata", "bWV0YQ=="));
        Client daemon = machine.daemon().connected();
        assertThat(enrolment()).isEqualTo("ready");
        publish(key);
        assertThat(enrolment()).isEqualTo("keys");

        assertThat(
                        daemon.ask(
                                        "machine-update-state",
                                        Map.of(
                                                "machineId",
                                                machine.id(),
                                                "daemonState",
                                                "cw==",
                                                "expectedVersion",
                                                0))
                                .path("result")
                                .asString())
                .isEqualTo("success");
        assertThat(enrolment()).isEqualTo("ready");
        publish(base64(32));
        assertThat(enrolment()).isEqualTo("keys");
        approve(ada.api().get(ofOwner()).text("publicKey"), base64(105));
        assertThat(enrolment()).isEqualTo("ready");
    }

    @Test
    void badInputIsAContractErrorAndTooManyKeysAreRefused() {
        for (String wrong : List.of("", "x", base64(31), base64(33), "\ud800", base64(5_000))) {
            assertThat(publish(wrong).status()).as(wrong).isEqualTo(400);
        }
        assertThat(machine.api().call("PUT", ofMachine(), Map.of()).status()).isEqualTo(400);
        publish(key);
        for (String wrong : List.of("", "%", base64(72), base64(1_025))) {
            assertThat(approve(key, wrong).status()).as(wrong).isEqualTo(400);
        }
        assertThat(ada.api().post(ofOwner() + "/reject", Map.of("secret", "short")).status())
                .isEqualTo(400);
        for (int i = 1; i < 10; i++) {
            assertThat(publish(base64(32)).status()).isEqualTo(200);
        }
        assertThat(publish(base64(32)).status()).isEqualTo(429);
    }

    private String enrolment() {
        return ada.api().get("/v1/web/machines").body().path(0).path("enrolment").asString();
    }

    private String ofMachine() {
        return "/v1/machines/" + machine.id() + "/enrolment";
    }

    private String ofOwner() {
        return "/v1/web/machines/" + machine.id() + "/enrolment";
    }

    private Answer publish(String publicKey) {
        return machine.api().call("PUT", ofMachine(), Map.of("publicKey", publicKey));
    }

    private Answer approve(String publicKey, String response) {
        return ada.api()
                .post(ofOwner() + "/approve", Map.of("publicKey", publicKey, "response", response));
    }

    private List<String> kinds() {
        return ada.api()
                .get("/v1/web/audit")
                .body()
                .path("entries")
                .valueStream()
                .map(entry -> entry.path("kind").asString())
                .toList();
    }

    private static String base64(int bytes) {
        return Base64.getEncoder().encodeToString(RelayRig.randomBytes(bytes));
    }

    private static <T> List<T> atOnce(List<Callable<T>> calls) throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            return threads.invokeAll(calls).stream().map(Future::resultNow).toList();
        }
    }
}
