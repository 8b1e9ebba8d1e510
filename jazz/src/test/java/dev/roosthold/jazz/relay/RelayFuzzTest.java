package dev.roosthold.jazz.relay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.jazz.crypto.AgentSecret;
import dev.roosthold.jazz.encoding.Json;
import dev.roosthold.jazz.encoding.JsonText;
import dev.roosthold.jazz.ids.CoId;
import dev.roosthold.jazz.node.LocalNode;
import dev.roosthold.jazz.sync.SyncMessage;
import dev.roosthold.jazz.value.Content;
import dev.roosthold.jazz.value.KnownState;
import dev.roosthold.jazz.value.ValueLog;
import dev.roosthold.jazz.value.ValueType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Messages of real clients, changed at random, sent to a relay that others use meanwhile.
final class RelayFuzzTest {
    private static final List<String> SPICE =
            List.of(
                    "null",
                    "{}",
                    "[]",
                    "-1",
                    "1e308",
                    "9007199254740993",
                    "\"\"",
                    "\\u0000",
                    "\"co_z1\"",
                    "\"signature_z1\"",
                    "{\"a\":",
                    "]",
                    "}",
                    "\n",
                    "\uD800",
                    "true",
                    "0.5",
                    "\"parent_co_z1\"",
                    "2147483647",
                    "_session_z",
                    "[[[[[[[[");

    @TempDir Path folder;

    @Test
    @Timeout(120)
    void changedMessagesHarmNobody() throws Exception {
        harmNobody(15_000, 20_261_125L);
    }

    @Test
    @Tag("soak")
    @Timeout(1_800)
    void aMillionChangedMessagesHarmNobody() throws Exception {
        harmNobody(1_000_000, 3L);
    }

    private void harmNobody(int rounds, long seed) throws Exception {
        var random = new Random(seed);
        List<String> corpus = corpus();
        var failure = new AtomicReference<@Nullable Throwable>();
        var listener =
                new RelayListener() {
                    @Override
                    public void failed(String what, Throwable cause) {
                        failure.compareAndSet(null, cause);
                    }
                };
        try (var relay =
                JazzRelay.open(
                        folder.resolve("jazz.db"),
                        RelayLimits.usual().withSpaceBytes(64 << 20).withBadMessages(200),
                        listener)) {
            var ada =
                    LocalNode.createAccount(
                            AgentSecret.ofSeed(new byte[32]),
                            "Ada",
                            InstantSource.system(),
                            new SecureRandom());
            CoId feed = ada.create(ValueType.FEED, ada.createGroup());
            Wire laptop = Wire.to(relay);
            for (ValueLog log : ada.node().logs()) {
                laptop.brings(log.since(KnownState.nothing(log.id())));
            }
            Wire phone = Wire.to(relay).loads(feed).settled();
            Wire vandal = Wire.forgetful(relay);
            long used = 0;
            for (int i = 1; i <= rounds; i++) {
                if (vandal.closed() != 0 || i % 5_000 == 0) {
                    vandal.hangsUp();
                    vandal = Wire.forgetful(relay);
                }
                vandal.says(changed(corpus, random));
                if (i % 500 == 0) {
                    vandal.settled();
                    phone.forgets();
                    ValueLog log = Objects.requireNonNull(ada.node().log(feed));
                    KnownState before = log.known();
                    ada.write(feed, List.of(Json.of("round " + i)));
                    Content item = log.since(before).getFirst();
                    laptop.brings(List.of(item));
                    phone.awaits(
                            wire -> failure.get() != null || wire.contents(feed).contains(item));
                    assertThat(failure.get()).isNull();
                    laptop.forgets();
                }
                if (i == rounds / 3 || i == rounds) {
                    vandal.settled();
                    System.gc();
                    Runtime heap = Runtime.getRuntime();
                    long now = heap.totalMemory() - heap.freeMemory();
                    if (used == 0) {
                        used = now;
                    }
                    assertThat(now).as("memory in use").isLessThan(used + (48L << 20));
                }
            }
            vandal.hangsUp();
            vandal = Wire.to(relay).settled();
            assertThat(relay.unhandled()).isZero();
            assertThat(relay.connections()).isEqualTo(3);
            assertThat(failure.get()).isNull();
            // What real clients sent is still taken in.
            corpus.forEach(vandal::says);
            assertThat(vandal.settled().heard()).anyMatch(SyncMessage.Known.class::isInstance);
        }
    }

    private static String changed(List<String> corpus, Random random) {
        var text = new StringBuilder(corpus.get(random.nextInt(corpus.size())));
        for (int n = random.nextInt(4); n > 0 && !text.isEmpty(); n--) {
            int at = random.nextInt(text.length());
            int to = Math.min(text.length(), at + 1 + random.nextInt(40));
            switch (random.nextInt(7)) {
                case 0 -> text.setCharAt(at, (char) (32 + random.nextInt(95)));
                case 1 -> text.delete(at, to);
                case 2 -> text.insert(at, text.substring(at, to));
                case 3 -> text.insert(at, SPICE.get(random.nextInt(SPICE.size())));
                case 4 -> text.replace(at, to, SPICE.get(random.nextInt(SPICE.size())));
                case 5 -> {
                    // A part of another message in its place.
                    String other = corpus.get(random.nextInt(corpus.size()));
                    int from = Math.min(at, other.length());
                    text.replace(at, to, other.substring(from, Math.min(to, other.length())));
                }
                default -> digits(text, at, random);
            }
        }
        return text.toString();
    }

    /// Another number where the next one stands.
    private static void digits(StringBuilder text, int from, Random random) {
        for (int i = from; i < text.length(); i++) {
            if (Character.isDigit(text.charAt(i))) {
                text.setCharAt(i, (char) ('0' + random.nextInt(10)));
                return;
            }
        }
    }

    private static List<String> corpus() throws IOException {
        var messages = new ArrayList<String>();
        Json.Obj transcripts = file("sync-transcripts");
        for (Json scenario : items(transcripts, "scenarios")) {
            for (Json entry : items((Json.Obj) scenario, "log")) {
                if (entry instanceof Json.Obj step
                        && "client->relay".equals(step.text("dir"))
                        && step.get("msg") instanceof Json.Obj message) {
                    messages.add(JsonText.compact(message));
                }
            }
        }
        for (String name :
                List.of(
                        "covalue-account-group-map",
                        "covalue-parent-group",
                        "covalue-permissions",
                        "covalue-unique-fww")) {
            for (Json message : items(file(name), "messages")) {
                messages.add(JsonText.compact(message));
            }
        }
        assertThat(messages).hasSizeGreaterThan(40);
        return messages;
    }

    private static List<Json> items(Json.Obj in, String name) {
        return ((Json.Arr) Objects.requireNonNull(in.get(name))).items();
    }

    private static Json.Obj file(String name) throws IOException {
        try (var in = RelayFuzzTest.class.getResourceAsStream("/vectors/" + name + ".json")) {
            return (Json.Obj)
                    Json.parse(
                            new String(
                                    Objects.requireNonNull(in).readAllBytes(),
                                    StandardCharsets.UTF_8));
        }
    }
}
