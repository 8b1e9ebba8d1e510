package dev.roosthold.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.roosthold.relay.push.PushConfig;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

final class ExpoPushOptionTest {
    private static final Optional<URI> USUAL = Optional.of(PushConfig.EXPO);

    @TempDir Path directory;

    @Test
    void phonesAreContactedOnlyWhenTheOperatorSaysSo() {
        assertThat(expo(Map.of())).isEmpty();
        assertThat(expo(Map.of("ROOST_EXPO_PUSH", "off"))).isEmpty();
        assertThat(expo(Map.of("ROOST_EXPO_PUSH", "on"))).isEqualTo(USUAL);
        assertThat(expo(Map.of(), "--expo-push")).isEqualTo(USUAL);
        assertThat(expo(Map.of(), "--expo-push", "--port=0")).isEqualTo(USUAL);
        assertThat(expo(Map.of("ROOST_EXPO_PUSH", "on"), "--expo-push=off")).isEmpty();
    }

    @Test
    void anotherServiceIsNamedByItsAddress() {
        for (String url : List.of("https://push.example/send", "http://127.0.0.1:9/x")) {
            assertThat(expo(Map.of(), "--expo-push=" + url)).contains(URI.create(url));
            assertThat(expo(Map.of("ROOST_EXPO_PUSH", url))).contains(URI.create(url));
        }
    }

    @Test
    void whatIsNoAddressStopsTheStartAndIsNamed() {
        for (String wrong :
                List.of(
                        "maybe",
                        "http://push.example/",
                        "ftp://x/",
                        "https://",
                        "http:///x",
                        "a b")) {
            assertThatThrownBy(() -> ExpoPushOption.apply(wrong))
                    .as(wrong)
                    .isInstanceOf(CommandFailure.class)
                    .hasMessageContaining(wrong);
        }
    }

    private Optional<URI> expo(Map<String, String> environment, String... arguments) {
        var up = new CommandLine(new UpCommand());
        up.setCaseInsensitiveEnumValuesAllowed(true);
        up.setDefaultValueProvider(
                OptionSources.read(directory.resolve("roost.properties"), environment));
        up.parseArgs(arguments);
        String value = up.getCommandSpec().findOption("--expo-push").getValue();
        return ExpoPushOption.apply(value).expo();
    }
}
