package dev.roosthold.conformance.cases;

import dev.roosthold.conformance.wire.Http1;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/// Runs the table against a server that allows registration. It leaves some accounts behind.
public final class Conformance {
    private final Options options;
    private final Consumer<Result> told;
    private int failures;
    private int run;

    /// What to run.
    ///
    /// @param server address of the server
    /// @param second address of another node of the same relay
    /// @param faults whether links are broken; only for servers on this computer
    /// @param seed of everything that is drawn
    /// @param groups which; [Group#NODES] runs only with a second address and [Group#FAULTS] only
    ///     with faults
    /// @param load how long many clients work at the same time
    public record Options(
            URI server,
            Optional<URI> second,
            boolean faults,
            long seed,
            Set<Group> groups,
            Duration load) {
        public Options {
            groups = Set.copyOf(groups);
        }

        public static Options of(URI server) {
            return new Options(
                    server,
                    Optional.empty(),
                    false,
                    1,
                    EnumSet.allOf(Group.class),
                    Duration.ofSeconds(5));
        }

        public Options withGroups(Set<Group> value) {
            return new Options(server, second, faults, seed, value, load);
        }

        public Options withSecond(URI value) {
            return new Options(server, Optional.of(value), faults, seed, groups, load);
        }

        public Options withFaults(long value) {
            return new Options(server, second, true, value, groups, load);
        }

        public Options withLoad(Duration value) {
            return new Options(server, second, faults, seed, groups, value);
        }
    }

    /// How it went.
    ///
    /// @param cases that were run
    /// @param failures required ones that did not pass
    public record Summary(int cases, int failures) {}

    private Conformance(Options options, Consumer<Result> told) {
        this.options = options;
        this.told = told;
    }

    /// Runs the cases one after the other.
    ///
    /// @param told each result as soon as it is known, on this thread
    public static Summary run(Options options, Consumer<Result> told) throws InterruptedException {
        return new Conformance(options, told).run();
    }

    private Summary run() throws InterruptedException {
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
                HttpClient http =
                        Http1.client()
                                .executor(executor)
                                .build()) {
            var world =
                    new World(
                            http,
                            options.server(),
                            options.second(),
                            options.seed(),
                            options.load());
            for (Group group : Group.values()) {
                if (options.groups().contains(group)) {
                    run(group, world);
                }
            }
        }
        return new Summary(run, failures);
    }

    private void run(Group group, World world) throws InterruptedException {
        if (group == Group.CONTRACT) {
            ContractCases.play(options.server(), this::tell);
            return;
        }
        for (Case one : cases(group, world)) {
            tell(one.run());
        }
    }

    private List<Case> cases(Group group, World world) {
        var suites = new SuiteCases(world);
        return switch (group) {
            case ORDERING -> new OrderingCases(world).all();
            case ONCE -> new OnceCases(world).all();
            case PRESENCE -> new PresenceCases(world).all();
            case RPC -> new RpcCases(world).all();
            case NODES ->
                    options.second()
                            .map(second -> new NodeCases(world, second).all())
                            .orElseGet(List::of);
            case FAULTS -> options.faults() ? new FaultCases(world).all() : List.of();
            case ISOLATION -> suites.isolation();
            case MALFORMED -> suites.malformed();
            case CONTRACT -> List.of();
            case EXTRAS -> new ExtraCases(world).all();
        };
    }

    private void tell(Result result) {
        run++;
        if (result.isFailure()) {
            failures++;
        }
        told.accept(result);
    }
}
