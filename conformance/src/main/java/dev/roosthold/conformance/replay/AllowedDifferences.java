package dev.roosthold.conformance.replay;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The one list of differences that are meant, and which of them occurred. Used by the thread of
/// its replay only.
final class AllowedDifferences {
    /// In the list: a number that differs from the recorded one by so much.
    private static final Pattern SHIFTED = Pattern.compile("<recorded([+-][0-9]+)>");

    /// In the list: the number of the update that carries it, as text.
    private static final String OWN_NUMBER = "<own-number>";

    /// In the list: so many new messages, in the order in which they were posted.
    private static final Pattern MESSAGES = Pattern.compile("<([0-9]+) messages>");

    private final List<AllowedDifference> entries;
    private final Placeholders placeholders;
    private final Set<String> occurred = new HashSet<>();

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
            if (entry.covers(recording, exchange, difference.path())
                    && isMeant(entry, difference)) {
                occurred.add(key(entry, exchange.number()));
                return true;
            }
        }
        return false;
    }

    /// Whether the list says that what is recorded at this place does not come.
    boolean expectsNothing(Recording recording, Exchange exchange, String path) {
        return entries.stream()
                .anyMatch(e -> e.instead().isEmpty() && e.covers(recording, exchange, path));
    }

    /// How many events, which are not recorded, the list says that a listener gets.
    int expectedMore(Recording recording, Exchange exchange, String listener) {
        String place = "/observed/" + listener + "/+";
        return entries.stream()
                .filter(e -> e.namesMore(recording, exchange, place))
                .mapToInt(e -> e.instead().map(List::size).orElse(0))
                .sum();
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
        String text = expected.isString() ? expected.asString() : "";
        if (text.equals(OWN_NUMBER)) {
            JsonNode number =
                    difference
                            .around()
                            .map(e -> e.path("args").path(0).path("seq"))
                            .orElse(expected);
            return received.isString() && received.asString().equals(number.toString());
        }
        Matcher shifted = SHIFTED.matcher(text);
        if (shifted.matches()) {
            return received.isIntegralNumber()
                    && received.asLong() - difference.recorded().map(JsonNode::asLong).orElse(0L)
                            == Long.parseLong(shifted.group(1));
        }
        Matcher messages = MESSAGES.matcher(text);
        if (messages.matches()) {
            return areMessages(Integer.parseInt(messages.group(1)), received);
        }
        return Comparison.ofValues(placeholders, "", expected, withoutOwnNumber(received))
                .isEmpty();
    }

    /// A whole event as the recorded server would send it: [#OWN_NUMBER] is declared once for all.
    private static JsonNode withoutOwnNumber(JsonNode received) {
        JsonNode args = received.path("args");
        JsonNode number = args.path(0).path("seq");
        if (!received.path("event").asString("").equals("update")
                || args.size() != 2
                || !args.path(1).isString()
                || !args.path(1).asString().equals(number.toString())) {
            return received;
        }
        ObjectNode event = (ObjectNode) received.deepCopy();
        event.putArray("args").add(args.path(0));
        return event;
    }

    private boolean areMessages(int count, JsonNode received) {
        ArrayNode expected = Json.NODES.arrayNode();
        for (int i = 0; i < count; i++) {
            ObjectNode message = expected.addObject();
            message.put("id", "<text>").put("seq", i + 1).put("localId", "l" + i);
            message.put("createdAt", "<ms>").put("updatedAt", "<ms>");
        }
        return Comparison.ofValues(placeholders, "", expected, received).isEmpty();
    }

    private static String key(AllowedDifference entry, int number) {
        return entry + " at " + number;
    }
}
