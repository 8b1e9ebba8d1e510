package dev.roosthold.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.roosthold.protocol.Codec;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Sessions over REST, and their versioned fields over the socket.
class SessionsTest {
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
    void aNewSessionIsStoredAsItWasSentAndTold() {
        Client page = ada.page().connected();

        JsonNode session =
                create(
                                ada.api(),
                                "t",
                                Map.of("agentState", "c3RhdGU=", "dataEncryptionKey", "AAEC"))
                        .body()
                        .path("session");

        assertThat(session.path("metadata").asString()).isEqualTo("bWV0YQ==");
        assertThat(session.path("metadataVersion").asInt(-1)).isZero();
        assertThat(session.path("agentState").asString()).isEqualTo("c3RhdGU=");
        assertThat(session.path("agentStateVersion").asInt(-1)).isZero();
        assertThat(session.path("dataEncryptionKey").asString()).isEqualTo("AAEC");
        assertThat(session.path("seq").asInt(-1)).isZero();
        assertThat(session.path("active").asBoolean()).isTrue();
        assertThat(session.path("activeAt").asLong()).isEqualTo(rig.now());
        assertThat(session.has("lastMessage")).isTrue();
        assertThat(session.path("lastMessage").isNull()).isTrue();

        JsonNode told = page.receives("new-session").path("body");
        for (var field : session.properties()) {
            if (!field.getKey().equals("lastMessage")) {
                assertThat(told.path(field.getKey())).isEqualTo(field.getValue());
            }
        }
        String id = session.path("id").asString();
        assertThat(ada.api().get("/v1/sessions/" + id).body().path("session")).isEqualTo(session);
        assertThat(ada.api().get("/v1/sessions").body().path("sessions").get(0)).isEqualTo(session);
    }

    @Test
    void theSameTagFindsTheSessionAndChangesAndTellsNothing() {
        JsonNode first = create(ada.api(), "t", Map.of()).body().path("session");
        Client page = ada.page().connected();
        rig.passes(Duration.ofSeconds(1));

        JsonNode again =
                create(ada.api(), "t", Map.of("metadata", "b3RoZXI=", "agentState", "x"))
                        .body()
                        .path("session");

        assertThat(again).isEqualTo(first);
        assertThat(page.settled().events()).isEmpty();
        assertThat(create(rig.signsUp().api(), "t", Map.of()).body().path("session").path("id"))
                .isNotEqualTo(first.path("id"));
    }

