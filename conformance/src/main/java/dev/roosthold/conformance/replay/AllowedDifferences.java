package dev.roosthold.conformance.replay;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// The one list of differences that are meant, and which of them occurred. Used by the thread of
/// its replay only.
final class AllowedDifferences {
    /// In the list: an update number that is lower than the recorded one by what the exchanges
    /// took that are not replayed; the same amount for all updates of one account.
    private static final String SHIFTED = "<shifted>";

    private final List<AllowedDifference> entries;
    private final Placeholders placeholders;
    private final Set<String> occurred = new HashSet<>();
    private final Map<String, Long> shiftByAccount = new HashMap<>();

    private AllowedDifferences(List<AllowedDifference> entries, Placeholders placeholders) {
        this.entries = entries;
        this.placeholders = placeholders;
    }

    /// The list that comes with this module.
    static AllowedDifferences bundled(Placeholders placeholders) {
        String resource = "allowed-differences.json";
        try (InputStream in = AllowedDifferences.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new ReplayException(resource + " is missing");
            }
            JsonNode list = Json.MAPPER.readTree(in);
            return new AllowedDifferences(
                    list.valueStream().map(AllowedDifference::parse).toList(), placeholders);
        } catch (IOException | JacksonException e) {
            throw new ReplayException(resource + " cannot be read", e);
        }
    }

    /// Whether this difference is in the list and the server gave what the list expects instead.
    boolean permit(Recording recording, Exchange exchange, Difference difference) {
        for (AllowedDifference entry : entries) {
            if (entry.covers(recording, exchange, difference) && isMeant(entry, difference)) {
                occurred.add(key(entry, exchange.number()));
                return true;
            }
        }
        return false;
    }

    /// Entries, or single exchanges of them, whose difference did not occur. For the server that
    /// the list was written for there must be none.
    List<String> notOccurred() {
        List<String> unused = new ArrayList<>();
        for (AllowedDifference entry : entries) {
            if (entry.exchanges().isEmpty()) {
                if (occurred.stream().noneMatch(key -> key.startsWith(entry + " at "))) {
                    unused.add(entry.toString());
                }
            }
            for (int number : entry.exchanges()) {
                if (!occurred.contains(key(entry, number))) {
                    unused.add("#" + number + " of " + entry);
                }
            }
        }
        return unused;
    }

    private boolean isMeant(AllowedDifference entry, Difference difference) {
        Optional<JsonNode> received = difference.received();
        if (entry.instead().isEmpty() || received.isEmpty()) {
            return entry.instead().isEmpty() && received.isEmpty();
        }
        return entry.instead().get().stream()
                .anyMatch(value -> isMeant(value, received.get(), difference));
    }

    private boolean isMeant(JsonNode expected, JsonNode received, Difference difference) {
        if (expected.isString() && expected.asString().equals(SHIFTED)) {
            return isShifted(difference, received);
        }
        return Comparison.ofValues(placeholders, "", expected, received).isEmpty();
    }

    private boolean isShifted(Difference difference, JsonNode received) {
        if (difference.recorded().isEmpty() || !received.isIntegralNumber()) {
            return false;
        }
        long shift = difference.recorded().get().asLong() - received.asLong();
        String listener = difference.path().split("/", -1)[2];
        String account = listener.substring(0, 1);
        return shiftByAccount.computeIfAbsent(account, _ -> shift) == shift;
    }

    private static String key(AllowedDifference entry, int number) {
        return entry + " at " + number;
    }
}
