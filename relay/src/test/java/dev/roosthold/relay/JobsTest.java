package dev.roosthold.relay;

import static org.assertj.core.api.Assertions.assertThat;

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

/// Scheduled jobs of a machine: encrypted records with versions.
class JobsTest {
    private RelayRig rig;
    private Person ada;
    private EnrolledMachine machine;

    @BeforeEach
    void start() {
        rig = RelayRig.start();
        ada = rig.signsUp();
        machine = EnrolledMachine.of(ada);
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    void ownerAndMachineWriteTheSameJobsAndBothAreToldOfEachChange() {
        Client page = ada.page().connected().hears("machine-jobs");
        Client daemon = machine.daemon().connected().hears("machine-jobs");

        assertThat(put(ada.api(), "j", "ZGF0YTE=", 0).body().path("version").asInt()).isOne();
        told(page, daemon, 1);
        assertThat(put(machine.api(), "j", "ZGF0YTI=", 1).body().path("version").asInt())
                .isEqualTo(2);
        told(page, daemon, 2);
        for (Api api : List.of(ada.api(), machine.api())) {
            JsonNode jobs = api.get(jobs()).body();
            assertThat(jobs).hasSize(1);
            assertThat(jobs.path(0).path("jobId").asString()).isEqualTo("j");
            assertThat(jobs.path(0).path("data").asString()).isEqualTo("ZGF0YTI=");
            assertThat(jobs.path(0).path("version").asInt()).isEqualTo(2);
        }
        assertThat(machine.api().delete(jobs() + "/j").status()).isEqualTo(200);
        told(page, daemon, 0);
        assertThat(ada.api().get(jobs()).body()).isEmpty();
        assertThat(ada.api().delete(jobs() + "/j").status()).isEqualTo(404);
    }

    @Test
    void staleVersionIsRefusedWithWhatIsCurrentAndNothingIsSent() {
        put(ada.api(), "j", "b25l", 0);
        Client page = ada.page().connected().hears("machine-jobs");

        for (int wrong : List.of(0, 2, Integer.MAX_VALUE)) {
            Answer refused = put(machine.api(), "j", "dHdv", wrong);
            assertThat(refused.status()).isEqualTo(409);
            assertThat(refused.error()).isEqualTo("version-mismatch");
            assertThat(refused.body().path("currentVersion").asInt()).isOne();
            assertThat(refused.text("currentData")).isEqualTo("b25l");
        }
        Answer absent = put(machine.api(), "k", "dHdv", 1);
        assertThat(absent.status()).isEqualTo(409);
        assertThat(absent.body().path("currentVersion").asInt()).isZero();
        assertThat(absent.body().path("currentData").isNull()).isTrue();
        page.settled();
        assertThat(page.events("machine-jobs")).isEmpty();
        assertThat(ada.api().get(jobs()).body()).hasSize(1);
    }

    @Test
    void oneOfManySimultaneousWritesOfAVersionCounts() throws Exception {
        for (int version = 0; version < 5; version++) {
            int expected = version;
            List<Callable<Answer>> calls =
                    IntStream.range(0, 10)
                            .<Callable<Answer>>mapToObj(
                                    i ->
                                            () ->
                                                    put(
                                                            i % 2 == 0 ? ada.api() : machine.api(),
                                                            "j",
                                                            "d" + expected + "x" + i,
                                                            expected))
                            .toList();
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                List<Answer> answers =
                        threads.invokeAll(calls).stream().map(Future::resultNow).toList();
                Answer won =
                        answers.stream().filter(a -> a.status() == 200).findAny().orElseThrow();
                assertThat(answers.stream().filter(a -> a.status() == 200)).hasSize(1);
                answers.stream()
                        .filter(a -> a.status() != 200)
                        .forEach(
                                lost -> {
                                    assertThat(lost.status()).isEqualTo(409);
                                    assertThat(lost.text("currentData"))
                                            .isEqualTo(won.text("data"));
                                });
            }
        }
        assertThat(ada.api().get(jobs()).body().path(0).path("version").asInt()).isEqualTo(5);
    }

    @Test
    void aMachinesCredentialTouchesOnlyItsOwnJobs() {
        EnrolledMachine sibling = EnrolledMachine.of(ada);
        put(ada.api(), "j", "ZGF0YQ==", 0);
        assertThat(sibling.api().get(jobs()).status()).isEqualTo(403);
        assertThat(put(sibling.api(), "j", "eA==", 1).status()).isEqualTo(403);
        assertThat(sibling.api().delete(jobs() + "/j").status()).isEqualTo(403);
        Client other = sibling.daemon().connected().hears("machine-jobs");
        put(ada.api(), "j", "eQ==", 1);
        other.settled();
        assertThat(other.events("machine-jobs")).isEmpty();
        assertThat(rig.api().get(jobs()).status()).isEqualTo(401);
    }

