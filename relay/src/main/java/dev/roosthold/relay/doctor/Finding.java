package dev.roosthold.relay.doctor;

/// What one check found.
///
/// @param check its name, a few words
/// @param level how bad it is
/// @param what what was found, one line
/// @param advice what to do; empty when there is nothing to do
public record Finding(String check, Level level, String what, String advice) {

    /// How bad it is.
    public enum Level {
        OK,
        /// Could not be looked at, or does not apply now.
        SKIPPED,
        /// Worth knowing; the relay works.
        WARNING,
        /// Something does not work or is not safe.
        WRONG
    }

    static Finding ok(String check, String what) {
        return new Finding(check, Level.OK, what, "");
    }

    static Finding skipped(String check, String what) {
        return new Finding(check, Level.SKIPPED, what, "");
    }

    static Finding warning(String check, String what, String advice) {
        return new Finding(check, Level.WARNING, what, advice);
    }

    static Finding wrong(String check, String what, String advice) {
        return new Finding(check, Level.WRONG, what, advice);
    }
}
