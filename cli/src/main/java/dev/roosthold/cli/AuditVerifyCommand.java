package dev.roosthold.cli;

import dev.roosthold.protocol.Codec;
import dev.roosthold.relay.audit.Audit;
import dev.roosthold.relay.audit.Head;
import dev.roosthold.relay.audit.Verdict;
import dev.roosthold.relay.store.Store;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

@Command(
        name = "verify",
        description = {
            "Checks that no entry of the log was changed, moved or taken away.",
            "Exit status: 0 intact, 1 not intact or not checked, 2 called wrongly."
        })
final class AuditVerifyCommand implements Callable<Integer> {
    @Option(
            names = "--expect",
            paramLabel = "NUMBER:HASH",
            converter = Place.class,
            description =
                    "An entry that an earlier run printed as the latest: checks that it is still"
                            + " the same. Without it, a log that was rewritten as a whole or cut off at"
                            + " its end by somebody who knows how is not noticed.")
    private @Nullable Head expect;

    @Option(names = "--json", description = "Prints a JSON object.")
    private boolean json;

    @Mixin private RelayData data;

    /// What `--json` prints.
    private record Report(
            boolean intact,
            long entries,
            long first,
            String head,
            List<String> problems,
            long problemCount) {}

    @Override
    public Integer call() {
        Optional<Head> noted = Optional.ofNullable(expect);
        Verdict verdict;
        try (Store store = data.open()) {
            verdict = store.readNow(sql -> Audit.verify(sql, noted));
        }
        if (json) {
            System.out.println(
                    Codec.printText(
                            new Report(
                                    verdict.intact(),
                                    verdict.entries(),
                                    verdict.first(),
                                    verdict.head().toString(),
                                    verdict.problems(),
                                    verdict.problemCount())));
        } else {
            print(verdict);
        }
        return verdict.intact() ? 0 : 1;
    }

    private static void print(Verdict verdict) {
        if (!verdict.intact()) {
            System.out.println("The audit log is not intact:");
            verdict.problems().forEach(problem -> System.out.println("  " + problem));
            long more = verdict.problemCount() - verdict.problems().size();
            if (more > 0) {
                System.out.println("  and " + more + " more");
            }
            return;
        }
        if (verdict.entries() == 0) {
            System.out.println("The audit log is empty.");
            return;
        }
        System.out.printf(
                "The audit log is intact: entries %d to %d.%nLatest: %s%n",
                verdict.first(), verdict.head().number(), verdict.head());
    }

    /// `<number>:<hash>`.
    static final class Place implements ITypeConverter<Head> {
        @Override
        public Head convert(String text) {
            return Head.parse(text)
                    .orElseThrow(
                            () ->
                                    new TypeConversionException(
                                            "give it as `roost audit verify` printed it"));
        }
    }
}
