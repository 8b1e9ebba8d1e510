package dev.roosthold.conformance.crowd;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Each wrong thing that a server can do with a call is noticed.
class CallsTest {
    private static final URI ONE = URI.create("http://127.0.0.1:1");
    private static final URI OTHER = URI.create("http://127.0.0.1:2");

    private final Counters counters = new Counters();
    private final Calls calls = new Calls(counters);

    private static JsonNode answer(String json) {
        return Api.JSON.readTree(json);
    }

    @Test
    void aCallThatIsAnsweredByItsTargetIsRight() {
        calls.ran("a", ONE);
        calls.answered("m", "a", ONE, System.nanoTime(), answer("{\"ok\":true,\"result\":\"a\"}"));
        assertThat(counters.troubles()).isEmpty();
        assertThat(calls.report(List.of()).answered()).isEqualTo(1);
    }

    @Test
    void aCallThatIsRunTwiceIsNoticed() {
        calls.ran("a", ONE);
        calls.ran("a", OTHER);
        assertThat(counters.troubles()).singleElement().asString().contains("run twice");
    }

    @Test
    void anAnswerOfAnotherCallIsNoticed() {
        calls.ran("a", ONE);
        calls.answered("m", "a", ONE, 0, answer("{\"ok\":true,\"result\":\"b\"}"));
        assertThat(counters.troubles()).singleElement().asString().contains("another answer");
    }

    @Test
    void anAnswerThatNobodyGaveIsNoticed() {
        calls.answered("m", "a", ONE, 0, answer("{\"ok\":true,\"result\":\"a\"}"));
        assertThat(counters.troubles()).singleElement().asString().contains("never run");
    }

    @Test
    void anErrorWithoutAReasonIsNoticed() {
        calls.answered("m", "a", ONE, 0, answer("{\"ok\":false,\"error\":\"Internal error\"}"));
        assertThat(counters.troubles()).hasSize(1);
    }

    @Test
    void theTimeToAnErrorIsThatFromTheFaultWhichCameDuringTheCall() {
        long now = System.nanoTime();
        long second = 1_000_000_000L;
        calls.ran("a", ONE);
        // It has run for an hour, and its node was killed just now.
        var fault = new Fault("node", System.nanoTime(), now + second, Optional.of(ONE));
        calls.answered(
                "m",
                "a",
                ONE,
                now - 3_600 * second,
                answer("{\"ok\":false,\"error\":\"RPC target disconnected\"}"));
        CallReport report = calls.report(List.of(fault));
        assertThat(report.errors()).isEqualTo(Map.of("RPC target disconnected", 1L));
        assertThat(report.ofKilled()).isEqualTo(1);
        assertThat(report.slowestOfKilledMillis()).isLessThan(60_000);
        assertThat(report.slowestFailureMillis()).isLessThan(60_000);

        var elsewhere = new Fault("node", fault.atNanos(), fault.backNanos(), Optional.of(OTHER));
        assertThat(calls.report(List.of(elsewhere)).ofKilled()).isZero();
        assertThat(calls.report(List.of()).slowestFailureMillis()).isGreaterThan(3_000_000);
    }

    @Test
    void aRefusalOfWhatIsServedIsNoticed() {
        String refusal = "{\"ok\":false,\"error\":\"RPC method not available\"}";
        calls.answered("m", "ada-1", ONE, System.nanoTime(), answer(refusal));
        Calls.Service service = calls.serves("m", OTHER);
        calls.answered("other", "of-another", ONE, System.nanoTime(), answer(refusal));
        assertThat(calls.report(List.of()).refusedThoughServed()).isZero();
        calls.answered("m", "ada-2", ONE, System.nanoTime(), answer(refusal));
        service.end();
        calls.answered("m", "ada-3", ONE, System.nanoTime(), answer(refusal));
        CallReport report = calls.report(List.of());
        assertThat(report.refusedThoughServed()).isEqualTo(1);
        assertThat(report.refusals())
                .singleElement()
                .asString()
                .contains("1 calls of ada at " + ONE + ", served at " + OTHER);
        var fault =
                new Fault(
                        "NATS",
                        System.nanoTime() - 1_000_000_000L,
                        System.nanoTime(),
                        Optional.empty());
        assertThat(calls.report(List.of(fault)).refusedThoughServed()).isZero();
    }

    @Test
    void whatWasServedAtANodeThatWasKilledIsServedNoMore() {
        String refusal = "{\"ok\":false,\"error\":\"RPC method not available\"}";
        long second = 1_000_000_000L;
        calls.serves("m", OTHER);
        long now = System.nanoTime();
        calls.answered("m", "ada-1", ONE, now + 9 * second, answer(refusal));
        assertThat(calls.report(List.of()).refusedThoughServed()).isEqualTo(1);
        assertThat(calls.report(List.of(node(ONE, now))).refusedThoughServed()).isEqualTo(1);
        assertThat(calls.report(List.of(node(OTHER, now))).refusedThoughServed()).isZero();
    }

    private static Fault node(URI address, long atNanos) {
        return new Fault("node", atNanos, atNanos + 1, Optional.of(address));
    }
}
