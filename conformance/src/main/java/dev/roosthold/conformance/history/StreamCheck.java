package dev.roosthold.conformance.history;

import dev.roosthold.conformance.history.Operation.Append;
import dev.roosthold.conformance.history.Operation.AppendOutcome;
import dev.roosthold.conformance.history.Operation.Fetch;
import dev.roosthold.conformance.history.Operation.Heard;
import dev.roosthold.conformance.history.Operation.Message;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// One stream of numbered messages. One thread, one use.
///
/// The numbers are the order. A message takes effect between the first try to send it and the first
/// answer that named its number; a reading stands behind the last number it saw.
final class StreamCheck {
    private final String subject;
    private final List<Operation.OnStream> operations;
    private final List<Violation> found = new ArrayList<>();
    private final Map<String, Sent> sent = new HashMap<>();

    /// Who said first which message has a number, and which number a message has.
    private final TreeMap<Long, Claim> byNumber = new TreeMap<>();

    private final Map<String, Claim> byLocalId = new HashMap<>();

    /// All tries to send one message.
    private static final class Sent {
        final List<Append> tries = new ArrayList<>(1);
        long begin = Span.NEVER;
        long end = Span.NEVER;
        boolean possible;
        @Nullable Append acknowledged;
        @Nullable Append first;
    }

    private record Claim(long number, String localId, Operation by) {}

    StreamCheck(String subject, List<Operation.OnStream> operations) {
        this.subject = subject;
        this.operations = operations;
    }

    List<Violation> run() {
        for (Operation.OnStream operation : operations) {
            if (operation instanceof Append append) {
                sent(append);
            }
        }
        for (Operation.OnStream operation : operations) {
            switch (operation) {
                case Append append -> {
                    if (append.outcome() instanceof AppendOutcome.Stored(long number)) {
                        claim(number, append.localId(), append);
                    }
                }
                case Fetch fetch -> {
                    contiguous(fetch);
                    fetch.messages().forEach(message -> seen(message, fetch));
                }
                case Heard heard -> seen(heard.message(), heard);
            }
        }
        numbers();
        lost();
        realTime();
        connections();
        return found;
    }

    private void sent(Append append) {
        Sent message = sent.computeIfAbsent(append.localId(), _ -> new Sent());
        message.tries.add(append);
        if (append.outcome() instanceof AppendOutcome.Refused) {
            return;
        }
        message.possible = true;
        if (append.span().begin() < message.begin) {
            message.begin = append.span().begin();
            message.first = append;
        }
        if (append.outcome() instanceof AppendOutcome.Stored
                && (message.acknowledged == null || append.span().end() < message.end)) {
            message.acknowledged = append;
            message.end = append.span().end();
        }
    }

    private void seen(Message message, Operation by) {
        claim(message.number(), message.localId(), by);
        Sent origin = sent.get(message.localId());
        if (origin == null) {
            wrong(Rule.KNOWN_MESSAGE, message.localId() + " at " + message.number(), by);
            return;
        }
        Append first = origin.tries.getFirst();
        if (!origin.possible) {
            wrong(Rule.NO_EFFECT_OF_REFUSED, message.localId(), first, by);
        }
        if (origin.tries.stream().noneMatch(t -> t.content().equals(message.content()))) {
            wrong(Rule.UNCHANGED_CONTENT, message.localId(), first, by);
        }
    }

    private void claim(long number, String localId, Operation by) {
        Claim here = byNumber.get(number);
        if (here != null && !here.localId().equals(localId)) {
            wrong(
                    Rule.ONE_MESSAGE,
                    number + " is " + here.localId() + " and " + localId,
                    here.by(),
                    by);
            return;
        }
        Claim there = byLocalId.get(localId);
        if (there != null && there.number() != number) {
            wrong(
                    Rule.ONE_NUMBER,
                    localId + " is " + there.number() + " and " + number,
                    there.by(),
                    by);
            return;
        }
        if (here == null) {
            Claim claim = new Claim(number, localId, by);
            byNumber.put(number, claim);
            byLocalId.put(localId, claim);
        }
    }

