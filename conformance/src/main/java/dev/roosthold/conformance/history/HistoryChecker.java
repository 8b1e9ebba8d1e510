package dev.roosthold.conformance.history;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Checks a history, O(n log n) in the number of its operations. Thread-safe: no state.
public final class HistoryChecker {
    /// More violations than this say nothing new.
    public static final int MOST = 100;

    private HistoryChecker() {}

    /// Checks everything, each register and stream apart: a history is linearizable exactly when it
    /// is for each object alone.
    public static Verdict check(Iterable<? extends Operation> history) {
        Map<String, List<Operation.OnRegister>> registers = new HashMap<>();
        Map<String, List<Operation.OnStream>> streams = new HashMap<>();
        long operations = 0;
        long unknown = 0;
        for (Operation operation : history) {
            operations++;
            if (operation.span().end() == Span.NEVER) {
                unknown++;
            }
            switch (operation) {
                case Operation.OnRegister one ->
                        registers.computeIfAbsent(one.subject(), _ -> new ArrayList<>()).add(one);
                case Operation.OnStream one ->
                        streams.computeIfAbsent(one.subject(), _ -> new ArrayList<>()).add(one);
            }
        }
        List<Violation> found = new ArrayList<>();
        registers.forEach((subject, own) -> found.addAll(new RegisterCheck(subject, own).run()));
        streams.forEach((subject, own) -> found.addAll(new StreamCheck(subject, own).run()));
        return new Verdict(
                operations,
                unknown,
                registers.size(),
                streams.size(),
                found.size() > MOST ? found.subList(0, MOST) : found);
    }
}
