package dev.roosthold.conformance.history;

import dev.roosthold.conformance.history.Operation.Read;
import dev.roosthold.conformance.history.Operation.Told;
import dev.roosthold.conformance.history.Operation.Write;
import dev.roosthold.conformance.history.Operation.WriteOutcome.Mismatch;
import dev.roosthold.conformance.history.Operation.WriteOutcome.Refused;
import dev.roosthold.conformance.history.Operation.WriteOutcome.Stored;
import dev.roosthold.conformance.history.Operation.WriteOutcome.Unknown;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// One versioned register. One thread, one use.
///
/// Each version has one writer, and a write of version v replaces version v - 1. So the order of
/// the writes is known, reads stand between the write of their version and the next one, and what
/// is left to ask is whether the times allow that order ([RealTime]). For a version whose writer
/// got no answer every write that fits is possible; the one that began first leaves the most
/// freedom, as none of them has an end.
final class RegisterCheck {
    private final String subject;
    private final List<Operation.OnRegister> operations;
    private final List<Violation> found = new ArrayList<>();
    private final TreeMap<Long, Version> versions = new TreeMap<>();

    /// Everything that says something about one version.
    private static final class Version {
        @Nullable Write winner;
        final List<Write> possible = new ArrayList<>(0);
        final List<Write> refused = new ArrayList<>(0);

        /// The first that saw it, and what it saw.
        @Nullable Operation witness;

        @Nullable String value;
        final List<Operation> observers = new ArrayList<>(1);
    }

    RegisterCheck(String subject, List<Operation.OnRegister> operations) {
        this.subject = subject;
        this.operations = operations;
    }

    List<Violation> run() {
        operations.forEach(this::sort);
        long first = firstSeen();
        Map<Long, Write> writers = new HashMap<>();
        for (Map.Entry<Long, Version> entry : versions.entrySet()) {
            values(entry.getKey(), entry.getValue());
        }
        long last = lastSeen();
        for (long number = first + 1;
                number <= last && found.size() < HistoryChecker.MOST;
                number++) {
            Write writer = writer(number);
            if (writer != null) {
                writers.put(number, writer);
            }
        }
        realTime(writers);
        connections();
        return found;
    }

    private void sort(Operation.OnRegister operation) {
        switch (operation) {
            case Write write -> {
                switch (write.outcome()) {
                    case Stored(long version) -> stored(write, version);
                    case Mismatch(long version, String value) -> {
                        if (version == write.expected()) {
                            wrong(
                                    Rule.RIGHT_ANSWER,
                                    "version " + version + " was refused as outdated and current",
                                    write);
                        }
                        observe(version, value, write);
                    }
                    case Refused() -> version(write.expected() + 1).refused.add(write);
                    case Unknown() -> version(write.expected() + 1).possible.add(write);
                }
            }
            case Read read -> observe(read.version(), read.value(), read);
            case Told told -> observe(told.version(), told.value(), told);
        }
    }

    private void stored(Write write, long version) {
        if (version != write.expected() + 1) {
            wrong(
                    Rule.RIGHT_ANSWER,
                    "replacing version " + write.expected() + " made version " + version,
                    write);
            return;
        }
        Version made = version(version);
        if (made.winner != null) {
            wrong(Rule.ONE_WINNER, "version " + version, made.winner, write);
        } else {
            made.winner = write;
        }
    }

    private void observe(long number, String value, Operation observer) {
        Version version = version(number);
        version.observers.add(observer);
        if (version.witness == null) {
            version.witness = observer;
            version.value = value;
        } else if (!value.equals(version.value)) {
            wrong(Rule.ONE_VALUE, "version " + number, version.witness, observer);
        }
    }

    private Version version(long number) {
        return versions.computeIfAbsent(number, _ -> new Version());
    }

    /// The lowest version that somebody saw, or that a write replaced which has happened: what was
    /// there before the first client came.
    private long firstSeen() {
        for (Map.Entry<Long, Version> entry : versions.entrySet()) {
            Version version = entry.getValue();
            if (version.winner != null || (version.witness != null && candidate(version) != null)) {
                return entry.getKey() - 1;
            }
            if (version.witness != null) {
                return entry.getKey();
            }
        }
        return Long.MAX_VALUE - 1;
    }

