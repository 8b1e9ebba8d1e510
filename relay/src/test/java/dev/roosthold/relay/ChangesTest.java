package dev.roosthold.relay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.MachineId;
import dev.roosthold.protocol.SessionId;
import dev.roosthold.protocol.Versioned;
import dev.roosthold.protocol.updates.UpdateBody;
import dev.roosthold.relay.store.Transaction;
import dev.roosthold.relay.updates.Recipients;
import dev.roosthold.relay.updates.Updates;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// `GET /v1/changes`.
class ChangesTest {
    private static final int MB = 1 << 20;

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
    void changesAreWhatTheSocketsGotAndComeInPages() {
        Client page = ada.page().connected();
        String session = ada.makesSession("s");
        ada.makesMachine("m");
        posts(session, "YQ==", "Yg==");
        users("c");
        page.receives("update-account");
        List<JsonNode> live =
                page.events().stream()
                        .filter(event -> event.name().equals("update"))
                        .map(Client.Event::body)
                        .toList();
        assertThat(live).hasSize(6);

        assertThat(changes(0).changes()).isEqualTo(live);
        assertThat(changes(0).more()).isFalse();
        assertThat(changes(0).last()).isEqualTo(6);
        var collected = new ArrayList<JsonNode>();
        long after = 0;
        boolean more = true;
        while (more) {
            Page part = changes(ada.token(), after, 4);
            assertThat(part.verdict()).isEqualTo("resumed");
            assertThat(part.changes()).hasSizeBetween(1, 4);
            collected.addAll(part.changes());
            after = part.changes().getLast().path("seq").asLong();
            more = part.more();
        }
        assertThat(collected).isEqualTo(live);
        assertThat(changes(ada.token(), 2, 4).more()).isFalse();
    }

    @Test
    void clientThatIsUpToDateGetsNothingAndNoGap() {
        assertThat(changes(0)).isEqualTo(new Page("resumed", List.of(), 0, false));
        users("a", "b");
        assertThat(changes(2)).isEqualTo(new Page("resumed", List.of(), 2, false));
    }

    @Test
    void numberThatWasNeverGivenIsAGap() {
        users("a", "b");
        assertThat(changes(3)).isEqualTo(new Page("gap", List.of(), 2, false));
        assertThat(changes(Long.MAX_VALUE)).isEqualTo(new Page("gap", List.of(), 2, false));
    }

    @Test
    void numberOlderThanTheLogIsAGap() {
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
        IntStream.range(0, 256).forEach(_ -> users("x"));

        assertThat(changes(0)).isEqualTo(new Page("gap", List.of(), 256, false));
        assertThat(changes(205).verdict()).isEqualTo("gap");
        assertThat(changes(206).changes()).hasSize(50);
        rig.clock().pass(Duration.ofDays(2));
        rig.relay().updates().prune(rig.relay().store());
        rig.relay().store().writeNow(_ -> true);
        assertThat(changes(206).verdict()).isEqualTo("gap");
        assertThat(changes(255).changes()).hasSize(1);
    }

    @Test
    void holeInTheLogIsAGapAndNotAJump() {
        users("a", "b", "c", "d");
        rig.relay()
                .store()
                .writeNow(
                        tx ->
                                tx.execute(
                                        "DELETE FROM update_log WHERE account_id = ? AND seq = 3",
                                        ada.account()));
        assertThat(changes(0).verdict()).isEqualTo("gap");
        assertThat(changes(3).verdict()).isEqualTo("resumed");
    }

    @Test
    void machineGetsItsOwnAndThoseOfTheSessionsItMade() {
        String machine = rig.machineId();
        String token = machineToken(machine);
        var own = new Recipients.Machine(new MachineId(machine));
        String made = makesSession(token, "made");
        String foreign = ada.makesSession("foreign");
        long start = lastSeq();
        tells(new Recipients.Users(), "u");
        tells(own, "own");
        tells(new Recipients.Machine(new MachineId("other")), "other");
        tells(new Recipients.Session(new SessionId(foreign)), "foreign");
        tells(new Recipients.Session(new SessionId(made)), "made");
        tells(new Recipients.Users(), "u");

        Page all = changes(token, start, 500);
        assertThat(values(all)).containsExactly("own", "made");
        assertThat(all.last()).isEqualTo(start + 6);
        assertThat(all.more()).isFalse();
        assertThat(values(changes(ada.token(), start, 500)))
                .containsExactly("u", "own", "other", "foreign", "made", "u");

        // Whatever lies between, a page is empty only at the end.
        Page first = changes(token, start, 1);
        assertThat(values(first)).containsExactly("own");
        assertThat(first.more()).isTrue();
        Page second = changes(token, first.changes().getLast().path("seq").asLong(), 1);
        assertThat(values(second)).containsExactly("made");
        assertThat(second.more()).isFalse();
        assertThat(changes(token, start + 5, 1))
                .isEqualTo(new Page("resumed", List.of(), start + 6, false));
    }

    @Test
    void fewChangesAmongManyOfOthersAreFound() {
        String machine = rig.machineId();
        String token = machineToken(machine);
        long start = lastSeq();
        rig.relay()
                .store()
                .writeNow(
                        tx -> {
                            for (int i = 0; i < 3_000; i++) {
                                append(tx, new Recipients.Users(), "u");
                            }
                            return true;
                        });
        tells(new Recipients.Machine(new MachineId(machine)), "own");

        Page page = changes(token, start, 1);

        assertThat(values(page)).containsExactly("own");
        assertThat(page.more()).isFalse();
    }

