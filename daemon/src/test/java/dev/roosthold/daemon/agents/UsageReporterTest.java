package dev.roosthold.daemon.agents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.roosthold.client.RelaySocket;
import dev.roosthold.client.SocketGoneException;
import dev.roosthold.crypto.SymmetricKey;
import dev.roosthold.protocol.SessionId;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

class UsageReporterTest {
    private static final SessionId SESSION = new SessionId("s");

    @TempDir Path directory;
    private SessionRecord record;
    private @Nullable volatile Line line;

    @BeforeEach
    void make() {
        record =
                SessionRecord.create(
                        directory,
                        "tag",
                        SymmetricKey.random(new SecureRandom()),
                        "fake",
                        List.of(),
                        directory,
                        0);
    }

    private UsageReporter reporter() {
        return new UsageReporter(SESSION, record, () -> Optional.ofNullable(line));
    }

    private static ObjectNode total(long number) {
        return JsonNodeFactory.instance.objectNode().put("total", number);
    }

    @Test
    void reportWhoseAnswerIsLostComesAgainUnderTheSameIdAlsoAfterARestart()
            throws IOException, InterruptedException {
        Line deaf = new Line(false);
        line = deaf;
        try (UsageReporter first = reporter()) {
            first.add("fake", total(7), total(0));
            await().until(() -> deaf.heard.size() == 1);
            deaf.abort("cut");
            assertThat(first.await(Duration.ofMillis(50))).isFalse();
        }
        record = SessionRecord.readAll(directory).getFirst();
        Line good = new Line(true);
        line = good;
        try (UsageReporter second = reporter()) {
            assertThat(second.await(Duration.ofSeconds(10))).isTrue();
            second.add("fake", total(8), total(0));
            assertThat(second.await(Duration.ofSeconds(10))).isTrue();
        }
        assertThat(good.heard).hasSize(2);
        assertThat(good.heard.getFirst().toString()).isEqualTo(deaf.heard.getFirst().toString());
        assertThat(good.heard.getFirst().path("localId").asString()).isNotEmpty();
        assertThat(good.heard.getLast().path("localId"))
                .isNotEqualTo(good.heard.getFirst().path("localId"));
        assertThat(record.usage()).isEmpty();
    }

    @Test
    void sumIsRightHoweverManyWait() throws InterruptedException {
        try (UsageReporter reporter = reporter()) {
            for (int i = 1; i <= 200; i++) {
                reporter.add(
                        "fake", total(i), JsonNodeFactory.instance.objectNode().put("total", 0.5));
            }
            assertThat(record.usage()).hasSize(50);
            Line good = new Line(true);
            line = good;
            reporter.connected();
            assertThat(reporter.await(Duration.ofSeconds(10))).isTrue();
            assertThat(good.heard.stream().mapToLong(one -> one.at("/tokens/total").asLong()).sum())
                    .isEqualTo(200 * 201 / 2);
            assertThat(
                            good.heard.stream()
                                    .mapToDouble(one -> one.at("/cost/total").asDouble())
                                    .sum())
                    .isEqualTo(100);
        }
    }

    /// A connection that answers, or does not.
    private static final class Line implements RelaySocket {
        final List<JsonNode> heard = new CopyOnWriteArrayList<>();
        private final boolean answers;
        private final CompletableFuture<String> ended = new CompletableFuture<>();

        Line(boolean answers) {
            this.answers = answers;
        }

        @Override
        public CompletableFuture<JsonNode> call(
                String event, @Nullable JsonNode argument, Duration patience) {
            heard.add(argument == null ? JsonNodeFactory.instance.nullNode() : argument.deepCopy());
            CompletableFuture<JsonNode> answer = new CompletableFuture<>();
            if (answers) {
                answer.complete(JsonNodeFactory.instance.objectNode().put("success", true));
            } else {
                ended.thenAccept(
                        reason -> answer.completeExceptionally(new SocketGoneException(reason)));
            }
            return answer;
        }

        @Override
        public void emit(String event, JsonNode argument) {
            throw new AssertionError(Map.of(event, argument));
        }

        @Override
        public CompletableFuture<String> ended() {
            return ended;
        }

        @Override
        public void disconnect(Duration patience) {
            abort("");
        }

        @Override
        public void abort(String reason) {
            ended.complete(reason);
        }
    }
}
