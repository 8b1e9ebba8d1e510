package dev.roosthold.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.SessionId;
import dev.roosthold.relay.presence.Activity;
import dev.roosthold.relay.presence.Presence;
import dev.roosthold.relay.presence.SessionKey;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Presence of sessions in events, answers and rows, with time in the hands of the test.
class SessionPresenceTest {
    private RelayRig rig;
    private Person ada;
    private Client page;
    private String id;

    @BeforeEach
    void start() {
        rig = RelayRig.start();
        ada = rig.signsUp();
        page = ada.page().connected();
        id = create();
        page.receives("new-session");
        page.forget();
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    void aNewSessionIsActiveForAMinuteAlsoWithoutASocket() {
        assertEverythingSays(true);
        rig.passes(Duration.ofSeconds(59));
        assertEverythingSays(true);
        long madeAt = session().path("activeAt").asLong();

        rig.passes(Duration.ofSeconds(1));

        JsonNode told = inactiveIsTold();
        assertThat(told.path("activeAt").asLong()).isEqualTo(madeAt);
        assertThat(told.path("thinking").asBoolean(true)).isFalse();
        assertEverythingSays(false);
    }

    @Test
    void aSocketKeepsItActiveWithoutAnyTraffic() {
        Client running = connect();
        activeIsTold();
        rig.passes(Duration.ofMinutes(30));
        assertEverythingSays(true);
        assertThat(running.settled().isConnected()).isTrue();
    }

    @Test
    void aSessionThatSaysGoodbyeIsInactiveAtOnce() {
        Client running = connect();
        activeIsTold();
        page.forget();
        running.leaves();
        inactiveIsTold();
        assertEverythingSays(false);
    }

    @Test
    void aBrokenConnectionIsForgivenForFiveSeconds() {
        Client running = connect();
        activeIsTold();
        page.forget();
        running.breaks();
        awaitGrace();
        rig.passes(Duration.ofMillis(4_900));
        assertEverythingSays(true);
        Client back = connect();
        activeIsTold();
        rig.passes(Duration.ofSeconds(10));
        assertEverythingSays(true);
        page.forget();

        back.breaks();
        awaitGrace();
        long brokenAt = rig.now();
        rig.passes(Duration.ofSeconds(5));
        assertThat(inactiveIsTold().path("activeAt").asLong()).isEqualTo(brokenAt);
        assertEverythingSays(false);
    }

    @Test
    void aSocketThatStopsAnsweringPingsIsInactiveAtOnce() {
        SessionKey key = key(ada, id);
        Presence<SessionKey> presence = rig.relay().sessionPresence();
        presence.connected(key, -1, "gone");
        presence.registered(key);
        rig.passes(Duration.ofSeconds(2));
        presence.heard(key, -1);
        long heardAt = rig.now();
        rig.passes(Duration.ofSeconds(50));
        page.forget();

        presence.disconnected(key, -1, Presence.End.SILENT);

        assertThat(inactiveIsTold().path("activeAt").asLong()).isEqualTo(heardAt);
        assertEverythingSays(false);
    }

    @Test
    void anotherSocketsHeartbeatCountsForAMinute() {
        rig.passes(Duration.ofSeconds(60));
        inactiveIsTold();
        page.forget();
        Client daemon = ada.daemon("box").connected();

        beat(daemon, id, rig.now() - 3_000, true);

        JsonNode told = activeIsTold();
        assertThat(told.path("thinking").asBoolean()).isTrue();
        assertThat(told.path("activeAt").asLong()).isEqualTo(rig.now() - 3_000);
        assertEverythingSays(true);
        rig.passes(Duration.ofSeconds(59));
        assertEverythingSays(true);
        beat(page, id, rig.now(), false);
        rig.passes(Duration.ofSeconds(59));
        assertEverythingSays(true);
        rig.passes(Duration.ofSeconds(1));
        inactiveIsTold();
        assertEverythingSays(false);
    }

    @Test
    void theHeartbeatsOfItsOwnSocketDoNotOutliveIt() {
        Client running = connect();
        activeIsTold();
        beat(running, id, rig.now(), true);
        page.receives("activity", event -> event.path("thinking").asBoolean());
        page.forget();
        running.leaves();
        assertThat(inactiveIsTold().path("thinking").asBoolean(true)).isFalse();
        assertEverythingSays(false);
    }

    @Test
    void everyAcceptedHeartbeatIsTold() {
        Client running = connect();
        activeIsTold();
        page.forget();
        for (int i = 0; i < 5; i++) {
            rig.passes(Duration.ofSeconds(2));
            beat(running, id, rig.now(), i % 2 == 0);
        }
        List<Client.Event> told = page.settled().events("activity");
        assertThat(told.stream().map(event -> event.body().path("thinking").asBoolean()))
                .containsExactly(true, false, true, false, true);
        assertThat(told.getLast().body().path("activeAt").asLong()).isEqualTo(rig.now());
        assertThat(session().path("activeAt").asLong()).isEqualTo(rig.now());
    }

    @Test
    void heartbeatsThatSayNothingAreIgnored() {
        rig.passes(Duration.ofSeconds(60));
        inactiveIsTold();
        page.forget();
        Person eve = rig.signsUp();
        beat(eve.page().connected(), id, rig.now(), false);
        beat(eve.session(id).connected(), id, rig.now(), false);
        beat(page, "unknown", rig.now(), false);
        beat(page, id, rig.now() - Duration.ofMinutes(11).toMillis(), false);
        for (Object time : List.of("now", true, List.of(), Map.of())) {
            page.send("session-alive", Map.of("sid", id, "time", time));
            page.send("session-end", Map.of("sid", id, "time", time));
        }
        page.send("session-alive", Map.of("sid", id));
        page.send("session-alive", Map.of("time", rig.now()));
        page.send("session-end", Map.of("sid", id, "time", 1));
        assertThat(page.settled().events()).isEmpty();
        assertEverythingSays(false);

        beat(page, id, rig.now() + Duration.ofHours(1).toMillis(), false);
        assertThat(activeIsTold().path("activeAt").asLong()).isEqualTo(rig.now());
    }

    @Test
    void anEndedSessionIsInactiveAndIgnoresHeartbeatsForAMinute() {
        Client running = connect();
        activeIsTold();
        page.forget();

        running.send("session-end", Map.of("sid", id, "time", rig.now() - 1_000));
        running.settled();

        assertThat(inactiveIsTold().path("activeAt").asLong()).isEqualTo(rig.now() - 1_000);
        assertEverythingSays(false);
        page.forget();
        beat(running, id, rig.now(), false);
        beat(page, id, rig.now(), false);
        connect().settled();
        rig.passes(Duration.ofSeconds(59));
        beat(running, id, rig.now(), false);
        assertThat(page.settled().events()).isEmpty();
        assertEverythingSays(false);

        rig.passes(Duration.ofSeconds(1));
        assertEverythingSays(false);
        beat(running, id, rig.now(), false);
        activeIsTold();
        assertEverythingSays(true);
        rig.passes(Duration.ofMinutes(5));
        assertEverythingSays(true);
    }

    @Test
    void askingByTheTagLetsAnEndedSessionComeBack() {
        Client running = connect();
        activeIsTold();
        assertThat(ada.api().post("/v1/sessions/" + id + "/archive", Map.of()).status())
                .isEqualTo(200);
        assertEverythingSays(false);
        inactiveIsTold();
        page.forget();

        assertThat(create()).isEqualTo(id);

        assertEverythingSays(false);
        assertThat(page.settled().events()).isEmpty();
        beat(running, id, rig.now(), false);
        activeIsTold();
        assertEverythingSays(true);

        ada.api().post("/v1/sessions/" + id + "/archive", Map.of());
        create();
        page.forget();
        connect();
        activeIsTold();
        assertEverythingSays(true);
    }

    @Test
    void nobodyMutesTheSessionOfAnother() {
        Person eve = rig.signsUp();
        eve.api().post("/v1/sessions/" + id + "/archive", Map.of());
        Client hers = eve.page().connected();
        hers.send("session-end", Map.of("sid", id, "time", rig.now()));
        hers.settled();
        assertThat(page.settled().events()).isEmpty();
        beat(page, id, rig.now(), false);
        activeIsTold();
        assertEverythingSays(true);
    }

    @Test
    void whatHasNoRowCostsNothingLasting() {
        int before = rig.relay().sessionPresence().size();
        for (int i = 0; i < 20; i++) {
            beat(page, "unknown" + i, rig.now(), false);
            page.send("session-end", Map.of("sid", "unknown" + i, "time", rig.now()));
        }
        Client unknown = ada.session("unknown").connected().settled();
        assertThat(unknown.events()).isEmpty();
        unknown.leaves();
        page.settled();
        eventually(() -> rig.relay().sessionPresence().size() == before);

        Client running = connect();
        activeIsTold();
        assertThat(ada.api().delete("/v1/sessions/" + id).status()).isEqualTo(200);
        page.settled();
        page.forget();
        beat(running, id, rig.now(), false);
        running.leaves();
        eventually(() -> rig.relay().sessionPresence().size() == before - 1);
        rig.passes(Duration.ofMinutes(2));
        assertThat(page.settled().events()).isEmpty();
    }

    @Test
    void theEndOfAConnectionThatWasContinuedChangesNothing() {
        SessionKey key = key(ada, id);
        Presence<SessionKey> presence = rig.relay().sessionPresence();
        presence.connected(key, -1, "same");
        presence.registered(key);
        presence.connected(key, -2, "same");
        presence.registered(key);
        for (Presence.End end : Presence.End.values()) {
            presence.disconnected(key, -1, end);
            rig.passes(Duration.ofSeconds(10));
            assertThat(presence.of(key).map(Activity::active)).contains(true);
        }
        presence.disconnected(key, -2, Presence.End.PLANNED);
        assertThat(presence.of(key).map(Activity::active).orElse(false)).isFalse();
    }

    @Test
    void lastActivityIsWrittenNowAndThen() {
        Client running = connect();
        activeIsTold();
        eventually(() -> written("active_at") == rig.now());
        long connectedAt = rig.now();
        rig.passes(Duration.ofSeconds(20));
        beat(running, id, rig.now(), false);
        rig.relay().sessionPresence().flush();
        assertThat(written("active_at")).isEqualTo(connectedAt);
        rig.passes(Duration.ofSeconds(20));
        beat(running, id, rig.now(), false);
        rig.relay().sessionPresence().flush();
        eventually(() -> written("active_at") == rig.now());
        assertThat(session().path("updatedAt").asLong()).isEqualTo(rig.now());
    }

    @Test
    void afterARestartNoSessionIsActiveUntilItIsHeardOf() {
        connect();
        activeIsTold();

        rig.restarts();
        assertEverythingSays(false);

        // What a relay leaves behind that had no time to say goodbye.
        rig.relay().store().writeNow(tx -> tx.execute("UPDATE session SET active = 1"));
        rig.restarts();
        assertEverythingSays(false);
        Client newPage = ada.page().connected();
        connect();
        newPage.receives("activity", event -> event.path("active").asBoolean());
        assertEverythingSays(true);
    }

    @Test
    void aSocketGetsThePresentStateOfItsSessionWhenItConnects() {
        page.ask("update-metadata", Map.of("sid", id, "metadata", "bmV3", "expectedVersion", 0));
        JsonNode told = page.receives("update-session");

        Client running = connect();

        JsonNode update = running.receives("update-session");
        JsonNode body = update.path("body");
        assertThat(body.path("id").asString()).isEqualTo(id);
        assertThat(body.path("metadata").path("value").asString()).isEqualTo("bmV3");
        assertThat(body.path("metadata").path("version").asInt()).isEqualTo(1);
        assertThat(body.path("agentState").has("value")).isTrue();
        assertThat(body.path("agentState").path("value").isNull()).isTrue();
        assertThat(body.path("agentState").path("version").asInt(-1)).isZero();
        assertThat(update.path("seq").asLong()).isEqualTo(told.path("seq").asLong());
        assertThat(running.settled().events()).hasSize(1);
        assertThat(rig.signsUp().session(id).connected().settled().events()).isEmpty();
    }

    private static void eventually(Callable<Boolean> condition) {
        await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(5)).until(condition);
    }

