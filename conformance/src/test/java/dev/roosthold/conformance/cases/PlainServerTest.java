package dev.roosthold.conformance.cases;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.conformance.RelayRig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// The table asks no server for more than what every happy-compatible one has.
@Execution(ExecutionMode.CONCURRENT)
class PlainServerTest {
    @TempDir Path folder;

    @Test
    @Tag("peers")
    void aServerWithoutAnyExtraDoesEverythingThatIsRequired() throws Exception {
        List<Result> results = new ArrayList<>();
        try (RelayRig relay = RelayRig.start(folder);
                PlainServer plain = PlainServer.inFrontOf(relay.url())) {
            Conformance.run(
                    Conformance.Options.of(plain.url())
                            .withGroups(EnumSet.of(Group.ISOLATION, Group.EXTRAS, Group.MALFORMED)),
                    results::add);
        }
        assertThat(results).filteredOn(result -> !result.passed()).isEmpty();
        assertThat(results)
                .filteredOn(result -> result.seen().equals("not offered"))
                .extracting(Result::name)
                .containsExactly(
                        "catching up on changes",
                        "devices",
                        "machines of the web page",
                        "audit log",
                        "notifications of browsers");
    }
}
