package dev.roosthold.conformance.history;

import java.util.List;
import java.util.stream.Collectors;

/// A rule that a history breaks.
///
/// @param subject the register or stream
/// @param what in words, with the versions or numbers
/// @param operations those that contradict each other
public record Violation(Rule rule, String subject, String what, List<Operation> operations) {
    public Violation {
        operations = List.copyOf(operations);
    }

    static Violation of(Rule rule, String subject, String what, Operation... operations) {
        return new Violation(rule, subject, what, List.of(operations));
    }

    @Override
    public String toString() {
        return rule.meaning()
                + ": "
                + subject
                + ": "
                + what
                + operations.stream().map(o -> "\n    " + o).collect(Collectors.joining());
    }
}