    @Test
    void manyCreatesOfOneTagAtOnceMakeOneSession() throws Exception {
        Set<String> ids = Collections.synchronizedSet(new HashSet<>());
        Callable<Integer> create =
                () -> {
                    Answer answer = create(ada.api(), "t", Map.of());
                    ids.add(answer.body().path("session").path("id").asString());
                    return answer.status();
                };
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var status : executor.invokeAll(Collections.nCopies(20, create))) {
                assertThat(status.get()).isEqualTo(200);
            }
        }
        assertThat(ids).hasSize(1);
        assertThat(ada.api().get("/v1/sessions").body().path("sessions")).hasSize(1);
    }

    @Test
    void wrongTypesAndTextsInEveryFieldAreTheClientsFault() {
        for (String field : List.of("tag", "metadata", "agentState", "dataEncryptionKey")) {
            for (Object wrong : List.of(1, true, List.of(), Map.of())) {
                assertRefused(field, wrong);
            }
        }
        for (String key : List.of("***", "", "AA=A", "with space", "A".repeat(4_100))) {
            assertRefused("dataEncryptionKey", key);
        }
        assertRefused("tag", "x".repeat(513));
        assertThat(
                        ada.api()
                                .raw(
                                        "POST",
                                        "/v1/sessions",
                                        "{\"tag\":\"t\",\"metadata\":\"\\ud800\"}")
                                .status())
                .isEqualTo(400);
        assertThat(ada.api().post("/v1/sessions", Map.of("tag", "t")).status()).isEqualTo(400);
        assertThat(ada.api().anonymous().get("/v1/sessions").status()).isEqualTo(401);
        assertThat(ada.api().get("/v1/sessions").body().path("sessions")).isEmpty();
        assertThat(create(ada.api(), "x".repeat(512), Map.of()).status()).isEqualTo(200);
        String large = "{\"tag\":\"l\",\"metadata\":\"" + "x".repeat((4 << 20) + 1) + "\"}";
        assertThat(ada.api().raw("POST", "/v1/sessions", large).status()).isEqualTo(413);
    }

    @Test
    void theSessionThatWasWrittenLastComesFirst() {
        String first = made("1");
        rig.passes(Duration.ofSeconds(1));
        String second = made("2");
        rig.passes(Duration.ofSeconds(1));
        assertThat(listed("/v1/sessions")).containsExactly(second, first);

        writeMetadata(ada.page().connected(), first, 0);

        assertThat(listed("/v1/sessions")).containsExactly(first, second);
        assertThat(
                        ada.api()
                                .get("/v1/sessions/" + first)
                                .body()
                                .path("session")
                                .path("updatedAt")
                                .asLong())
                .isEqualTo(rig.now());
    }

    @Test
    void pagesShowEverySessionOnce() {
        var made = new HashSet<String>();
        for (int i = 0; i < 7; i++) {
            made.add(made("t" + i));
        }
        var seen = new ArrayList<String>();
        String path = "/v2/sessions?limit=3";
        while (true) {
            JsonNode page = ada.api().get(path).body();
            page.path("sessions")
                    .forEach(
                            session -> {
                                assertThat(session.has("lastMessage")).isFalse();
                                seen.add(session.path("id").asString());
                            });
            assertThat(page.path("hasNext").asBoolean())
                    .isEqualTo(!page.path("nextCursor").isNull());
            if (!page.path("hasNext").asBoolean()) {
                break;
            }
            path = "/v2/sessions?limit=3&cursor=" + page.path("nextCursor").asString();
        }
        assertThat(seen)
                .hasSize(7)
                .containsExactlyInAnyOrderElementsOf(made)
                .isSortedAccordingTo(Collections.reverseOrder());

        Answer bad = ada.api().get("/v2/sessions?cursor=zzz");
        assertThat(bad.status()).isEqualTo(400);
        assertThat(bad.error()).isEqualTo("Invalid cursor format");
        for (String query :
                List.of("cursor=cursor_v1_", "limit=0", "limit=201", "changedSince=0", "limit=x")) {
            assertThat(ada.api().get("/v2/sessions?" + query).status()).as(query).isEqualTo(400);
        }
    }

    @Test
    void changedSinceLeavesOutWhatIsOlder() {
        made("old");
        long then = rig.now();
        rig.passes(Duration.ofSeconds(1));
        String changed = made("new");
        assertThat(listed("/v2/sessions?changedSince=" + then)).containsExactly(changed);
    }

    @Test
    void activeSessionsComeByTheirLatestActivity() {
        String first = made("1");
        rig.passes(Duration.ofSeconds(1));
        String second = made("2");
        String third = made("3");
        rig.passes(Duration.ofSeconds(1));
        ada.api().post("/v1/sessions/" + third + "/archive", Map.of());
        beat(ada.page().connected(), first);

        assertThat(listed("/v2/sessions/active")).containsExactly(first, second);
        assertThat(listed("/v2/sessions/active?limit=1")).containsExactly(first);
        assertThat(ada.api().get("/v2/sessions/active?limit=501").status()).isEqualTo(400);
        Client page = ada.page().connected();
        ada.session(first).connected();
        page.receives("activity");
        rig.passes(Duration.ofMinutes(16));
        assertThat(listed("/v2/sessions/active")).isEmpty();
    }

    @Test
    void archivingAndDeletingNeedNoBodyAndOnlyReachOwnSessions() {
        String id = made("t");
        Person eve = rig.signsUp();
        Client page = ada.page().connected();
        for (String unknown : List.of(id, "nope")) {
            Answer archived = eve.api().raw("POST", "/v1/sessions/" + unknown + "/archive", null);
            assertThat(archived.status()).isEqualTo(404);
            assertThat(archived.error()).isEqualTo("Session not found");
            Answer deleted = eve.api().delete("/v1/sessions/" + unknown);
            assertThat(deleted.status()).isEqualTo(404);
            assertThat(deleted.error()).isEqualTo("Session not found or not owned by user");
            assertThat(eve.api().get("/v1/sessions/" + unknown).status()).isEqualTo(404);
        }
        assertThat(page.settled().events()).isEmpty();

        for (int i = 0; i < 2; i++) {
            Answer archived = ada.api().raw("POST", "/v1/sessions/" + id + "/archive", null);
            assertThat(archived.status()).isEqualTo(200);
            assertThat(archived.body().path("success").asBoolean()).isTrue();
            JsonNode told = page.receives("activity");
            assertThat(told.path("active").asBoolean(true)).isFalse();
            assertThat(told.path("thinking").asBoolean(true)).isFalse();
            page.forget();
        }
        assertThat(ada.api().delete("/v1/sessions/" + id).status()).isEqualTo(200);
        assertThat(page.receives("delete-session").path("body").path("sid").asString())
                .isEqualTo(id);
        assertThat(ada.api().delete("/v1/sessions/" + id).status()).isEqualTo(404);
        assertThat(ada.api().get("/v1/sessions").body().path("sessions")).isEmpty();
    }

    @Test
    void messagesOfADeletedSessionLeaveTheDisk() {
        String id = made("t");
        String other = made("other");
        for (String session : List.of(id, other)) {
            List<Map<String, String>> messages =
                    IntStream.range(0, 1_250)
                            .mapToObj(i -> Map.of("content", "x", "localId", "l" + i))
                            .toList();
            assertThat(
                            ada.api()
                                    .post(
                                            "/v3/sessions/" + session + "/messages",
                                            Map.of("messages", messages))
                                    .status())
                    .isEqualTo(200);
        }
        assertThat(ada.api().delete("/v1/sessions/" + id).status()).isEqualTo(200);
        assertThat(ada.api().get("/v3/sessions/" + id + "/messages").status()).isEqualTo(404);

        rig.relay().purge();

        await().pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> count("SELECT count(*) FROM session_to_purge") == 0);
        assertThat(count("SELECT count(*) FROM message")).isEqualTo(1_250);
        assertThat(create(ada.api(), "t", Map.of()).body().path("session").path("id").asString())
                .isNotEqualTo(id);
    }

    @Test
    void aWriteIsToldToTheSessionAndItsPeopleBeforeItIsAcknowledged() {
        String id = made("t");
        Client session = ada.session(id).connected();
        session.receives("update-session");
        Client other = ada.session(made("other")).connected();
        other.receives("update-session");
        Client page = ada.page().connected();
        session.forget();
        other.forget();

        JsonNode answer = writeMetadata(session, id, 0);

        assertThat(answer)
                .isEqualTo(json(Map.of("result", "success", "version", 1, "metadata", "bWV0YTA=")));
        // Nothing was waited for: the event was there before the answer.
        assertThat(session.events("update-session")).hasSize(1);
        JsonNode body = page.receives("update-session").path("body");
        assertThat(body.path("id").asString()).isEqualTo(id);
        assertThat(body.path("metadata"))
                .isEqualTo(json(Map.of("value", "bWV0YTA=", "version", 1)));
        assertThat(body.has("agentState")).isFalse();
        assertThat(other.settled().events("update-session")).isEmpty();
    }

    @Test
    void theAgentStateMayBeNull() {
        String id = made("t");
        Client page = ada.page().connected();
        assertThat(writeState(page, id, "eA==", 0).path("version").asInt()).isEqualTo(1);
        JsonNode cleared = writeState(page, id, null, 1);
        assertThat(cleared.path("result").asString()).isEqualTo("success");
        assertThat(cleared.has("agentState")).isTrue();
        assertThat(cleared.path("agentState").isNull()).isTrue();
        JsonNode told =
                page.receives(
                                "update-session",
                                update ->
                                        update.path("body")
                                                        .path("agentState")
                                                        .path("version")
                                                        .asInt()
                                                == 2)
                        .path("body")
                        .path("agentState");
        assertThat(told.has("value")).isTrue();
        assertThat(told.path("value").isNull()).isTrue();

        JsonNode stale = writeState(page, id, "eQ==", 0);
        assertThat(stale.path("result").asString()).isEqualTo("version-mismatch");
        assertThat(stale.path("version").asInt()).isEqualTo(2);
        assertThat(stale.path("agentState").isNull()).isTrue();
        // A socket that comes later gets the null as well.
        JsonNode full = ada.session(id).connected().receives("update-session").path("body");
        assertThat(full.path("agentState").path("value").isNull()).isTrue();
        assertThat(full.path("agentState").path("version").asInt()).isEqualTo(2);
        assertThat(full.path("metadata").path("value").asString()).isEqualTo("bWV0YQ==");
    }

    @Test
    void staleVersionIsRefusedAndNothingIsSent() {
        String id = made("t");
        Client page = ada.page().connected();
        writeMetadata(page, id, 0);
        page.forget();
        for (long version : List.of(0L, 2L, -1L, Long.MAX_VALUE)) {
            JsonNode answer = writeMetadata(page, id, version);
            assertThat(answer)
                    .isEqualTo(
                            json(
                                    Map.of(
                                            "result",
                                            "version-mismatch",
                                            "version",
                                            1,
                                            "metadata",
                                            "bWV0YTA=")));
        }
        assertThat(page.settled().events()).isEmpty();
    }

    @Test
    void whatCannotBeWrittenIsAnErrorAndNothingElse() {
        String id = made("t");
        Person eve = rig.signsUp();
        String foreign =
                create(eve.api(), "t", Map.of()).body().path("session").path("id").asString();
        Client page = ada.page().connected();
        JsonNode error = json(Map.of("result", "error"));
        for (String sid : List.of("nope", foreign, "")) {
            assertThat(writeMetadata(page, sid, 0)).as(sid).isEqualTo(error);
            assertThat(writeState(page, sid, "x", 0)).as(sid).isEqualTo(error);
        }
        for (Object wrong : List.of(1, true, List.of(), Map.of())) {
            assertThat(page.ask("update-metadata", fields(id, "metadata", wrong, 0)))
                    .as("%s", wrong)
                    .isEqualTo(error);
            assertThat(page.ask("update-state", fields(id, "agentState", wrong, 0)))
                    .as("%s", wrong)
                    .isEqualTo(error);
            assertThat(
                            page.ask("update-state", fields(id, "agentState", "x", wrong))
                                    .path("result"))
                    .as("%s", wrong)
                    .isEqualTo(wrong.equals(1) ? json("version-mismatch") : error.path("result"));
        }
        assertThat(page.ask("update-metadata", fields(id, "metadata", null, 0))).isEqualTo(error);
        assertThat(page.ask("update-state", Map.of("sid", id, "expectedVersion", 0)))
                .isEqualTo(error);
        assertThat(page.ask("update-state", "text")).isEqualTo(error);
        assertThat(page.settled().events()).isEmpty();
        assertThat(
                        ada.api()
                                .get("/v1/sessions/" + id)
                                .body()
                                .path("session")
                                .path("agentStateVersion")
                                .asInt(-1))
                .isZero();
    }

    @Test
    void textsWithoutAUtf8FormAreAnErrorAndDoNotStayUnanswered() throws Exception {
        String id = made("t");
        ada.makesMachine("m");
        var answers = new LinkedBlockingQueue<String>();
        var socket =
                new RawSocket(
                        HttpClient.newHttpClient(),
                        rig.relay().address(),
                        Map.of("token", ada.token()),
                        (_, packet) -> answers.add(packet));
        Map<String, String> events =
                Map.of(
                        "update-metadata",
                        "\"sid\":\"" + id + "\",\"metadata\"",
                        "update-state",
                        "\"sid\":\"" + id + "\",\"agentState\"",
                        "machine-update-metadata",
                        "\"machineId\":\"m\",\"metadata\"",
                        "machine-update-state",
                        "\"machineId\":\"m\",\"daemonState\"");
        for (var event : events.entrySet()) {
            for (String half : List.of("\\ud800", "x\\udc00y", "\\ud800\\ud800")) {
                socket.send(
                        "21[\""
                                + event.getKey()
                                + "\",{"
                                + event.getValue()
                                + ":\""
                                + half
                                + "\",\"expectedVersion\":0}]");
                assertThat(answers.poll(10, TimeUnit.SECONDS))
                        .as("%s %s", event.getKey(), half)
                        .startsWith("31[{")
                        .contains("\"result\":\"error\"");
            }
        }
        socket.breaks();
    }

    @Test
    void ofRacingWritersOneWinsAndTheOthersLearnWhatItWrote() throws Exception {
        String id = made("t");
        List<Client> writers = IntStream.range(0, 4).mapToObj(_ -> ada.page().connected()).toList();
        for (int version = 0; version < 10; version++) {
            int expected = version;
            var writes = new ArrayList<Callable<JsonNode>>();
            for (int i = 0; i < writers.size(); i++) {
                Client writer = writers.get(i);
                String value = "v" + version + "w" + i;
                writes.add(() -> writeState(writer, id, value, expected));
            }
            var answers = new ArrayList<JsonNode>();
            try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
                for (var answer : executor.invokeAll(writes)) {
                    answers.add(answer.get());
                }
            }
            JsonNode stored =
                    ada.api().get("/v1/sessions/" + id).body().path("session").path("agentState");
            assertThat(answers)
                    .filteredOn(answer -> answer.path("result").asString().equals("success"))
                    .hasSize(1);
            assertThat(answers)
                    .allMatch(answer -> answer.path("version").asInt() == expected + 1)
                    .allMatch(answer -> answer.path("agentState").equals(stored));
        }
    }

    @Test
    void theCredentialOfAMachineReachesOnlyWhatItMade() {
        String ofAda = made("of-ada");
        String machine = rig.machineId();
        String secret = ada.addsMachine(machine, "box");
        String token =
                rig.api()
                        .post(
                                "/v1/machines/authenticate",
                                Map.of("machineId", machine, "secret", secret))
                        .text("token");
        Api box = rig.api().as(token);

        assertThat(create(box, "of-ada", Map.of()).status()).isEqualTo(409);
        String ofBox = create(box, "of-box", Map.of()).body().path("session").path("id").asString();

        assertThat(create(box, "of-box", Map.of()).body().path("session").path("id").asString())
                .isEqualTo(ofBox);
        assertThat(box.get("/v1/sessions").body().path("sessions")).hasSize(1);
        assertThat(box.get("/v2/sessions").body().path("sessions")).hasSize(1);
        assertThat(box.get("/v2/sessions/active").body().path("sessions")).hasSize(1);
        assertThat(box.get("/v1/sessions/" + ofBox).status()).isEqualTo(200);
        assertThat(box.get("/v1/sessions/" + ofAda).status()).isEqualTo(404);
        assertThat(box.post("/v1/sessions/" + ofAda + "/archive", Map.of()).status())
                .isEqualTo(404);
        assertThat(box.delete("/v1/sessions/" + ofAda).status()).isEqualTo(404);
        assertThat(listed("/v1/sessions")).containsExactlyInAnyOrder(ofAda, ofBox);
        // The account's own credential finds what the machine made.
        assertThat(
                        create(ada.api(), "of-box", Map.of())
                                .body()
                                .path("session")
                                .path("id")
                                .asString())
                .isEqualTo(ofBox);

        assertThat(asSession(token, ofAda).outcome())
                .isEqualTo("Not allowed for a machine credential");
        assertThat(asSession(token, "unknown").outcome()).isEqualTo("connected");
        Client running = asSession(token, ofBox).connected();
        assertThat(writeMetadata(running, ofBox, 0).path("result").asString()).isEqualTo("success");
        assertThat(writeMetadata(running, ofAda, 0)).isEqualTo(json(Map.of("result", "error")));
        Client page = ada.page().connected();
        beat(running, ofAda);
        running.send("session-end", Map.of("sid", ofAda, "time", rig.now()));
        running.settled();
        assertThat(page.settled().events()).isEmpty();
        assertThat(box.delete("/v1/sessions/" + ofBox).status()).isEqualTo(200);
    }

    private Client asSession(String token, String session) {
        return rig.connect(
                Map.of("token", token, "clientType", "session-scoped", "sessionId", session));
    }

    private void assertRefused(String field, Object wrong) {
        Answer answer = create(ada.api(), "t", Map.of(field, wrong));
        assertThat(answer.status()).as("%s = %s", field, wrong).isEqualTo(400);
        assertThat(answer.text("message")).startsWith("body/" + field);
    }

    private static Answer create(Api api, String tag, Map<String, ?> more) {
        var body = new HashMap<String, Object>(Map.of("tag", tag, "metadata", "bWV0YQ=="));
        body.putAll(more);
        return api.post("/v1/sessions", body);
    }

    private String made(String tag) {
        Answer answer = create(ada.api(), tag, Map.of());
        assertThat(answer.status()).isEqualTo(200);
        return answer.body().path("session").path("id").asString();
    }

    private List<String> listed(String path) {
        return ada.api()
                .get(path)
                .body()
                .path("sessions")
                .valueStream()
                .map(session -> session.path("id").asString())
                .toList();
    }

    private void beat(Client socket, String session) {
        socket.send("session-alive", Map.of("sid", session, "time", rig.now()));
        socket.settled();
    }

    private static JsonNode writeMetadata(Client socket, String session, long expected) {
        return socket.ask("update-metadata", fields(session, "metadata", "bWV0YTA=", expected));
    }

    private static JsonNode writeState(
            Client socket, String session, @Nullable Object state, long expected) {
        return socket.ask("update-state", fields(session, "agentState", state, expected));
    }

    private static Map<String, @Nullable Object> fields(
            String session, String field, @Nullable Object value, Object expected) {
        var fields = new HashMap<String, @Nullable Object>();
        fields.put("sid", session);
        fields.put(field, value);
        fields.put("expectedVersion", expected);
        return fields;
    }

    private static JsonNode json(Object value) {
        return Codec.parse(Codec.print(value));
    }

    private long count(String query) {
        return rig.relay()
                .store()
                .readNow(sql -> sql.first(query, row -> row.getLong(1)).orElseThrow());
    }
}
