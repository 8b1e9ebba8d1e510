package dev.roosthold.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.roosthold.relay.http.Front;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

final class FrontOptionsTest {
    @TempDir Path directory;

    @Command(name = "sample")
    static final class Sample {
        @Mixin private FrontOptions front;
    }

    @Test
    void withoutOptionsItIsTheUsualFront() throws IOException {
        assertThat(front("", Map.of())).isEqualTo(Front.USUAL);
    }

    @Test
    void everyOptionIsReadFromFileEnvironmentAndCommandLine() throws IOException {
        Front front =
                front(
                        "tls-cert = /a/cert.pem\nbase-path = /roost\nmax-sockets = 7\n",
                        Map.of(
                                "ROOST_TLS_KEY", "/a/key.pem",
                                "ROOST_TRUSTED_PROXIES", "10.0.0.0/8, ::1"),
                        "--allow-origin",
                        "https://a.example,https://b.example",
                        "--allow-origin=https://c.example",
                        "--request-rate=5");
        assertThat(front.tls().orElseThrow().certificate()).isEqualTo(Path.of("/a/cert.pem"));
        assertThat(front.tls().orElseThrow().key()).isEqualTo(Path.of("/a/key.pem"));
        assertThat(front.trustedProxies()).hasSize(2);
        assertThat(front.trustedProxies().getLast().contains(InetAddress.ofLiteral("::1")))
                .isTrue();
        assertThat(front.basePath()).isEqualTo("/roost");
        assertThat(front.allowedOrigins())
                .containsExactly("https://a.example", "https://b.example", "https://c.example");
        assertThat(front.limits().socketsPerAccount()).isEqualTo(7);
        assertThat(front.limits().requestsPerAccount().burst()).isEqualTo(50);
    }

    @Test
    void aStarAmongTheOriginsAllowsAll() throws IOException {
        assertThat(front("", Map.of(), "--allow-origin=*,https://a.example").allowedOrigins())
                .isEmpty();
    }

    @Test
    void aRelayThatRequiresTlsDoesNotStartWhereNobodyCouldUseIt() throws IOException {
        var everybody = sample("require-tls = true\n", Map.of());
        assertThatThrownBy(() -> everybody.front("0.0.0.0"))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("--require-tls");
        assertThat(everybody.front("127.0.0.1").tlsOnly()).isTrue();
        assertThat(
                        sample("", Map.of(), "--require-tls", "--trusted-proxies=10.0.0.7")
                                .front("0.0.0.0")
                                .tlsOnly())
                .isTrue();
        assertThat(sample("", Map.of("ROOST_REQUIRE_TLS", "false")).front("0.0.0.0").tlsOnly())
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "--tls-cert=a.pem, belong together",
        "--tls-key=a.pem, belong together",
        "--trusted-proxies=localhost, localhost",
        "--base-path=roost, roost",
        "--allow-origin=app.example, app.example",
        "--max-sockets=0, limit",
        "--request-rate=0, rate",
    })
    void whatCannotBeIsRefusedWithItsName(String option, String word) {
        assertThatThrownBy(() -> front("", Map.of(), option))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining(word);
    }

    private Front front(String file, Map<String, String> environment, String... arguments)
            throws IOException {
        return sample(file, environment, arguments).front();
    }

    private FrontOptions sample(String file, Map<String, String> environment, String... arguments)
            throws IOException {
        Path settings = Files.writeString(directory.resolve("roost.properties"), file);
        Sample sample = new Sample();
        CommandLine command = new CommandLine(sample);
        command.setDefaultValueProvider(OptionSources.read(settings, environment));
        command.parseArgs(arguments);
        return sample.front;
    }
}
