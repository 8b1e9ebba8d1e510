package dev.roosthold.conformance.cases;

import dev.roosthold.conformance.replay.Replay;
import dev.roosthold.conformance.replay.ReplayException;
import dev.roosthold.conformance.replay.ReplayReport;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// The recorded exchanges of the original server, one line for each recording.
///
/// An answer may be as recorded or as the list of differences that are meant has it, since both are
/// right for every client.
final class ContractCases {
    private static final String GROUP = "contract";

    private ContractCases() {}

    /// Plays all of them and tells the results.
    static void play(URI server, Consumer<Result> told) {
        ReplayReport report;
        try {
            report = Replay.against(server);
        } catch (ReplayException e) {
            told.accept(
                    new Result(
                            GROUP,
                            "recorded exchanges",
                            Grade.REQUIRED,
                            "all can be played",
                            String.valueOf(e.getMessage()),
                            false,
                            List.of()));
            return;
        }
        Map<String, List<ReplayReport.Outcome>> byRecording = new LinkedHashMap<>();
        for (ReplayReport.Outcome outcome : report.exchanges()) {
            byRecording
                    .computeIfAbsent(recording(outcome.name()), _ -> new ArrayList<>())
                    .add(outcome);
        }
        byRecording.forEach((name, outcomes) -> told.accept(result(name, outcomes)));
    }

    private static String recording(String exchange) {
        int number = exchange.indexOf(" #");
        return number < 0 ? exchange : exchange.substring(0, number);
    }

    private static Result result(String name, List<ReplayReport.Outcome> outcomes) {
        long equal = outcomes.stream().filter(ContractCases::isEqual).count();
        long meant = outcomes.stream().filter(o -> !isEqual(o) && o.unexpected().isEmpty()).count();
        List<String> wrong =
                outcomes.stream()
                        .flatMap(o -> o.unexpected().stream().map(d -> o.name() + ": " + d))
                        .toList();
        return new Result(
                GROUP,
                name,
                Grade.REQUIRED,
                outcomes.size() + " exchanges as recorded or better",
                equal
                        + " as recorded, "
                        + meant
                        + " better"
                        + (wrong.isEmpty() ? "" : ", " + wrong.size() + " differences"),
                wrong.isEmpty(),
                wrong);
    }

    private static boolean isEqual(ReplayReport.Outcome outcome) {
        return outcome.unexpected().isEmpty() && outcome.allowed().isEmpty();
    }
}