    /// A reading has every number behind its start.
    private void contiguous(Fetch fetch) {
        long expected = fetch.after() + 1;
        for (Message message : fetch.messages()) {
            if (message.number() != expected) {
                wrong(
                        Rule.CONTIGUOUS_NUMBERS,
                        "read " + message.number() + " where " + expected + " was due",
                        fetch);
                return;
            }
            expected++;
        }
    }

    private void numbers() {
        long expected = 1;
        for (Claim claim : byNumber.values()) {
            if (claim.number() != expected) {
                wrong(
                        Rule.CONTIGUOUS_NUMBERS,
                        "no message " + expected + " before " + claim.number(),
                        claim.by());
                return;
            }
            expected++;
        }
    }

    /// Whatever was acknowledged is in every reading that began after that; the times of what it
    /// saw last are judged with the rest.
    private void lost() {
        List<Fetch> fetches = new ArrayList<>();
        for (Operation.OnStream operation : operations) {
            if (operation instanceof Fetch fetch) {
                fetches.add(fetch);
            }
        }
        if (fetches.isEmpty()) {
            return;
        }
        Fetch last = fetches.stream().max(Comparator.comparingLong(f -> f.span().begin())).get();
        Set<String> there = new HashSet<>();
        last.messages().forEach(message -> there.add(message.localId()));
        for (Sent message : sent.values()) {
            Append acknowledged = message.acknowledged;
            if (acknowledged != null
                    && acknowledged.outcome() instanceof AppendOutcome.Stored(long number)
                    && message.end < last.span().begin()
                    && number > last.after()
                    && !there.contains(acknowledged.localId())) {
                wrong(
                        Rule.NOTHING_LOST,
                        acknowledged.localId() + ", number " + number,
                        acknowledged,
                        last);
            }
        }
    }

    private void realTime() {
        List<RealTime.Placed> placed = new ArrayList<>(operations.size());
        for (Claim claim : byNumber.values()) {
            Sent message = sent.get(claim.localId());
            if (message != null && message.first != null) {
                Append shown = message.acknowledged == null ? message.first : message.acknowledged;
                placed.add(
                        new RealTime.Placed(2 * claim.number(), message.begin, message.end, shown));
            }
        }
        for (Operation.OnStream operation : operations) {
            switch (operation) {
                case Fetch fetch -> {
                    long last =
                            fetch.messages().isEmpty()
                                    ? fetch.after()
                                    : fetch.messages().getLast().number();
                    placed.add(
                            new RealTime.Placed(
                                    2 * last + 1, fetch.span().begin(), fetch.span().end(), fetch));
                }
                case Heard heard ->
                        placed.add(
                                new RealTime.Placed(
                                        2 * heard.message().number() + 1,
                                        Long.MIN_VALUE,
                                        heard.at(),
                                        heard));
                case Append _ -> {}
            }
        }
        RealTime.Contradiction contradiction = RealTime.in(placed);
        if (contradiction != null) {
            wrong(
                    Rule.REAL_TIME,
                    describe(contradiction.earlier())
                            + " although "
                            + describe(contradiction.later())
                            + " before that began",
                    contradiction.earlier().operation(),
                    contradiction.later().operation());
        }
    }

    private static String describe(RealTime.Placed placed) {
        long number = Math.floorDiv(placed.place(), 2);
        return placed.place() % 2 == 0 ? "stored " + number : "saw up to " + number;
    }

    private void connections() {
        Map<String, List<Heard>> byConnection = new HashMap<>();
        for (Operation.OnStream operation : operations) {
            if (operation instanceof Heard heard) {
                byConnection.computeIfAbsent(heard.connection(), _ -> new ArrayList<>()).add(heard);
            }
        }
        for (List<Heard> all : byConnection.values()) {
            all.sort(Comparator.comparingLong(Heard::at));
            for (int i = 1; i < all.size(); i++) {
                Heard before = all.get(i - 1);
                Heard after = all.get(i);
                long from = before.message().number();
                long to = after.message().number();
                if (to == from) {
                    wrong(Rule.ONCE_PER_CONNECTION, "number " + to, before, after);
                } else if (to < from) {
                    wrong(Rule.ORDER_OF_CONNECTION, to + " after " + from, before, after);
                }
            }
        }
    }

    private void wrong(Rule rule, String what, Operation... by) {
        if (found.size() < HistoryChecker.MOST) {
            found.add(Violation.of(rule, subject, what, by));
        }
    }
}
