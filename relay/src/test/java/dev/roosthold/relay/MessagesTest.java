package dev.roosthold.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.roosthold.protocol.Codec;
import dev.roosthold.protocol.SessionId;
import dev.roosthold.protocol.sessions.Message;
import dev.roosthold.protocol.updates.UpdateBody;
import dev.roosthold.relay.http.Front;
import dev.roosthold.relay.limits.Rate;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Messages: numbers, repetition, order, pages, who hears of them.
class MessagesTest {
    private RelayRig rig;
    private Person ada;
    private String session;

    @BeforeEach
    void start() {
        // A follower asks more often than one account may, and the clock that would heal stands.
        rig =
                RelayRig.start(
                        config ->
                                config.withFront(
                                        Front.USUAL.withLimits(
                                                Front.Limits.USUAL.withRequestsPerAccount(
                                                        new Rate(10_000_000, 1)))));
        ada = rig.signsUp();
        session = ada.makesSession("chat");
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    void batchGetsConsecutiveNumbersAndEveryoneHears() {
        Client page = ada.page().connected();
        Client agent = ada.session(session).connected();
        Client other = ada.session(ada.makesSession("other")).connected();

        Answer answer = post(message("a", "one"), message("b", "two"));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(numbers(answer)).containsExactly(1L, 2L);
        assertThat(answer.body().path("messages").get(0).has("content")).isFalse();
        for (Client listener : List.of(page, agent)) {
            listener.receives("new-message", body -> content(body).equals("two"));
            assertThat(listener.events("new-message"))
                    .extracting(event -> content(event.body()))
                    .containsExactly("one", "two");
        }
        assertThat(other.settled().events("new-message")).isEmpty();
    }

    @Test
    void liveUpdateIsPrintedLikeTheRecord() {
        Client page = ada.page().connected();
        String content = "é\"\\\u0001\u2028 😀";
        post(message("l\"1", content));
        JsonNode live = page.receives("new-message").path("body");
        JsonNode stored = messages("").get(0);
        var record =
                new UpdateBody.NewMessage(
                        new SessionId(session),
                        new Message(
                                stored.path("id").asString(),
                                1,
                                Message.Content.encrypted(content),
                                "l\"1",
                                stored.path("createdAt").asLong(),
                                stored.path("updatedAt").asLong()));
        assertThat(live)
                .isEqualTo(Codec.parse(Codec.printText(record).getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void repeatedLocalIdTakesNothingAndAnswersWhatIsStored() {
        Client page = ada.page().connected();
        JsonNode first = post(message("a", "one")).body().path("messages").get(0);
        page.receives("new-message");
        page.forget();

        Answer again = post(message("a", "changed"), message("b", "two"), message("b", "again"));

        assertThat(numbers(again)).containsExactly(1L, 2L);
        assertThat(again.body().path("messages").get(0)).isEqualTo(first);
        assertThat(contents("")).containsExactly("one", "two");
        page.receives("new-message");
        assertThat(page.settled().events("new-message")).hasSize(1);

        Client socket = ada.page().connected();
        JsonNode ack = socket.ask("message", of("a", "third try"));
        assertThat(ack.path("ok").asBoolean()).isTrue();
        assertThat(ack.path("seq").asLong()).isEqualTo(1);
        assertThat(ack.path("id")).isEqualTo(first.path("id"));
        assertThat(contents("")).hasSize(2);
    }

    @Test
    void simultaneousRepeatsStoreOneMessageAndAllSucceed() throws Exception {
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int round = 0; round < 10; round++) {
                String localId = "same-" + round;
                List<Callable<Answer>> calls =
                        IntStream.range(0, 12)
                                .<Callable<Answer>>mapToObj(
                                        i -> () -> post(message(localId, "copy " + i)))
                                .toList();
                var answers = executor.invokeAll(calls).stream().map(Future::resultNow).toList();
                assertThat(answers).allMatch(answer -> answer.status() == 200);
                assertThat(answers.stream().map(a -> a.body().toString()).distinct()).hasSize(1);
                assertThat(numbers(answers.getFirst())).containsExactly(round + 1L);
            }
        }
    }

    @Test
    void socketMessageReachesAllButItsSenderAndIsAnsweredOnlyWhenAsked() {
        Client page = ada.page().connected();
        Client agent = ada.session(session).connected();

        agent.send("message", of("a", "one"));
        JsonNode ack = agent.ask("message", of("b", "two"));

        assertThat(ack.path("ok").asBoolean()).isTrue();
        assertThat(ack.path("seq").asLong()).isEqualTo(2);
        page.receives("new-message", body -> content(body).equals("two"));
        assertThat(agent.settled().events("new-message")).isEmpty();
        assertThat(contents("")).containsExactly("one", "two");
    }

    @Test
    void wrongOrForeignSocketMessagesAreRefusedAndHurtNobody() {
        Person bob = rig.signsUp();
        Client agent = ada.session(session).connected();
        assertThat(
                        agent.ask("message", Map.of("sid", session, "message", 7))
                                .path("ok")
                                .asBoolean())
                .isFalse();
        assertThat(agent.ask("message", Map.of("message", "x")).path("error").asString())
                .isEqualTo("Invalid parameters");
        Client stranger = bob.page().connected();
        JsonNode refused = stranger.ask("message", of("x", "not mine"));
        assertThat(refused.path("ok").asBoolean()).isFalse();
        assertThat(refused.path("error").asString()).isEqualTo("Session not found");
        assertThat(bob.api().get(path("")).status()).isEqualTo(404);
        assertThat(bob.api().post(path(""), Map.of("messages", List.of(message("l", "x")))).error())
                .isEqualTo("Session not found");
        JsonNode numbered =
                agent.ask("message", Map.of("sid", session, "message", "ok", "localId", 5));
        assertThat(numbered.path("seq").asLong()).isEqualTo(1);
        assertThat(numbered.path("localId").isNull()).isTrue();
    }

    @Test
    void messagesOfOneSocketKeepTheirOrder() {
        Client page = ada.page().connected();
        Client agent = ada.session(session).connected();
        for (int i = 0; i < 300; i++) {
            agent.send("message", of("o" + i, "m" + i));
        }
        await().until(() -> page.events("new-message").size() == 300);
        assertThat(page.events("new-message"))
                .extracting(event -> content(event.body()))
                .containsExactlyElementsOf(IntStream.range(0, 300).mapToObj(i -> "m" + i).toList());
    }

    @Test
    void pagesGoBothWaysAndKnowWhetherThereIsMore() {
        for (int i = 1; i <= 7; i++) {
            post(message("p" + i, "m" + i));
        }
        assertThat(contents("?after_seq=2&limit=3")).containsExactly("m3", "m4", "m5");
        assertThat(more("?after_seq=2&limit=3")).isTrue();
        assertThat(more("?after_seq=2&limit=5")).isFalse();
        assertThat(contents("?before_seq=4&limit=2")).containsExactly("m3", "m2");
        assertThat(more("?before_seq=4&limit=3")).isFalse();
        assertThat(contents("?before_seq=2147483647&limit=2")).containsExactly("m7", "m6");
        assertThat(contents("?before_seq=9007199254740991&limit=1")).containsExactly("m7");
        assertThat(ada.api().get("/v1/sessions/" + session + "/messages").body().path("messages"))
                .extracting(m -> m.path("seq").asLong())
                .containsExactly(7L, 6L, 5L, 4L, 3L, 2L, 1L);
        for (String wrong :
                List.of(
                        "?limit=501",
                        "?limit=0",
                        "?before_seq=0",
                        "?after_seq=x",
                        "?after_seq=-1",
                        "?before_seq=4&after_seq=1")) {
            assertThat(ada.api().get(path(wrong)).status()).as(wrong).isEqualTo(400);
        }
    }

    @Test
    void thousandMessagesInOneRequestAreStoredAndSessionsKnowTheirNumber() {
        var batch = IntStream.range(0, 1_500).mapToObj(i -> message("t" + i, "m" + i)).toList();
        Answer answer = ada.api().post(path(""), Map.of("messages", batch));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(numbers(answer))
                .containsExactlyElementsOf(LongStream.rangeClosed(1, 1_500).boxed().toList());
        assertThat(
                        ada.api()
                                .get("/v1/sessions")
                                .body()
                                .path("sessions")
                                .get(0)
                                .path("seq")
                                .asLong())
                .isEqualTo(1_500);
    }

    @Test
    void largePostIsTakenAndItsPagesAreBoundedBySize() {
        String large = "x".repeat(12 << 20);
        Answer answer = post(message("l1", large), message("l2", large), message("l3", large));
        assertThat(answer.status()).isEqualTo(200);
        Answer page = ada.api().get(path("?after_seq=0"));
        assertThat(page.body().path("messages").size()).isLessThan(3);
        assertThat(page.body().path("hasMore").asBoolean()).isTrue();
        assertThat(ada.api().get(path("?after_seq=2")).body().path("messages").size()).isOne();
    }

    /// A number and its row become visible together: whoever pages by the highest number seen
    /// misses nothing.
    @Test
    void followerPagingByNumberMissesNothingOfEightSenders() throws Exception {
        followEightSenders(150);
    }

    @Test
    @Tag("soak")
    void followerPagingByNumberMissesNothingInTenThousandMessages() throws Exception {
        followEightSenders(1_250);
    }

    private void followEightSenders(int each) throws Exception {
        int senders = 8;
        var finished = new AtomicBoolean();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Boolean>> sending = new ArrayList<>();
            for (int sender = 0; sender < senders; sender++) {
                String name = "s" + sender;
                boolean overSocket = sender % 2 == 0;
                sending.add(executor.submit(() -> send(name, each, overSocket)));
            }
            Future<List<Long>> follower = executor.submit(() -> follow(finished));
            for (Future<Boolean> sender : sending) {
                assertThat(sender.get()).isTrue();
            }
            finished.set(true);
            assertThat(follower.get())
                    .containsExactlyElementsOf(
                            LongStream.rangeClosed(1, (long) senders * each).boxed().toList());
        }
        assertThat(new HashSet<>(allContents())).hasSize(senders * each);
    }

    private boolean send(String name, int count, boolean overSocket) {
        Client socket = overSocket ? ada.page().connected() : null;
        for (int i = 0; i < count; i++) {
            String id = name + "-" + i;
            if (socket == null) {
                assertThat(post(message(id, id)).status()).isEqualTo(200);
            } else {
                assertThat(socket.ask("message", of(id, id)).path("ok").asBoolean()).isTrue();
            }
        }
        return true;
    }

    private List<Long> follow(AtomicBoolean finished) {
        List<Long> seen = new ArrayList<>();
        long last = 0;
        while (true) {
            boolean wasFinished = finished.get();
            JsonNode page = messages("?after_seq=" + last);
            for (JsonNode message : page) {
                last = message.path("seq").asLong();
                seen.add(last);
            }
            if (page.isEmpty() && wasFinished) {
                return seen;
            }
        }
    }

    private List<String> allContents() {
        List<String> all = new ArrayList<>();
        List<String> page = contents("?limit=500");
        while (!page.isEmpty()) {
            all.addAll(page);
            page = contents("?limit=500&after_seq=" + all.size());
        }
        return all;
    }

    @SafeVarargs
    private Answer post(Map<String, String>... messages) {
        return ada.api().post(path(""), Map.of("messages", List.of(messages)));
    }

    private static Map<String, String> message(String localId, String content) {
        return Map.of("content", content, "localId", localId);
    }

    private Map<String, String> of(String localId, String text) {
        return Map.of("sid", session, "message", text, "localId", localId);
    }

    private String path(String query) {
        return "/v3/sessions/" + session + "/messages" + query;
    }

    private JsonNode messages(String query) {
        Answer answer = ada.api().get(path(query));
        assertThat(answer.status()).isEqualTo(200);
        return answer.body().path("messages");
    }

    private boolean more(String query) {
        return ada.api().get(path(query)).body().path("hasMore").asBoolean();
    }

    private List<String> contents(String query) {
        return messages(query)
                .valueStream()
                .map(message -> message.path("content").path("c").asString())
                .toList();
    }

    private static String content(JsonNode update) {
        return update.path("body").path("message").path("content").path("c").asString();
    }

    private static List<Long> numbers(Answer answer) {
        return answer.body()
                .path("messages")
                .valueStream()
                .map(message -> message.path("seq").asLong())
                .toList();
    }
}