    @Test
    void pageOfLargeChangesEndsEarly() {
        String text = "x".repeat(5 * MB);
        users(text, "small", text, "y".repeat(20 * MB), "small");

        Page first = changes(0);
        assertThat(numbers(first)).containsExactly(1L, 2L);
        assertThat(first.more()).isTrue();
        Page second = changes(2);
        assertThat(numbers(second)).containsExactly(3L);
        Page third = changes(3);
        assertThat(numbers(third)).containsExactly(4L);
        assertThat(third.more()).isTrue();
        assertThat(numbers(changes(4))).containsExactly(5L);
        assertThat(changes(4).more()).isFalse();
    }

    @Test
    void messagesOfADeletedSessionAreLeftOut() {
        String session = ada.makesSession("s");
        posts(session, "YQ==", "Yg==");
        ada.api().delete("/v1/sessions/" + session);
        rig.relay()
                .store()
                .writeNow(tx -> tx.execute("DELETE FROM message WHERE session_id = ?", session));

        Page page = changes(ada.token(), 0, 2);

        assertThat(page.changes())
                .extracting(change -> change.path("body").path("t").asString())
                .containsExactly("new-session", "delete-session");
        assertThat(page.more()).isFalse();
    }

    @Test
    void nothingIsMissedWhileOthersWrite() throws Exception {
        int writers = 4;
        int each = 150;
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < writers; i++) {
                running.add(
                        executor.submit(() -> IntStream.range(0, each).forEach(_ -> users("x"))));
            }
            var seen = new ArrayList<Long>();
            long after = 0;
            while (after < writers * each) {
                Page page = changes(ada.token(), after, 7);
                assertThat(page.verdict()).isEqualTo("resumed");
                seen.addAll(numbers(page));
                after = page.more() ? seen.getLast() : page.last();
            }
            assertThat(seen)
                    .containsExactlyElementsOf(
                            LongStream.rangeClosed(1, writers * each).boxed().toList());
            for (Future<?> writer : running) {
                writer.get();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "?after=",
                "?after=-1",
                "?after=x",
                "?after=1.5",
                "?after=99999999999999999999",
                "?after=0&limit=0",
                "?after=0&limit=1001",
                "?after=0&limit=x"
            })
    void wrongParametersAreRefused(String query) {
        Answer answer = ada.api().get("/v1/changes" + query);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.error()).isEqualTo("Error");
        assertThat(rig.api().get("/v1/changes" + query).status()).isEqualTo(401);
    }

    private record Page(String verdict, List<JsonNode> changes, long last, boolean more) {}

    private Page changes(long after) {
        return page(ada.token(), "?after=" + after);
    }

    private Page changes(String token, long after, int limit) {
        return page(token, "?after=" + after + "&limit=" + limit);
    }

    private Page page(String token, String query) {
        Answer answer = rig.api().as(token).get("/v1/changes" + query);
        assertThat(answer.status()).isEqualTo(200);
        JsonNode body = answer.body();
        assertThat(body.propertyNames())
                .containsExactlyInAnyOrder("verdict", "changes", "lastSeq", "hasMore");
        return new Page(
                answer.text("verdict"),
                List.copyOf(body.path("changes").values()),
                body.path("lastSeq").asLong(),
                body.path("hasMore").asBoolean());
    }

    private static List<Long> numbers(Page page) {
        return page.changes().stream().map(change -> change.path("seq").asLong()).toList();
    }

    private static List<String> values(Page page) {
        return page.changes().stream()
                .map(change -> change.path("body").path("settings").path("value").asString())
                .toList();
    }

    private String machineToken(String machine) {
        String secret = ada.addsMachine(machine, "laptop");
        return rig.api()
                .post("/v1/machines/authenticate", Map.of("machineId", machine, "secret", secret))
                .text("token");
    }

    private String makesSession(String token, String tag) {
        return rig.api()
                .as(token)
                .post("/v1/sessions", Map.of("tag", tag, "metadata", "bWV0YQ=="))
                .body()
                .path("session")
                .path("id")
                .asString();
    }

    private void posts(String session, String... contents) {
        var messages = new ArrayList<Map<String, String>>();
        for (String content : contents) {
            messages.add(Map.of("localId", "l" + messages.size(), "content", content));
        }
        Answer answer =
                ada.api()
                        .post(
                                "/v3/sessions/" + session + "/messages",
                                Map.of("messages", messages));
        assertThat(answer.status()).isEqualTo(200);
    }

    private void users(String... texts) {
        for (String text : texts) {
            tells(new Recipients.Users(), text);
        }
    }

    private void tells(Recipients to, String text) {
        rig.relay().store().writeNow(tx -> append(tx, to, text));
    }

    private long append(Transaction tx, Recipients to, String text) throws SQLException {
        var account = new AccountId(ada.account());
        var body = new UpdateBody.UpdateAccount(account, new Versioned(text, 1));
        return rig.relay().updates().append(tx, account, to, body);
    }

    private long lastSeq() {
        return rig.relay()
                .store()
                .readNow(sql -> Updates.lastSeq(sql, new AccountId(ada.account())));
    }
}
