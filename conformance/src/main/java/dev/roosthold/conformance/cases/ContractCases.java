package dev.roosthold.conformance.cases;

import dev.roosthold.conformance.replay.Difference;
import dev.roosthold.conformance.replay.Replay;
import dev.roosthold.conformance.replay.ReplayException;
import dev.roosthold.conformance.replay.ReplayReport;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/// The recorded exchanges of the original server, one line for each recording.
///
/// An answer may be as recorded or as the list of differences that are meant has it, since both are
/// right for every client. What is left to the server counts as recorded.
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
        long meant = outcomes.stream().filter(o -> !isEqual(o) && wrong(o).isEmpty()).count();
        List<String> wrong = outcomes.stream().flatMap(ContractCases::lines).toList();
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
        return wrong(outcome).isEmpty() && outcome.allowed().isEmpty();
    }

    private static List<Difference> wrong(ReplayReport.Outcome outcome) {
        return outcome.unexpected().stream().filter(d -> !d.isLeftToTheServer()).toList();
    }

    /// The path that an answer says it does not know.
    private static Stream<String> unknownRoute(Difference difference) {
        JsonNode received = difference.received().orElse(MissingNode.getInstance());
        JsonNode path =
                switch (difference.path()) {
                    case "/response/body" -> received.path("path");
                    case "/response/body/path" -> received;
                    default -> MissingNode.getInstance();
                };
        return path.isString() ? Stream.of(path.asString()) : Stream.empty();
    }

    /// One line for each difference, and one for all when the server does not have the route.
    private static Stream<String> lines(ReplayReport.Outcome outcome) {
        List<Difference> wrong = wrong(outcome);
        return wrong.stream()
                .filter(d -> d.recorded().isEmpty())
                .flatMap(ContractCases::unknownRoute)
                .map(path -> "no such route: " + path)
                .findFirst()
                .map(Stream::of)
                .orElseGet(() -> wrong.stream().map(Difference::toString))
                .map(line -> outcome.name() + ": " + line);
    }
}
