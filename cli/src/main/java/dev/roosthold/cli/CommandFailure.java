package dev.roosthold.cli;

import java.io.PrintStream;
import java.util.Optional;

/// Something a person must know: what happened, what it means, what to do.
final class CommandFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String advice;
    private final int status;

    /// @param what one line, without a full stop
    /// @param advice what it means and what to do, one or more lines; may be empty
    CommandFailure(String what, String advice) {
        this(what, advice, ExitStatus.FAILED);
    }

    /// @param what one line, without a full stop
    /// @param advice what it means and what to do, one or more lines; may be empty
    /// @param status of [ExitStatus]
    CommandFailure(String what, String advice, int status) {
        super(what, null, false, false);
        this.advice = advice;
        this.status = status;
    }

    /// What the command ends with.
    int status() {
        return status;
    }

    /// A failure for an exception that no command translated.
    static CommandFailure of(Exception exception) {
        if (exception instanceof CommandFailure failure) {
            return failure;
        }
        String message = exception.getMessage();
        return new CommandFailure(
                message == null ? exception.getClass().getSimpleName() : message, "");
    }

    /// The same, saying in which file and line or by which variable it was caused.
    CommandFailure from(Optional<String> place) {
        return place.isEmpty()
                ? this
                : new CommandFailure(place.get() + ": " + getMessage(), advice, status);
    }

    void print(PrintStream out) {
        out.println("error: " + getMessage());
        advice.lines().forEach(line -> out.println("  " + line));
    }
}
