package dev.roosthold.client.changes;

import dev.roosthold.client.BearerToken;
import dev.roosthold.client.RelayClient;
import dev.roosthold.client.Reply;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// An answer of `GET /v1/changes`.
public sealed interface ChangesPage {

    /// Number of the account's latest update, of the same moment.
    long lastSeq();

    /// Everything behind the number is known; this is the first part of it.
    ///
    /// @param updates in rising order
    /// @param hasMore whether more follows
    record Resumed(List<Update> updates, long lastSeq, boolean hasMore) implements ChangesPage {}

    /// Not everything behind the number is known any more: read all state anew and go on from
    /// `lastSeq`.
    record Gap(long lastSeq) implements ChangesPage {}

    /// Reads the updates behind a number.
    ///
    /// @param limit 1 to 1,000; a page may be shorter although there is more
    static Reply<ChangesPage> read(RelayClient relay, BearerToken bearer, long after, int limit)
            throws InterruptedException {
        return relay.get(bearer, "/v1/changes?after=" + after + "&limit=" + limit, ChangesPage::of);
    }

    private static ChangesPage of(JsonNode answer) {
        JsonNode last = answer.path("lastSeq");
        if (!last.isIntegralNumber()) {
            throw new IllegalArgumentException("lastSeq is missing");
        }
        return switch (answer.path("verdict").asString("")) {
            case "resumed" -> {
                List<Update> updates = new ArrayList<>();
                for (JsonNode update : answer.path("changes")) {
                    updates.add(Updates.read(update));
                }
                yield new Resumed(updates, last.asLong(), answer.path("hasMore").asBoolean(false));
            }
            case "gap" -> new Gap(last.asLong());
            default -> throw new IllegalArgumentException("an unknown verdict");
        };
    }
}
