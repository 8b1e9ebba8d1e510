package dev.roosthold.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.roosthold.relay.updates.Updates;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Numbers, order and recipients of updates, and writes that name a version.
class UpdatesTest {
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
    void numbersHaveNoHolesAndArriveInOrderWithManyWriters() throws Exception {
        List<Client> pages = List.of(ada.page().connected(), ada.page().connected());
        int writers = 8;
        int each = 25;
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Integer>> work =
                    IntStream.range(0, writers)
                            .<Callable<Integer>>mapToObj(writer -> () -> write(writer, each))
                            .toList();
            for (Future<Integer> future : executor.invokeAll(work)) {
                assertThat(future.get()).isEqualTo(each);
            }
        }
        int expected = writers * (2 + each);
        for (Client page : pages) {
            await().until(() -> updates(page).size() >= expected);
            assertThat(updates(page).stream().map(update -> update.path("seq").asLong()))
                    .containsExactlyElementsOf(
                            LongStream.rangeClosed(1, expected).boxed().toList());
            assertThat(updates(page)).allMatch(u -> u.path("id").asString().matches("\\w{12}"));
        }
        assertThat(logged())
                .containsExactlyElementsOf(LongStream.rangeClosed(1, expected).boxed().toList());
    }

    @Test
    void oneOfManyRacingWritersWinsAndTheOthersGetWhatIsCurrent() throws Exception {
        ada.makesMachine("m");
        List<Client> writers = IntStream.range(0, 6).mapToObj(_ -> ada.page().connected()).toList();
        for (int version = 1; version <= 10; version++) {
            int expected = version;
            List<JsonNode> answers;
            try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
                List<Callable<JsonNode>> calls = new ArrayList<>();
                for (int i = 0; i < writers.size(); i++) {
                    Client writer = writers.get(i);
                    String value = "v" + version + "-" + i;
                    calls.add(
                            () ->
                                    writer.ask(
                                            "machine-update-metadata",
                                            Map.of(
                                                    "machineId", "m",
                                                    "metadata", value,
                                                    "expectedVersion", expected)));
                }
                answers = executor.invokeAll(calls).stream().map(Future::resultNow).toList();
            }
            var won = answers.stream().filter(a -> result(a).equals("success")).toList();
            assertThat(won).hasSize(1);
            JsonNode winner = won.getFirst();
            assertThat(winner.path("version").asInt()).isEqualTo(version + 1);
            assertThat(answers.stream().filter(a -> !result(a).equals("success")))
                    .allSatisfy(
                            loser -> {
                                assertThat(result(loser)).isEqualTo("version-mismatch");
                                assertThat(loser.path("version")).isEqualTo(winner.path("version"));
                                assertThat(loser.path("metadata"))
                                        .isEqualTo(winner.path("metadata"));
                            });
        }
    }

    @Test
    void simultaneousCreatesOfOneMachineAllSucceedWithOneRow() throws Exception {
        Client page = ada.page().connected();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Answer>> calls =
                    IntStream.range(0, 10)
                            .<Callable<Answer>>mapToObj(_ -> () -> ada.makesMachine("m"))
                            .toList();
            assertThat(executor.invokeAll(calls).stream().map(Future::resultNow))
                    .allMatch(answer -> answer.status() == 200);
        }
        page.settled();
        assertThat(page.events("new-machine")).hasSize(1);
        assertThat(page.events("update-machine")).hasSize(1);
        Answer foreign = rig.signsUp().makesMachine("m");
        assertThat(foreign.status()).isEqualTo(409);
    }

    @Test
    void updatesReachUsersAndTheirMachineOnly() {
        ada.makesMachine("m");
        ada.makesMachine("other");
        Person eve = rig.signsUp();
        Client page = ada.page().connected();
        Client daemon = ada.daemon("m").connected();
        Client other = ada.daemon("other").connected();
        Client session = ada.session("s").connected();
        Client evesPage = eve.page().connected();
        Client evesDaemon = eve.daemon("m").connected();
        daemon.receives("update-machine");
        other.receives("update-machine");
        for (Client client : List.of(page, daemon, other, session, evesPage, evesDaemon)) {
            client.settled().forget();
        }

        JsonNode answer =
                daemon.ask(
                        "machine-update-metadata",
                        Map.of("machineId", "m", "metadata", "bmV3", "expectedVersion", 1));

        assertThat(result(answer)).isEqualTo("success");
        // What a request caused is sent before its acknowledgement.
        assertThat(daemon.events("update-machine")).hasSize(1);
        assertThat(page.receives("update-machine").path("body").path("active").asBoolean())
                .isTrue();
        for (Client client : List.of(other, session, evesPage, evesDaemon)) {
            assertThat(client.settled().events("update-machine")).isEmpty();
        }
    }

    @Test
    void settingsAreReplacedOnlyOnTopOfTheVersionThatWasRead() {
        Client page = ada.page().connected();
        Answer saved = save("c2V0", 0);
        assertThat(saved.body().path("version").asInt()).isEqualTo(1);
        JsonNode update = page.receives("update-account").path("body");
        assertThat(update.path("id").asString()).isEqualTo(ada.account());
        assertThat(update.path("settings").path("value").asString()).isEqualTo("c2V0");

        Answer stale = save("b3RoZXI=", 0);

        assertThat(stale.status()).isEqualTo(200);
        assertThat(stale.body().path("success").asBoolean()).isFalse();
        assertThat(stale.error()).isEqualTo("version-mismatch");
        assertThat(stale.body().path("currentVersion").asInt()).isEqualTo(1);
        assertThat(stale.text("currentSettings")).isEqualTo("c2V0");
        assertThat(ada.api().get("/v1/account/settings").text("settings")).isEqualTo("c2V0");
        assertThat(page.settled().events("update-account")).hasSize(1);
    }

    @Test
    void theLogKeepsABoundedNumberOfUpdates() {
        rig.close();
        rig =
                RelayRig.start(
                        config ->
                                config.withLimits(
                                        config.limits()
                                                .withRetention(
                                                        new Updates.Retention(
                                                                50, Duration.ofDays(1)))));
        ada = rig.signsUp();
        for (int version = 0; version < 300; version++) {
            save("x", version);
        }
        assertThat(logged()).hasSizeBetween(50, 50 + 128).endsWith(300L);
    }

    private int write(int writer, int times) {
        String id = "machine-" + writer;
        ada.makesMachine(id);
        Client client = ada.daemon(id).connected();
        for (int version = 1; version <= times; version++) {
            JsonNode answer =
                    client.ask(
                            "machine-update-metadata",
                            Map.of("machineId", id, "metadata", "x", "expectedVersion", version));
            assertThat(result(answer)).isEqualTo("success");
        }
        return times;
    }

    private Answer save(String settings, int expectedVersion) {
        return ada.api()
                .post(
                        "/v1/account/settings",
                        Map.of("settings", settings, "expectedVersion", expectedVersion));
    }

    private List<Long> logged() {
        return rig.relay()
                .store()
                .readNow(
                        sql ->
                                sql.list(
                                        "SELECT seq FROM update_log WHERE account_id = ?"
                                                + " ORDER BY seq",
                                        row -> row.getLong(1),
                                        ada.account()));
    }

    private static List<JsonNode> updates(Client page) {
        return page.events().stream()
                .filter(event -> event.name().equals("update"))
                .map(Client.Event::body)
                .toList();
    }

    private static String result(JsonNode answer) {
        return answer.path("result").asString();
    }
}
