package dev.roosthold.conformance.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.conformance.history.Operation.Append;
import dev.roosthold.conformance.history.Operation.AppendOutcome;
import dev.roosthold.conformance.history.Operation.Fetch;
import dev.roosthold.conformance.history.Operation.Heard;
import dev.roosthold.conformance.history.Operation.Message;
import dev.roosthold.conformance.history.Operation.Read;
import dev.roosthold.conformance.history.Operation.Told;
import dev.roosthold.conformance.history.Operation.Write;
import dev.roosthold.conformance.history.Operation.WriteOutcome;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class HistoryCheckerTest {
    private static final String R = "r";
    private static final String S = "s";

    // ---- valid histories

    @Property(tries = 400)
    void whatACorrectServerDoesIsNeverBlamed(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 300) int operations,
            @ForAll @IntRange(min = 1, max = 12) int clients) {
        List<Operation> history = SimulatedServer.history(seed, operations, clients, 2, 2);
        Verdict verdict = HistoryChecker.check(history);
        assertThat(verdict.violations()).isEmpty();
    }

    @Test
    void aMillionOperationsAreCheckedInSeconds() {
        List<Operation> history = SimulatedServer.history(1, 1_000_000, 24, 400, 4_000);
        long begin = System.nanoTime();
        Verdict verdict = HistoryChecker.check(history);
        long millis = (System.nanoTime() - begin) / 1_000_000;
        System.out.println(verdict.summary() + ", checked in " + millis + " ms");
        assertThat(verdict.violations()).isEmpty();
        assertThat(verdict.operations()).isGreaterThan(900_000);
        assertThat(millis).isLessThan(20_000);
    }

    @Test
    void aWriteWithoutAnswerMayHaveHappenedOrNotOrMuchLater() {
        Write lost = unknown("a", 0, "x", 10);
        assertThat(violations(lost, read("b", 0, "first", 100, 110))).isEmpty();
        assertThat(violations(lost, read("b", 1, "x", 100, 110))).isEmpty();
        assertThat(violations(lost, read("b", 0, "first", 100, 110), read("b", 1, "x", 200, 210)))
                .isEmpty();
    }

    @Test
    void overlappingOperationsMayTakeEitherOrder() {
        assertThat(
                        violations(
                                stored("a", 0, "x", 10, 100),
                                read("b", 0, "first", 50, 60),
                                read("c", 1, "x", 20, 30)))
                .as("b began after c had seen the new value")
                .isNotEmpty();
        assertThat(
                        violations(
                                stored("a", 0, "x", 10, 100),
                                read("b", 0, "first", 20, 60),
                                read("c", 1, "x", 30, 70)))
                .isEmpty();
    }

    @Test
    void aVersionThatOnlyAnUnansweredWriteCanHaveMadeIsNoGap() {
        assertThat(violations(unknown("a", 0, "x", 10), stored("b", 1, "y", 50, 60))).isEmpty();
    }

    @Test
    void aMessageSentTwiceMayBeAcknowledgedTwiceWithOneNumber() {
        assertThat(
                        violations(
                                lostAppend("a", "m1", 10),
                                append("a", "m1", 1, 20, 30),
                                append("a", "m1", 1, 40, 50),
                                fetch("b", 0, 60, 70, message(1, "m1"))))
                .isEmpty();
    }

    // ---- registers: one planted fault each

    @Test
    void twoWinnersOfOneVersion() {
        caught(
                Rule.ONE_WINNER,
                "c1",
                "c2",
                stored("c1", 0, "x", 10, 20),
                stored("c2", 0, "y", 15, 25));
    }

    @Test
    void aVersionThatNobodyMade() {
        caught(
                Rule.CONTIGUOUS_VERSIONS,
                "c1",
                "c2",
                stored("c1", 0, "x", 10, 20),
                stored("c2", 2, "y", 30, 40));
    }

    @Test
    void aWriteThatSkipsAVersion() {
        caught(
                Rule.RIGHT_ANSWER,
                "c1",
                "version 2",
                new Write("c1", R, 0, "x", new Span(10, 20), new WriteOutcome.Stored(2)));
    }

    @Test
    void aMismatchThatNamesTheExpectedVersion() {
        caught(Rule.RIGHT_ANSWER, "c1", "refused", mismatch("c1", 0, "x", 0, "first", 10, 20));
    }

    @Test
    void oneVersionWithTwoValues() {
        caught(
                Rule.ONE_VALUE,
                "c2",
                "c3",
                read("c2", 0, "first", 10, 20),
                read("c3", 0, "other", 10, 20));
    }

    @Test
    void aReaderGetsAnotherValueThanWasWritten() {
        caught(
                Rule.ONE_VALUE,
                "c1",
                "c2",
                stored("c1", 0, "x", 10, 20),
                read("c2", 1, "y", 30, 40));
    }

    @Test
    void aValueFromNowhere() {
        caught(
                Rule.KNOWN_VALUE,
                "c2",
                "ghost",
                read("c1", 0, "first", 1, 2),
                unknown("c1", 0, "x", 3),
                read("c2", 1, "ghost", 30, 40));
    }

    @Test
    void anUnansweredWriteThatHappensTwice() {
        caught(
                Rule.KNOWN_VALUE,
                "c3",
                "version 2",
                read("c1", 0, "first", 1, 2),
                unknown("c1", 0, "x", 3),
                read("c2", 1, "x", 30, 40),
                read("c3", 2, "x", 50, 60));
    }

    @Test
    void aRefusedWriteThatHappened() {
        caught(
                Rule.NO_EFFECT_OF_REFUSED,
                "c1",
                "c2",
                read("c0", 0, "first", 1, 2),
                new Write("c1", R, 0, "x", new Span(10, 20), new WriteOutcome.Refused()),
                read("c2", 1, "x", 30, 40));
    }

    @Test
    void anAcknowledgedWriteThatALaterReaderDoesNotSee() {
        caught(
                Rule.REAL_TIME,
                "c1",
                "c2",
                stored("c1", 0, "x", 10, 20),
                read("c2", 0, "first", 30, 40));
    }

    @Test
    void aMismatchThatNamesAnOldVersion() {
        caught(
                Rule.REAL_TIME,
                "c3",
                "c2",
                stored("c1", 0, "x", 10, 20),
                stored("c2", 1, "y", 30, 40),
                mismatch("c3", 0, "z", 1, "x", 50, 60));
    }

    @Test
    void aReaderGoesBackBehindAnother() {
        caught(
                Rule.REAL_TIME,
                "c2",
                "c3",
                unknown("c1", 0, "x", 10),
                read("c2", 1, "x", 30, 40),
                read("c3", 0, "first", 50, 60));
    }

    @Test
    void aReaderSeesWhatIsNotYetWritten() {
        caught(
                Rule.REAL_TIME,
                "c1",
                "c2",
                read("c2", 1, "x", 10, 20),
                stored("c1", 0, "x", 30, 40));
    }

    @Test
    void twoWritesInTheWrongOrderOfTime() {
        caught(
                Rule.REAL_TIME,
                "c1",
                "c2",
                stored("c2", 1, "y", 10, 20),
                stored("c1", 0, "x", 30, 40));
    }

    @Test
    void oneIsToldOfTheFuture() {
        caught(
                Rule.REAL_TIME,
                "c1",
                "c2",
                new Told("c2", R, "k", 1, "x", 5),
                stored("c1", 0, "x", 30, 40));
    }

    @Test
    void aConnectionTellsAnOlderVersionAfterANewerOne() {
        caught(
                Rule.ORDER_OF_CONNECTION,
                "version=2",
                "version=1",
                stored("c1", 0, "x", 10, 20),
                stored("c1", 1, "y", 30, 40),
                new Told("c2", R, "k", 2, "y", 50),
                new Told("c2", R, "k", 1, "x", 60));
    }

    // ---- streams: one planted fault each

    @Test
    void aHoleInTheNumbers() {
        caught(
                Rule.CONTIGUOUS_NUMBERS,
                "c2",
                "no message 2",
                append("c1", "m1", 1, 10, 20),
                append("c2", "m3", 3, 30, 40));
    }

    @Test
    void aReadingThatLeavesOutWhatBecomesVisibleLater() {
        caught(
                Rule.CONTIGUOUS_NUMBERS,
                "c3",
                "read 2",
                append("c1", "m1", 1, 10, 50),
                append("c2", "m2", 2, 10, 20),
                fetch("c3", 0, 30, 40, message(2, "m2")));
    }

    @Test
    void aMessageStoredTwice() {
        caught(
                Rule.ONE_NUMBER,
                "c1",
                "c2",
                append("c1", "m1", 1, 10, 20),
                fetch("c2", 0, 30, 40, message(1, "m1"), message(2, "m1")));
    }

    @Test
    void twoMessagesWithOneNumber() {
        caught(
                Rule.ONE_MESSAGE,
                "c1",
                "c2",
                append("c1", "m1", 1, 10, 20),
                append("c2", "m2", 1, 10, 20));
    }

    @Test
    void twoReadersWithTwoOrders() {
        caught(
                Rule.ONE_MESSAGE,
                "c3",
                "c4",
                lostAppend("c1", "m1", 1),
                lostAppend("c2", "m2", 1),
                fetch("c3", 0, 10, 20, message(1, "m1"), message(2, "m2")),
                fetch("c4", 0, 10, 20, message(1, "m2"), message(2, "m1")));
    }

    @Test
    void anAcknowledgedMessageThatIsLost() {
        caught(
                Rule.NOTHING_LOST,
                "c1",
                "c2",
                append("c1", "m1", 1, 10, 20),
                fetch("c2", 0, 30, 40));
    }

    @Test
    void aMessageFromNowhere() {
        caught(Rule.KNOWN_MESSAGE, "c2", "ghost", fetch("c2", 0, 30, 40, message(1, "ghost")));
    }

    @Test
    void aRefusedMessageThatIsThere() {
        caught(
                Rule.NO_EFFECT_OF_REFUSED,
                "c1",
                "c2",
                new Append("c1", S, "m1", "text m1", new Span(10, 20), new AppendOutcome.Refused()),
                fetch("c2", 0, 30, 40, message(1, "m1")));
    }

    @Test
    void aMessageThatWasChanged() {
        caught(
                Rule.UNCHANGED_CONTENT,
                "c1",
                "c2",
                append("c1", "m1", 1, 10, 20),
                fetch("c2", 0, 30, 40, new Message(1, "m1", "other text")));
    }

    @Test
    void anAcknowledgementWithAnotherNumber() {
        caught(
                Rule.ONE_NUMBER,
                "c1",
                "c2",
                append("c1", "m1", 2, 10, 20),
                append("c1", "m0", 1, 1, 2),
                new Heard("c2", S, "k", message(3, "m1"), 50));
    }

    @Test
    void numbersAgainstTheTime() {
        caught(
                Rule.REAL_TIME,
                "c1",
                "c2",
                append("c1", "m1", 2, 10, 20),
                append("c2", "m2", 1, 30, 40));
    }

    @Test
    void aReadingThatStopsBeforeWhatAnotherHasSeen() {
        caught(
                Rule.REAL_TIME,
                "c2",
                "c3",
                lostAppend("c1", "m1", 1),
                fetch("c2", 0, 10, 20, message(1, "m1")),
                fetch("c3", 0, 30, 40));
    }

    @Test
    void aMessageHeardBeforeItWasSent() {
        caught(
                Rule.REAL_TIME,
                "c1",
                "c2",
                new Heard("c2", S, "k", message(1, "m1"), 5),
                append("c1", "m1", 1, 10, 20));
    }

    @Test
    void aConnectionDeliversTwice() {
        caught(
                Rule.ONCE_PER_CONNECTION,
                "c2",
                "number 1",
                append("c1", "m1", 1, 10, 20),
                new Heard("c2", S, "k", message(1, "m1"), 30),
                new Heard("c2", S, "k", message(1, "m1"), 40));
    }

    @Test
    void aConnectionDeliversOutOfOrder() {
        caught(
                Rule.ORDER_OF_CONNECTION,
                "c2",
                "1 after 2",
                append("c1", "m1", 1, 10, 20),
                append("c1", "m2", 2, 30, 40),
                new Heard("c2", S, "k", message(2, "m2"), 50),
                new Heard("c2", S, "k", message(1, "m1"), 60));
    }

    // ---- planted into large histories

    /// Whatever else happens at the same time, one fault is found and its operations are named.
    @Property(tries = 60)
    void aFaultIsFoundAmongManyOperations(@ForAll long seed) {
        List<Operation> history = SimulatedServer.history(seed, 400, 8, 2, 2);
        for (int i = 0; i < history.size(); i++) {
            if (history.get(i) instanceof Write write
                    && write.outcome() instanceof WriteOutcome.Stored) {
                List<Operation> broken = new ArrayList<>(history);
                broken.add(
                        new Write(
                                "villain",
                                write.subject(),
                                write.expected(),
                                "stolen",
                                write.span(),
                                write.outcome()));
                assertThat(HistoryChecker.check(broken).violations().toString())
                        .contains(Rule.ONE_WINNER.meaning(), "villain", write.client());
                break;
            }
        }
        List<Operation> forgotten = new ArrayList<>(history);
        history.stream()
                .filter(Fetch.class::isInstance)
                .map(Fetch.class::cast)
                .filter(fetch -> fetch.client().equals("auditor"))
                .filter(fetch -> fetch.messages().size() > 1)
                .findFirst()
                .ifPresent(
                        fetch -> {
                            List<Message> holed = new ArrayList<>(fetch.messages());
                            holed.remove(holed.size() / 2);
                            forgotten.set(
                                    forgotten.indexOf(fetch),
                                    new Fetch(
                                            fetch.client(),
                                            fetch.subject(),
                                            0,
                                            holed,
                                            fetch.span()));
                            assertThat(HistoryChecker.check(forgotten).holds()).isFalse();
                        });
    }

    // ---- words

    private static List<Violation> violations(Operation... operations) {
        return HistoryChecker.check(List.of(operations)).violations();
    }

    /// The fault is reported under its rule, with words that name who was part of it.
    private static void caught(Rule rule, String named, String alsoNamed, Operation... operations) {
        List<Violation> found = violations(operations);
        assertThat(found).extracting(Violation::rule).contains(rule);
        String told =
                found.stream()
                        .filter(violation -> violation.rule() == rule)
                        .findFirst()
                        .orElseThrow()
                        .toString();
        assertThat(told).contains(rule.meaning(), named, alsoNamed);
    }

    private static Write stored(String client, long expected, String value, long begin, long end) {
        return new Write(
                client,
                R,
                expected,
                value,
                new Span(begin, end),
                new WriteOutcome.Stored(expected + 1));
    }

    private static Write unknown(String client, long expected, String value, long begin) {
        return new Write(client, R, expected, value, Span.open(begin), new WriteOutcome.Unknown());
    }

    private static Write mismatch(
            String client,
            long expected,
            String value,
            long version,
            String current,
            long begin,
            long end) {
        return new Write(
                client,
                R,
                expected,
                value,
                new Span(begin, end),
                new WriteOutcome.Mismatch(version, current));
    }

    private static Read read(String client, long version, String value, long begin, long end) {
        return new Read(client, R, version, value, new Span(begin, end));
    }

    private static Message message(long number, String localId) {
        return new Message(number, localId, "text " + localId);
    }

    private static Append append(String client, String localId, long number, long begin, long end) {
        return new Append(
                client,
                S,
                localId,
                "text " + localId,
                new Span(begin, end),
                new AppendOutcome.Stored(number));
    }

    private static Append lostAppend(String client, String localId, long begin) {
        return new Append(
                client,
                S,
                localId,
                "text " + localId,
                Span.open(begin),
                new AppendOutcome.Unknown());
    }

    private static Fetch fetch(
            String client, long after, long begin, long end, Message... messages) {
        return new Fetch(client, S, after, List.of(messages), new Span(begin, end));
    }
}
