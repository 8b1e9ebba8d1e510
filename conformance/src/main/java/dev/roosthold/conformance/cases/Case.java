package dev.roosthold.conformance.cases;

import dev.roosthold.conformance.replay.ReplayException;
import dev.roosthold.conformance.wire.WireException;
import java.util.List;

/// One case before it is run.
record Case(String group, String name, Grade grade, String expected, Check check) {

    /// Looks.
    @FunctionalInterface
    interface Check {
        Seen look() throws Exception;
    }

    static Case required(String group, String name, String expected, Check check) {
        return new Case(group, name, Grade.REQUIRED, expected, check);
    }

    static Case better(String group, String name, String expected, Check check) {
        return new Case(group, name, Grade.BETTER, expected, check);
    }

    static Case extra(String group, String name, String expected, Check check) {
        return new Case(group, name, Grade.EXTRA, expected, check);
    }

    /// Runs it; what ends it early is what was seen.
    Result run() throws InterruptedException {
        Seen seen;
        try {
            seen = check.look();
        } catch (WireException | ReplayException e) {
            seen = Seen.wrong(String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            seen = Seen.wrong(e.toString());
        }
        List<String> details = seen.asExpected() ? List.of() : seen.details();
        return new Result(group, name, grade, expected, seen.text(), seen.asExpected(), details);
    }
}
