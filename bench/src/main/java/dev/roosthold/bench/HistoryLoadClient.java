package dev.roosthold.bench;

import dev.roosthold.jazz.account.AccountKey;
import dev.roosthold.jazz.client.CoFeed;
import dev.roosthold.jazz.client.Jazz;
import dev.roosthold.jazz.client.JazzOptions;
import dev.roosthold.jazz.encoding.Json;
import dev.roosthold.jazz.encoding.JsonText;
import dev.roosthold.jazz.ids.CoId;
import dev.roosthold.jazz.schema.ItemType;
import dev.roosthold.jazz.schema.MapSchema;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// The Java side of [HistoryLoad]: the commands of `client.mjs` that it needs.
final class HistoryLoadClient {
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final MapSchema<Entry> ENTRY = MapSchema.of(Entry.class);

    record Entry(
            String id,
            String deviceId,
            String encryptedPayload,
            String safetyLevel,
            boolean executed,
            long createdAt) {}

    private HistoryLoadClient() {}

    public static void main(String[] args) throws IOException {
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        Jazz jazz = null;
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            var command = (Json.Obj) Json.parse(line);
            Map<String, Json> result =
                    switch (command.text("cmd")) {
                        case "create", "login" -> {
                            AccountKey key = key(command);
                            jazz =
                                    Jazz.open(
                                            JazzOptions.of(key)
                                                    .relay(URI.create(text(command, "url"))));
                            if ("create".equals(command.text("cmd"))) {
                                jazz.createAccount("Ada", PATIENCE);
                            } else {
                                jazz.login(PATIENCE);
                            }
                            yield Map.of(
                                    "account", key.accountId().json(),
                                    "secret", Json.of(key.identity().secret().reveal()));
                        }
                        case "writeEntries" -> write(Objects.requireNonNull(jazz), command);
                        case "readEntries" ->
                                read(Objects.requireNonNull(jazz), new CoId(text(command, "feed")));
                        case null, default -> throw new IOException("unknown command");
                    };
            System.out.println(
                    JsonText.compact(Json.object(Map.of("result", new Json.Obj(result)))));
        }
        System.exit(0);
    }

    private static Map<String, Json> write(Jazz jazz, Json.Obj command) {
        int count = (int) ((Json.Num) Objects.requireNonNull(command.get("count"))).value();
        String payload = text(command, "payload");
        long start = System.nanoTime();
        CoId group = jazz.createGroup().id();
        CoFeed<CoId> feed = jazz.createFeed(ItemType.REFERENCE, group);
        for (int i = 0; i < count; i++) {
            var entry =
                    new Entry(
                            "command-" + i,
                            "device-1",
                            payload,
                            "safe",
                            true,
                            1_735_689_600_000L + i);
            feed.add(jazz.create(ENTRY, group, entry).id());
        }
        double written = millis(start);
        jazz.awaitSynced(PATIENCE);
        return Map.of(
                "feed", feed.id().json(),
                "write", Json.of(written),
                "synced", Json.of(millis(start)));
    }

    private static Map<String, Json> read(Jazz jazz, CoId feed) {
        long start = System.nanoTime();
        jazz.load(feed, PATIENCE);
        var ids = new ArrayList<CoId>();
        jazz.feed(ItemType.REFERENCE, feed).items().forEach(item -> ids.add(item.value()));
        CompletableFuture.allOf(ids.stream().map(jazz::load).toArray(CompletableFuture[]::new))
                .join();
        int found = 0;
        for (CoId id : ids) {
            if (jazz.map(ENTRY, id).get().isPresent()) {
                found++;
            }
        }
        return Map.of("found", Json.of(found), "loaded", Json.of(millis(start)));
    }

    private static AccountKey key(Json.Obj command) {
        @Nullable String seed = command.text("seed");
        return seed == null
                ? AccountKey.ofAccountSecret(text(command, "secret"))
                : AccountKey.ofSeed(HexFormat.of().parseHex(seed));
    }

    private static String text(Json.Obj command, String name) {
        return Objects.requireNonNull(command.text(name));
    }

    private static double millis(long since) {
        return (System.nanoTime() - since) / 1e6;
    }
}
