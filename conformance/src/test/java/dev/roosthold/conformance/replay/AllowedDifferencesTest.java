package dev.roosthold.conformance.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.time.Clock;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class AllowedDifferencesTest {
    private final Recording auth = Recording.bundled().get(0);
    private final Recording machines = Recording.bundled().get(5);
    private AllowedDifferences allowed;

    @BeforeEach
    void load() {
        allowed =
                AllowedDifferences.bundled(
                        new Placeholders(URI.create("http://127.0.0.1:1"), Clock.systemUTC()));
    }

    @Test
    void declaredValueIsPermittedAndNoOther() {
        assertThat(permit(auth, 5, "/response/status", "500", "401")).isTrue();
        assertThat(permit(auth, 5, "/response/status", "500", "404")).isFalse();
    }

    @Test
    void sameDifferenceInAnotherExchangeIsNotPermitted() {
        assertThat(permit(auth, 8, "/response/status", "400", "401")).isFalse();
    }

    @Test
    void updateNumbersAreLowerByExactlyWhatIsDeclared() {
        assertThat(permit(machines, 4, "/observed/A.user/0/args/0/seq", "19", "18")).isTrue();
        assertThat(permit(machines, 4, "/observed/A.user/0/args/0/seq", "19", "17")).isFalse();
        assertThat(permit(machines, 9, "/observed/B.user/0/args/0/seq", "2", "1")).isFalse();
    }

    @Test
    void secondArgumentOfAnUpdateMustBeItsOwnNumber() {
        assertThat(permitOffset("'7'")).isTrue();
        assertThat(permitOffset("'8'")).isFalse();
        assertThat(permitOffset("7")).isFalse();
    }

    @Test
    void whatDidNotOccurIsNamed() {
        int before = allowed.notOccurred().size();
        permit(auth, 5, "/response/status", "500", "401");

        assertThat(allowed.notOccurred()).hasSize(before - 1).anyMatch(e -> e.startsWith("#6 of"));
    }

    private boolean permit(
            Recording recording, int number, String path, String recorded, String received) {
        Exchange exchange = recording.exchanges().get(number - 1);
        assertThat(exchange.number()).isEqualTo(number);
        return allowed.permit(
                recording, exchange, new Difference(path, json(recorded), json(received)));
    }

    private boolean permitOffset(String received) {
        Optional<JsonNode> event = json("{'event':'update','args':[{'seq':7},'7']}");
        return allowed.permit(
                machines,
                machines.exchanges().get(3),
                new Difference(
                        "/observed/A.user/0/args/1", Optional.empty(), json(received), event));
    }

    private static Optional<JsonNode> json(String text) {
        return Optional.of(Json.MAPPER.readTree(text.replace('\'', '"')));
    }
}
