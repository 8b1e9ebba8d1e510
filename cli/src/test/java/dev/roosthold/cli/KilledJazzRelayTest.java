package dev.roosthold.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.jazz.crypto.AgentSecret;
import dev.roosthold.jazz.encoding.Json;
import dev.roosthold.jazz.ids.CoId;
import dev.roosthold.jazz.node.LocalNode;
import dev.roosthold.jazz.sync.SyncCodec;
import dev.roosthold.jazz.sync.SyncMessage;
import dev.roosthold.jazz.value.Content;
import dev.roosthold.jazz.value.KnownState;
import dev.roosthold.jazz.value.ValueLog;
import dev.roosthold.jazz.value.ValueType;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// kill -9 of a relay in the middle of Jazz transactions: what was acknowledged is there.
@Timeout(300)
final class KilledJazzRelayTest {
    private static final int WRITERS = 8;

    @TempDir Path home;
    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void nothingAcknowledgedIsLostWhenTheRelayIsKilled() throws Exception {
        killInTheMiddle(2, 20_261_125L);
    }

    @Test
    @Tag("soak")
    void nothingAcknowledgedIsLostInTwentyKills() throws Exception {
        killInTheMiddle(20, 7L);
    }

    private void killInTheMiddle(int rounds, long seed) throws Exception {
        var random = new Random(seed);
        RoostProcess relay = RoostProcess.relay(home, "--registration", "open");
        try {
            String token = AppClient.signUp(relay.address()).token();
            var writers = new ArrayList<Writer>();
            for (int i = 0; i < WRITERS; i++) {
                writers.add(new Writer());
            }
            int acknowledged = 0;
            for (int round = 0; round < rounds; round++) {
                var enough = new CountDownLatch(200 + random.nextInt(800));
                var count = new AtomicInteger();
                URI address = jazz(relay, token);
                var threads = new ArrayList<Thread>();
                for (Writer writer : writers) {
                    threads.add(
                            Thread.ofVirtual()
                                    .start(
                                            () ->
                                                    writer.writeUntilItFails(
                                                            new Connection(http, address),
                                                            () -> {
                                                                count.incrementAndGet();
                                                                enough.countDown();
                                                            })));
                }
                assertThat(enough.await(60, TimeUnit.SECONDS))
                        .as(() -> count + " acknowledged, relay: " + relayLines(writers))
                        .isTrue();
                relay.kill();
                for (Thread thread : threads) {
                    assertThat(thread.join(java.time.Duration.ofSeconds(30))).isTrue();
                }
                acknowledged += count.get();
                relay = RoostProcess.relay(home, "--registration", "open");
                URI again = jazz(relay, token);
                for (Writer writer : writers) {
                    writer.verify(new Connection(http, again));
                }
            }
            System.err.println(
                    rounds + " kills, " + acknowledged + " acknowledged transactions, 0 lost");
        } finally {
            relay.close();
            http.shutdownNow();
        }
    }

    private static String relayLines(List<Writer> writers) {
        return writers.stream().map(writer -> writer.ended).toList().toString();
    }

    private static URI jazz(RoostProcess relay, String token) {
        return URI.create(relay.address().replaceFirst("http", "ws") + "/jazz?token=" + token);
    }

    /// One person with a feed.
    private static final class Writer {
        private final LocalNode local;
        private final CoId feed;
        private int acknowledged;
        private volatile String ended = "";

        Writer() {
            var random = new SecureRandom();
            byte[] seed = new byte[32];
            random.nextBytes(seed);
            local =
                    LocalNode.createAccount(
                            AgentSecret.ofSeed(seed), "Ada", InstantSource.system(), random);
            feed = local.create(ValueType.FEED, local.createGroup());
        }

        private ValueLog log() {
            return Objects.requireNonNull(local.node().log(feed));
        }

        void writeUntilItFails(Connection relay, Runnable counted) {
            try {
                for (ValueLog log : local.node().logs()) {
                    for (Content content : log.since(KnownState.nothing(log.id()))) {
                        relay.send(new SyncMessage.Push(content));
                    }
                }
                for (int n = 0; ; n++) {
                    KnownState before = log().known();
                    local.write(feed, List.of(Json.of("item " + n)));
                    relay.send(new SyncMessage.Push(log().since(before).getFirst()));
                    relay.awaitCount(feed, log().count());
                    acknowledged = log().count();
                    counted.run();
                }
            } catch (CompletionException | IllegalStateException e) {
                ended = e.toString();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        /// At most the one whose answer was lost is there as well.
        void verify(Connection relay) throws InterruptedException {
            relay.send(new SyncMessage.Load(KnownState.nothing(feed)));
            int there = relay.awaitContent(feed);
            assertThat(there).isBetween(acknowledged, log().count());
            relay.close();
        }
    }

    private static final class Connection implements WebSocket.Listener {
        private final BlockingQueue<SyncMessage> messages = new LinkedBlockingQueue<>();
        private final StringBuilder frame = new StringBuilder();
        private final WebSocket socket;
        private volatile boolean gone;

        Connection(HttpClient http, URI address) {
            socket = http.newWebSocketBuilder().buildAsync(address, this).join();
        }

        void send(SyncMessage message) {
            socket.sendText(SyncCodec.write(message), true).join();
        }

        void awaitCount(CoId id, int count) throws InterruptedException {
            while (true) {
                if (next() instanceof SyncMessage.Known(KnownState known, boolean _)
                        && known.id().equals(id)
                        && known.sessions().values().stream().mapToInt(n -> n).sum() >= count) {
                    return;
                }
            }
        }

        int awaitContent(CoId id) throws InterruptedException {
            while (true) {
                switch (next()) {
                    case SyncMessage.Push(Content content) when content.id().equals(id) -> {
                        return content.sessions().values().stream()
                                .mapToInt(piece -> piece.transactions().size())
                                .sum();
                    }
                    case SyncMessage.Known(KnownState known, boolean _)
                            when known.id().equals(id) -> {
                        return 0;
                    }
                    default -> {}
                }
            }
        }

        private SyncMessage next() throws InterruptedException {
            for (int i = 0; i < 1_000; i++) {
                SyncMessage message = messages.poll(20, TimeUnit.MILLISECONDS);
                if (message != null) {
                    return message;
                }
                if (gone) {
                    throw new IllegalStateException("the connection has ended");
                }
            }
            throw new IllegalStateException("nothing was heard");
        }

        void close() {
            socket.abort();
        }

        @Override
        public @Nullable CompletionStage<?> onText(
                WebSocket opened, CharSequence data, boolean last) {
            frame.append(data);
            if (last) {
                for (String line : SyncCodec.lines(frame.toString())) {
                    SyncMessage message = SyncCodec.read(line);
                    if (message != null) {
                        messages.add(message);
                    }
                }
                frame.setLength(0);
            }
            opened.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket opened, int code, String reason) {
            gone = true;
            return null;
        }

        @Override
        public void onError(WebSocket opened, Throwable error) {
            gone = true;
        }
    }
}