    private static SessionKey key(Person person, String session) {
        return new SessionKey(new AccountId(person.account()), new SessionId(session));
    }

    private Client connect() {
        return ada.session(id).connected();
    }

    private String create() {
        return ada.api()
                .post("/v1/sessions", Map.of("tag", "t", "metadata", "bWV0YQ=="))
                .body()
                .path("session")
                .path("id")
                .asString();
    }

    private static void beat(Client socket, String session, long time, boolean thinking) {
        var beat = new HashMap<String, Object>(Map.of("sid", session, "time", time));
        if (thinking) {
            beat.put("thinking", true);
        }
        socket.send("session-alive", beat);
        socket.settled();
    }

    private void awaitGrace() {
        // The end of a connection is noticed by the relay, not by this test.
        eventually(() -> rig.relay().sessionPresence().inGrace() == 1);
    }

    private JsonNode activeIsTold() {
        return page.receives("activity", event -> event.path("active").asBoolean());
    }

    private JsonNode inactiveIsTold() {
        return page.receives("activity", event -> !event.path("active").asBoolean());
    }

    private JsonNode session() {
        return ada.api().get("/v1/sessions/" + id).body().path("session");
    }

    /// All answers and the database agree.
    private void assertEverythingSays(boolean active) {
        assertThat(session().path("active").asBoolean()).isEqualTo(active);
        JsonNode listed = ada.api().get("/v1/sessions").body().path("sessions").get(0);
        assertThat(listed.path("active").asBoolean()).isEqualTo(active);
        assertThat(listed.path("activeAt")).isEqualTo(session().path("activeAt"));
        eventually(() -> (written("active") == 1) == active);
    }

    private long written(String column) {
        return rig.relay()
                .store()
                .readNow(
                        sql ->
                                sql.first(
                                                "SELECT " + column + " FROM session WHERE id = ?",
                                                row -> row.getLong(1),
                                                id)
                                        .orElseThrow());
    }
}
