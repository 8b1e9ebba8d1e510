package dev.roosthold.conformance.cases;

import java.util.List;

/// One line of the table.
///
/// @param group what it is about, such as `ordering`
/// @param name of the case
/// @param expected in words
/// @param seen in words; one line
/// @param passed whether that is what was expected
/// @param details more of what was wrong, one line each; empty when it passed
public record Result(
        String group,
        String name,
        Grade grade,
        String expected,
        String seen,
        boolean passed,
        List<String> details) {
    public Result {
        details = List.copyOf(details);
    }

    /// Whether the server must not be called compatible because of it.
    public boolean isFailure() {
        return grade == Grade.REQUIRED && !passed;
    }
}
