package dev.roosthold.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.roosthold.relay.RelayConfig;
import dev.roosthold.relay.store.PostgresUrl;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

final class ClusterOptionsTest {
    private static final RelayConfig SHARED =
            RelayConfig.defaults().withDatabase(PostgresUrl.parse("postgresql://u@db.example/d"));

    @Command(name = "sample")
    static final class Sample {
        @Mixin private ClusterOptions cluster;
    }

    @Test
    void withoutItARelayIsAlone() {
        assertThat(sample().cluster.apply(SHARED).cluster()).isEmpty();
    }

    @Test
    void severalServersWithOnePasswordAreTaken() {
        RelayConfig config =
                sample("--nats=tls://roost:pass-word@a.example,nats://b.example:4223")
                        .cluster
                        .apply(SHARED);
        assertThat(config.cluster().orElseThrow().nats().place())
                .isEqualTo("a.example:4222, b.example:4223");
        assertThat(config.toString()).doesNotContain("pass-word");
    }

    @Test
    void severalRelaysNeedACommonDatabase() {
        var cluster = sample("--nats=nats://a.example").cluster;
        assertThatThrownBy(() -> cluster.apply(RelayConfig.defaults()))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("--nats needs --database");
    }

    @Test
    void whatIsNoAddressIsRefusedAndNotRepeated() {
        for (String wrong :
                new String[] {"host:4222", "http://pass-word@a", "nats://", "nats:// x"}) {
            var cluster = sample("--nats=" + wrong).cluster;
            assertThatThrownBy(() -> cluster.apply(SHARED))
                    .isInstanceOf(CommandFailure.class)
                    .hasMessageContaining("--nats: ")
                    .hasMessageNotContaining("pass-word");
        }
    }

    private static Sample sample(String... arguments) {
        var sample = new Sample();
        new CommandLine(sample).parseArgs(arguments);
        return sample;
    }
}