    private long lastSeen() {
        for (Map.Entry<Long, Version> entry : versions.descendingMap().entrySet()) {
            if (entry.getValue().witness != null || entry.getValue().winner != null) {
                return entry.getKey();
            }
        }
        return Long.MIN_VALUE;
    }

    /// What was seen must be what was written.
    private void values(long number, Version version) {
        Operation witness = version.witness;
        Write winner = version.winner;
        if (witness != null && winner != null && !winner.value().equals(version.value)) {
            wrong(Rule.ONE_VALUE, "version " + number, winner, witness);
        }
    }

    /// Who made a version; null when that was found wrong.
    private @Nullable Write writer(long number) {
        Version version = versions.get(number);
        if (version != null && version.winner != null) {
            return version.winner;
        }
        Write best = version == null ? null : candidate(version);
        if (best == null) {
            nobodyWrote(number, version);
        }
        return best;
    }

    /// Of the writes without answer that can have made a version the one that began first.
    private static @Nullable Write candidate(Version version) {
        Write best = null;
        for (Write write : version.possible) {
            boolean fits = version.witness == null || write.value().equals(version.value);
            if (fits && (best == null || write.span().begin() < best.span().begin())) {
                best = write;
            }
        }
        return best;
    }

    /// The operation that shows best that a version exists.
    private static @Nullable Operation proof(@Nullable Version version) {
        if (version == null) {
            return null;
        }
        return version.winner != null ? version.winner : version.witness;
    }

    private void nobodyWrote(long number, @Nullable Version version) {
        if (version == null || version.witness == null) {
            List<Operation> neighbours = new ArrayList<>();
            for (Map.Entry<Long, Version> entry : versions.entrySet()) {
                Operation proof = proof(entry.getValue());
                if (proof != null && entry.getKey() < number) {
                    neighbours.clear();
                    neighbours.add(proof);
                } else if (proof != null && entry.getKey() > number) {
                    neighbours.add(proof);
                    break;
                }
            }
            wrong(
                    Rule.CONTIGUOUS_VERSIONS,
                    "nobody made version " + number + ", and a later one exists",
                    neighbours.toArray(Operation[]::new));
            return;
        }
        for (Write refused : version.refused) {
            if (refused.value().equals(version.value)) {
                wrong(Rule.NO_EFFECT_OF_REFUSED, "version " + number, refused, version.witness);
                return;
            }
        }
        wrong(Rule.KNOWN_VALUE, "version " + number, version.witness);
    }

    private void realTime(Map<Long, Write> writers) {
        List<RealTime.Placed> placed = new ArrayList<>(operations.size());
        writers.forEach(
                (number, write) -> {
                    boolean answered = write.outcome() instanceof Stored;
                    placed.add(
                            new RealTime.Placed(
                                    2 * number,
                                    write.span().begin(),
                                    answered ? write.span().end() : Span.NEVER,
                                    write));
                });
        versions.forEach(
                (number, version) -> {
                    for (Operation observer : version.observers) {
                        // What one was told may be old; it cannot be from the future.
                        long begin =
                                observer instanceof Told ? Long.MIN_VALUE : observer.span().begin();
                        placed.add(
                                new RealTime.Placed(
                                        2 * number + 1, begin, observer.span().end(), observer));
                    }
                });
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
        return (placed.place() % 2 == 0 ? "made version " : "saw version ")
                + Math.floorDiv(placed.place(), 2);
    }

    /// What one connection tells of a register goes upwards.
    private void connections() {
        Map<String, List<Told>> byConnection = new HashMap<>();
        for (Operation.OnRegister operation : operations) {
            if (operation instanceof Told told) {
                byConnection.computeIfAbsent(told.connection(), _ -> new ArrayList<>()).add(told);
            }
        }
        for (List<Told> all : byConnection.values()) {
            all.sort(Comparator.comparingLong(Told::at));
            for (int i = 1; i < all.size(); i++) {
                Told before = all.get(i - 1);
                Told after = all.get(i);
                if (after.version() < before.version()) {
                    wrong(
                            Rule.ORDER_OF_CONNECTION,
                            "version " + after.version() + " after " + before.version(),
                            before,
                            after);
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
