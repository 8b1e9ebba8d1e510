package dev.roosthold.conformance.cases;

import static dev.roosthold.conformance.cases.Case.required;

import dev.roosthold.conformance.crowd.Crowd;
import dev.roosthold.conformance.crowd.CrowdOptions;
import dev.roosthold.conformance.crowd.CrowdReport;
import dev.roosthold.conformance.crowd.LinkTrouble;
import dev.roosthold.conformance.faults.FaultProxy;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/// What holds while links break between the clients and the server.
final class FaultCases {
    private static final int LINKS = 4;

    private final World world;

    FaultCases(World world) {
        this.world = world;
    }

    List<Case> all() {
        return List.of(
                required(
                        "faults",
                        "the history of many clients while links break",
                        "linearizable, nothing lost",
                        this::links));
    }

    private Seen links() throws InterruptedException, IOException {
        List<FaultProxy> links = new ArrayList<>();
        try {
            List<URI> servers = new ArrayList<>(List.of(world.server()));
            world.second().ifPresent(servers::add);
            for (int i = 0; i < LINKS; i++) {
                links.add(FaultProxy.before(servers.get(i % servers.size())));
            }
            CrowdReport report =
                    Crowd.run(
                            world.server(),
                            links.stream().map(FaultProxy::url).toList(),
                            CrowdOptions.of(world.seed() + 2, world.load().multipliedBy(2)),
                            new LinkTrouble(links, world.seed()));
            return Seen.of(
                    report.verdict().summary()
                            + ", "
                            + report.faults()
                            + " faults, "
                            + report.cuts()
                            + " connections lost",
                    report.wrong());
        } finally {
            links.forEach(FaultProxy::close);
        }
    }
}
