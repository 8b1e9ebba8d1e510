package dev.roosthold.conformance.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class ComparisonTest {
    private static final long NOW = 1_795_245_706_095L;

    private final Placeholders placeholders =
            new Placeholders(
                    URI.create("http://127.0.0.1:1"),
                    Clock.fixed(Instant.ofEpochMilli(NOW), ZoneOffset.UTC));

    @Test
    void everyKindOfDifferenceIsNamedByItsPlace() {
        assertThat(paths("{'a':1,'b':[1,2],'c':{'d':'x'}}", "{'a':2,'b':[1],'c':{'d':'y'},'e':0}"))
                .containsExactly("/a", "/b/1", "/c/d", "/e");
    }

    @Test
    void equalValuesInAnyKeyOrderAndNumberFormAreNoDifference() {
        assertThat(paths("{'a':1,'b':null}", "{'b':null,'a':1.0}")).isEmpty();
    }

    @Test
    void nullIsNotTheSameAsAbsentOrFalse() {
        assertThat(paths("{'a':null,'b':null}", "{'b':false}")).containsExactly("/a", "/b");
    }

    @Test
    void timesMustBeNearNowAndNumbers() {
        assertThat(paths("'<ms>'", String.valueOf(NOW + 1000))).isEmpty();
        assertThat(paths("'<ms>'", String.valueOf(NOW + 3_600_000))).isNotEmpty();
        assertThat(paths("'<ms>'", "'" + NOW + "'")).isNotEmpty();
    }

    @Test
    void nameTakesItsFirstValueAndKeepsIt() {
        assertThat(paths("'<account-A>'", "'c1'")).isEmpty();
        assertThat(paths("'<account-A>'", "'c2'")).isNotEmpty();
        assertThat(paths("'/v1/x/<account-A>'", "'/v1/x/c1'")).isEmpty();
        assertThat(placeholders.resolve("/v1/x/<account-A>")).isEqualTo("/v1/x/c1");
    }

    @Test
    void requestedIdMustComeBack() {
        String id = placeholders.resolve("<machine-1>");

        assertThat(paths("{'id':'<machine-1>'}", "{'id':'" + id + "'}")).isEmpty();
        assertThat(paths("{'id':'<machine-1>'}", "{'id':'other'}")).isNotEmpty();
    }

    @Test
    void oneEventTooManyOrTooFewIsOneDifference() {
        var newMachine = event("update", "{'body':{'t':'new-machine'}}");
        var activity = event("ephemeral", "{'type':'machine-activity'}");
        var row = event("machine-row", "{}");

        assertThat(eventPaths(List.of(newMachine, activity), List.of(row, newMachine, activity)))
                .containsExactly("/observed/A.user/+machine-row");
        assertThat(eventPaths(List.of(newMachine, activity), List.of(activity)))
                .containsExactly("/observed/A.user/0");
    }

    @Test
    void eventsInAnotherOrderAreADifference() {
        var first = event("update", "{'body':{'t':'new-machine'}}");
        var second = event("update", "{'body':{'t':'update-machine'}}");

        assertThat(eventPaths(List.of(first, second), List.of(second, first))).isNotEmpty();
    }

    private List<String> paths(String recorded, String received) {
        return Comparison.ofValues(placeholders, "", json(recorded), json(received)).stream()
                .map(Difference::path)
                .toList();
    }

    private List<String> eventPaths(List<ObservedEvent> recorded, List<ObservedEvent> received) {
        return Comparison.ofEvents(placeholders, "/observed/A.user", recorded, received).stream()
                .map(Difference::path)
                .toList();
    }

    private static ObservedEvent event(String name, String arg) {
        return new ObservedEvent(name, Json.NODES.arrayNode().add(json(arg)));
    }

    private static JsonNode json(String text) {
        return Json.MAPPER.readTree(text.replace('\'', '"'));
    }
}