    @Test
    void anotherAccountReachesNoneAndHearsNothing() {
        Person eve = rig.signsUp();
        Client page = eve.page().connected().hears("machine-jobs");
        Client posing = eve.daemon(machine.id()).connected().hears("machine-jobs");
        put(ada.api(), "j", "ZGF0YQ==", 0);
        String unknown = "/v1/machines/" + rig.machineId() + "/jobs";
        assertThat(eve.api().get(jobs())).isEqualTo(eve.api().get(unknown));
        for (int version : List.of(0, 1)) {
            Object body = Map.of("data", "eA==", "expectedVersion", version);
            assertThat(eve.api().call("PUT", jobs() + "/j", body))
                    .isEqualTo(eve.api().call("PUT", unknown + "/j", body));
        }
        assertThat(eve.api().delete(jobs() + "/j")).isEqualTo(eve.api().delete(unknown + "/j"));
        for (Client client : List.of(page, posing)) {
            client.settled();
            assertThat(client.events("machine-jobs")).isEmpty();
        }
        assertThat(ada.api().get(jobs()).body().path(0).path("data").asString())
                .isEqualTo("ZGF0YQ==");
    }

    @Test
    void numberSizeAndRateAreBoundedAndBadInputIsAContractError() {
        for (Object wrong :
                List.of(
                        Map.of(),
                        Map.of("data", "x"),
                        Map.of("data", "", "expectedVersion", 0),
                        Map.of("data", "x", "expectedVersion", -1),
                        Map.of("data", "x", "expectedVersion", 1.5),
                        Map.of("data", "x".repeat(131_073), "expectedVersion", 0),
                        List.of())) {
            assertThat(ada.api().call("PUT", jobs() + "/j", wrong).status()).isEqualTo(400);
        }
        String half = "{\"data\":\"\\ud800\",\"expectedVersion\":0}";
        assertThat(ada.api().raw("PUT", jobs() + "/j", half).status()).isEqualTo(400);
        for (String wrong : List.of("a%3Ab", "x".repeat(65), "%00", "a%2Fb")) {
            assertThat(put(ada.api(), wrong, "x", 0).status()).as(wrong).isEqualTo(400);
        }
        assertThat(put(ada.api(), "large", "x".repeat(131_072), 0).status()).isEqualTo(200);
        for (int i = 1; i < 100; i++) {
            assertThat(put(ada.api(), "j" + i, "x", 0).status()).isEqualTo(200);
        }
        Answer refused = put(ada.api(), "j100", "x", 0);
        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.error()).isEqualTo("Too many jobs");
        // What is there can be changed all the same.
        assertThat(put(ada.api(), "j1", "y", 1).status()).isEqualTo(200);
        int tries = 0;
        while (put(ada.api(), "j1", "y", 1).status() != 429) {
            tries++;
            assertThat(tries).isLessThan(30);
        }
        rig.clock().pass(Duration.ofMinutes(1));
        assertThat(put(ada.api(), "j1", "y", 2).status()).isEqualTo(200);
    }

    @Test
    void jobsSurviveARestartAndGoWithTheirMachine() {
        put(ada.api(), "survivor", "ZGF0YQ==", 0);
        rig.restarts();
        assertThat(ada.api().get(jobs()).body()).hasSize(1);
        ada.api().delete("/v1/machines/" + machine.id());
        assertThat(ada.api().get(jobs()).status()).isEqualTo(404);
        assertThat(OwnedData.tablesWith(rig, "survivor")).isEmpty();
    }

    private void told(Client page, Client daemon, int version) {
        for (Client client : List.of(page, daemon)) {
            JsonNode event =
                    client.receives("machine-jobs", e -> e.path("version").asInt(-1) == version);
            assertThat(event.path("machineId").asString()).isEqualTo(machine.id());
            assertThat(event.path("jobId").asString()).isEqualTo("j");
        }
    }

    private String jobs() {
        return "/v1/machines/" + machine.id() + "/jobs";
    }

    private Answer put(Api api, String job, String data, int expectedVersion) {
        return api.call(
                "PUT",
                jobs() + "/" + job,
                Map.of("data", data, "expectedVersion", expectedVersion));
    }
}
