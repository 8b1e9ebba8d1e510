package dev.roosthold.jazz.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.roosthold.jazz.account.AccountKey;
import dev.roosthold.jazz.ids.CoId;
import dev.roosthold.jazz.schema.ItemType;
import dev.roosthold.jazz.store.StoreException;
import dev.roosthold.jazz.value.ValueType;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a file keeps.
final class JazzFileTest {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final AccountKey KEY = AccountKey.ofSeed(new byte[32]);

    @TempDir Path folder;

    private JazzOptions options() {
        return JazzOptions.of(KEY).file(folder.resolve("jazz.db"));
    }

    @Test
    void afterARestartEverythingIsHereAndStillToBeSent() {
        CoId id;
        int open;
        try (Jazz jazz = Jazz.open(options())) {
            jazz.createAccountOffline("Ada");
            CoFeed<String> feed = jazz.createFeed(ItemType.TEXT, jazz.account());
            feed.add("one", "two");
            id = feed.id();
            open = jazz.unsynced();
            assertThat(open).isEqualTo(4);
        }
        try (Jazz jazz = Jazz.open(options())) {
            assertThat(jazz.isLoggedIn()).isTrue();
            assertThat(jazz.unsynced()).isEqualTo(open);
            assertThat(jazz.load(id, SOON)).isTrue();
            CoFeed<String> feed = jazz.feed(ItemType.TEXT, id);
            assertThat(feed.items().stream().map(CoFeed.Item::value)).containsExactly("one", "two");
            feed.add("three");
        }
        try (Jazz jazz = Jazz.open(options())) {
            var items = jazz.feed(ItemType.TEXT, id).items();
            assertThat(items.stream().map(CoFeed.Item::value))
                    .containsExactly("one", "two", "three");
            // Every start has a session of its own.
            var sessions = new HashSet<>();
            items.forEach(item -> sessions.add(item.session()));
            assertThat(sessions).hasSize(2);
        }
    }

    @Test
    void timeDoesNotRunBackwardsWhenTheClockDoes() {
        CoId id = Jazz.uniqueId(ValueType.FEED, KEY.accountId(), "feed");
        long[] now = {5_000_000_000_000L};
        var options = options().clock(() -> java.time.Instant.ofEpochMilli(now[0]));
        try (Jazz jazz = Jazz.open(options)) {
            jazz.createAccountOffline("Ada");
            jazz.createUniqueFeed(ItemType.TEXT, jazz.account(), "feed").add("first");
        }
        now[0] = 1_000_000_000_000L;
        try (Jazz jazz = Jazz.open(options)) {
            jazz.feed(ItemType.TEXT, id).add("second");
            assertThat(jazz.feed(ItemType.TEXT, id).items().stream().map(CoFeed.Item::value))
                    .containsExactly("first", "second");
        }
    }

    @Test
    void aSecondProgramIsKeptOut() {
        try (Jazz _ = Jazz.open(options())) {
            assertThatThrownBy(() -> Jazz.open(options())).isInstanceOf(StoreException.class);
        }
        Jazz.open(options()).close();
    }

    @Test
    void whatWasReportedAsSavedSurvivesAKill() throws IOException, InterruptedException {
        CoId id = Jazz.uniqueId(ValueType.FEED, KEY.accountId(), "feed");
        int saved = -1;
        for (int round = 0; round < 3; round++) {
            Process writer =
                    new ProcessBuilder(
                                    Path.of(System.getProperty("java.home"), "bin", "java")
                                            .toString(),
                                    "--enable-native-access=ALL-UNNAMED",
                                    "-XX:TieredStopAtLevel=1",
                                    "-cp",
                                    System.getProperty("java.class.path"),
                                    Writer.class.getName(),
                                    folder.resolve("jazz.db").toString())
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
            try (BufferedReader lines = writer.inputReader(StandardCharsets.UTF_8)) {
                for (int i = 0; i < 5 + new SecureRandom().nextInt(20); i++) {
                    saved = Integer.parseInt(lines.readLine());
                }
            } finally {
                writer.destroyForcibly().waitFor();
            }
            try (Jazz jazz = Jazz.open(options())) {
                var items = jazz.feed(ItemType.INTEGER, id).items();
                assertThat(items.size()).isGreaterThan(saved);
                for (int i = 0; i < items.size(); i++) {
                    assertThat(items.get(i).value()).isEqualTo(i);
                }
            }
        }
    }

    /// Adds numbers to a feed and says which are on the disk.
    static final class Writer {
        private Writer() {}

        public static void main(String[] arguments) {
            Jazz jazz = Jazz.open(JazzOptions.of(KEY).file(Path.of(arguments[0])));
            if (!jazz.isLoggedIn()) {
                jazz.createAccountOffline("Ada");
            }
            var feed = jazz.createUniqueFeed(ItemType.INTEGER, jazz.account(), "feed");
            for (long i = feed.items().size(); ; i++) {
                feed.add(i);
                jazz.awaitSaved(SOON);
                System.out.println(i);
            }
        }
    }
}
