package dev.roosthold.conformance.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.conformance.RelayRig;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@Execution(ExecutionMode.CONCURRENT)
class OneRequestCannotHurtTest {
    @TempDir Path folder;

    @Test
    void badRequestToAnyRouteIsAnErrorOfTheContractAndNobodyElseNotices() throws IOException {
        try (RelayRig relay = RelayRig.start(folder)) {
            RestSuite.Report report = RestSuite.against(relay.url());

            System.out.println(report.requests() + " hostile requests");
            assertThat(report.violations()).isEmpty();
            assertThat(report.notBest()).isEmpty();
            assertThat(report.notOffered()).isEmpty();
            assertThat(report.requests()).isGreaterThan(4000);
        }
    }
}
