package dev.roosthold.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.MachineId;
import dev.roosthold.relay.presence.MachineKey;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Presence in events, answers and rows, with time in the hands of the test.
class PresenceTest {
    private static final String MACHINE = "machine-of-ada";

    private RelayRig rig;
    private Person ada;
    private Client page;

    @BeforeEach
    void start() {
        rig = RelayRig.start();
        ada = rig.signsUp();
        ada.makesMachine(MACHINE);
        page = ada.page().connected();
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    void aMachineIsOnlineFromItsFirstSocketOn() {
        assertThat(active()).isFalse();
        ada.daemon(MACHINE).connected();
        assertOnlineIsTold();
        assertEverythingSays(true);
    }

    @Test
    void aMachineMadeWhileItsSocketIsConnectedIsOnlineFromItsCreation() {
        Client daemon = ada.daemon("later").connected();
        daemon.send("machine-alive", Map.of("machineId", "later", "time", rig.now()));
        daemon.settled();
        assertThat(page.events()).isEmpty();

        Answer created = ada.makesMachine("later");

        assertThat(created.body().path("machine").path("active").asBoolean()).isFalse();
        page.receives("machine-activity", event -> event.path("active").asBoolean());
        assertThat(
                        ada.api()
                                .get("/v1/machines/later")
                                .body()
                                .path("machine")
                                .path("active")
                                .asBoolean())
                .isTrue();
    }

    @Test
    void aMachineThatSaysGoodbyeIsOfflineAtOnce() {
        Client daemon = ada.daemon(MACHINE).connected();
        assertOnlineIsTold();
        daemon.leaves();
        assertOfflineIsTold();
        assertEverythingSays(false);
    }

    @Test
    void aBrokenConnectionIsForgivenForFiveSeconds() {
        Client daemon = ada.daemon(MACHINE).connected();
        assertOnlineIsTold();
        daemon.breaks();
        awaitGrace();
        rig.passes(Duration.ofMillis(4_900));
        assertThat(active()).isTrue();

        Client back = ada.daemon(MACHINE).connected().settled();
        page.receives("machine-activity");
        rig.passes(Duration.ofSeconds(10));
        assertThat(active()).isTrue();
        assertThat(page.settled().events("machine-activity"))
                .allMatch(event -> event.body().path("active").asBoolean());

        back.breaks();
        awaitGrace();
        long brokenAt = rig.now();
        rig.passes(Duration.ofSeconds(5));
        JsonNode offline = assertOfflineIsTold();
        assertThat(offline.path("activeAt").asLong()).isEqualTo(brokenAt);
        assertEverythingSays(false);
    }

    @Test
    void closingOneOfTwoSocketsChangesNothing() {
        Client first = ada.daemon(MACHINE).connected();
        assertOnlineIsTold();
        Client second = ada.daemon(MACHINE).connected().settled();
        first.leaves();
        await().until(() -> !first.isConnected());
        rig.passes(Duration.ofSeconds(20));
        second.settled();
        assertThat(active()).isTrue();
        assertThat(page.settled().events("machine-activity"))
                .allMatch(event -> event.body().path("active").asBoolean());
    }

    @Test
    void aSilentSocketIsClosedAfterAMinuteAndTheMachineIsOffline() {
        Client daemon = ada.daemon(MACHINE).connected().settled();
        assertOnlineIsTold();
        rig.passes(Duration.ofSeconds(59));
        assertThat(active()).isTrue();
        rig.passes(Duration.ofSeconds(1));
        assertOfflineIsTold();
        assertThat(daemon.end()).isEqualTo("transport close");
        assertEverythingSays(false);
    }

    @Test
    void heartbeatsKeepAMachineOnlineAndEachIsTold() {
        Client daemon = ada.daemon(MACHINE).connected().settled();
        assertOnlineIsTold();
        page.forget();
        for (int i = 0; i < 6; i++) {
            rig.passes(Duration.ofSeconds(20));
            beats(daemon, MACHINE, rig.now());
        }
        page.settled();
        assertThat(page.events("machine-activity")).hasSize(6);
        assertThat(active()).isTrue();
        assertThat(machine().path("activeAt").asLong()).isEqualTo(rig.now());
        assertThat(page.events("machine-row")).isEmpty();
    }

    @Test
    void heartbeatTimesInTheFutureCountAsNowAndOldOnesNotAtAll() {
        Client daemon = ada.daemon(MACHINE).connected().settled();
        assertOnlineIsTold();
        page.forget();

        beats(daemon, MACHINE, rig.now() + Duration.ofHours(1).toMillis());
        assertThat(page.receives("machine-activity").path("activeAt").asLong())
                .isEqualTo(rig.now());
        page.forget();
        beats(daemon, MACHINE, rig.now() - Duration.ofMinutes(11).toMillis());
        assertThat(page.settled().events()).isEmpty();
        beats(daemon, MACHINE, rig.now() - Duration.ofMinutes(5).toMillis());
        assertThat(page.receives("machine-activity").path("activeAt").asLong())
                .isEqualTo(rig.now() - Duration.ofMinutes(5).toMillis())
                .isEqualTo(machine().path("activeAt").asLong());
    }

    @Test
    void onlyAMachinesOwnSocketSaysThatItIsAlive() {
        ada.makesMachine("other");
        Client other = ada.daemon("other").connected().settled();
        page.receives("machine-activity");
        page.forget();

        beats(page, MACHINE, rig.now());
        beats(other, MACHINE, rig.now());
        Person eve = rig.signsUp();
        beats(eve.daemon(MACHINE).connected(), MACHINE, rig.now());

        assertThat(page.settled().events()).isEmpty();
        assertThat(active()).isFalse();
    }

    @Test
    void aStateUpdateAloneMakesNothingActive() {
        JsonNode answer =
                page.ask(
                        "machine-update-state",
                        Map.of("machineId", MACHINE, "daemonState", "x", "expectedVersion", 0));
        assertThat(answer.path("result").asString()).isEqualTo("success");
        JsonNode update = page.receives("update-machine").path("body");
        assertThat(update.path("active").asBoolean()).isFalse();
        assertThat(active()).isFalse();
    }

    @Test
    void afterARestartNothingIsOnlineUntilItConnectsAgain() {
        ada.daemon(MACHINE).connected();
        assertOnlineIsTold();

        rig.restarts();

        assertEverythingSays(false);
        Client newPage = ada.page().connected();
        ada.daemon(MACHINE).connected();
        newPage.receives("machine-activity", event -> event.path("active").asBoolean());
        assertEverythingSays(true);
    }

    @Test
    void stoppingTheRelayClosesTransportsSoThatClientsComeBack() {
        Client daemon = ada.daemon(MACHINE).connected();
        rig.restarts();
        assertThat(daemon.end()).isEqualTo("transport close");
        assertThat(page.end()).isEqualTo("transport close");
    }

    @Test
    void lastActivityIsWrittenNowAndThen() {
        Client daemon = ada.daemon(MACHINE).connected().settled();
        assertOnlineIsTold();
        long connectedAt = rig.now();
        assertThat(writtenActiveAt()).isEqualTo(connectedAt);

        rig.passes(Duration.ofSeconds(20));
        beats(daemon, MACHINE, rig.now());
        daemon.settled();
        rig.relay().presence().flush();
        assertThat(writtenActiveAt()).isEqualTo(connectedAt);

        rig.passes(Duration.ofSeconds(20));
        beats(daemon, MACHINE, rig.now());
        daemon.settled();
        rig.relay().presence().flush();
        await().until(() -> writtenActiveAt() == rig.now());
    }

    @Test
    void aSocketGetsThePresentStateOfItsMachineWhenItConnects() {
        page.ask(
                "machine-update-metadata",
                Map.of("machineId", MACHINE, "metadata", "bmV3", "expectedVersion", 1));
        JsonNode told = page.receives("update-machine");

        JsonNode update = ada.daemon(MACHINE).connected().receives("update-machine");

        JsonNode body = update.path("body");
        assertThat(body.path("machineId").asString()).isEqualTo(MACHINE);
        assertThat(body.path("id").asString()).isEqualTo(MACHINE);
        assertThat(body.path("metadata").path("value").asString()).isEqualTo("bmV3");
        assertThat(body.path("metadata").path("version").asInt()).isEqualTo(2);
        assertThat(body.has("daemonState")).isFalse();
        assertThat(body.path("active").asBoolean()).isTrue();
        assertThat(update.path("seq").asLong()).isEqualTo(told.path("seq").asLong());
        assertThat(ada.daemon("absent").connected().settled().events()).isEmpty();
    }

    @Test
    void aConnectionThatContinuesASilentOneIsNotClosedWithIt() {
        Client daemon = ada.daemon(MACHINE).connected().settled();
        assertOnlineIsTold();
        var machine = new MachineKey(new AccountId(ada.account()), new MachineId(MACHINE));
        rig.relay().presence().connected(machine, -1, daemon.id());
        rig.passes(Duration.ofSeconds(50));
        beats(daemon, MACHINE, rig.now());

        rig.passes(Duration.ofSeconds(10));

        assertThat(daemon.settled().isConnected()).isTrue();
        assertThat(active()).isTrue();
    }

    private static void beats(Client socket, String machine, long time) {
        socket.send("machine-alive", Map.of("machineId", machine, "time", time));
        socket.settled();
    }

    private JsonNode machine() {
        return ada.api().get("/v1/machines/" + MACHINE).body().path("machine");
    }

    private boolean active() {
        return machine().path("active").asBoolean();
    }

    private void awaitGrace() {
        // The end of a connection is noticed by the relay, not by this test.
        await().until(() -> rig.relay().presence().inGrace() == 1);
    }

    private void assertOnlineIsTold() {
        page.receives("machine-activity", event -> event.path("active").asBoolean());
        page.receives("machine-row", row -> row.path("status").asString().equals("online"));
    }

    private JsonNode assertOfflineIsTold() {
        JsonNode event =
                page.receives("machine-activity", told -> !told.path("active").asBoolean());
        page.receives("machine-row", row -> row.path("status").asString().equals("offline"));
        return event;
    }

    /// Both views and the database agree.
    private void assertEverythingSays(boolean online) {
        assertThat(active()).isEqualTo(online);
        JsonNode row = ada.api().get("/v1/web/machines").body().get(0);
        assertThat(row.path("status").asString()).isEqualTo(online ? "online" : "offline");
        assertThat(row.path("lastSeen").asLong()).isEqualTo(machine().path("activeAt").asLong());
        assertThat(machine().path("lastActiveAt")).isEqualTo(machine().path("activeAt"));
        await().until(() -> writtenActive() == online);
    }

    private boolean writtenActive() {
        return written("active") == 1;
    }

    private long writtenActiveAt() {
        return written("active_at");
    }

    private long written(String column) {
        return rig.relay()
                .store()
                .readNow(
                        sql ->
                                sql.first(
                                                "SELECT " + column + " FROM machine WHERE id = ?",
                                                row -> row.getLong(1),
                                                MACHINE)
                                        .orElseThrow());
    }
}
