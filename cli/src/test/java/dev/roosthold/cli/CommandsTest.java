package dev.roosthold.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

class CommandsTest {
    private final CommandLine all = Commands.all();

    static List<String> names() {
        return Commands.NAMES;
    }

    @Test
    void eachCommandIsListedUnderItsName() {
        var listed = new ArrayList<>(Commands.NAMES);
        listed.add(Commands.NAMES.indexOf("enrol") + 1, "enroll");
        assertThat(all.getSubcommands().keySet()).containsExactlyElementsOf(listed);
        all.getSubcommands()
                .forEach(
                        (name, command) ->
                                assertThat(command.getCommandSpec().names()).contains(name));
    }

    @ParameterizedTest
    @MethodSource("names")
    void aCommandIsTheSameAloneAsAmongAll(String name) {
        CommandLine alone = Commands.calledBy(name, "--help");
        assertThat(help(alone, name)).isEqualTo(help(all, name));
        for (String nested : find(all, name).getSubcommands().keySet()) {
            assertThat(help(alone, name, nested)).isEqualTo(help(all, name, nested));
        }
    }

    @Test
    void oneThatIsNotNamedFirstIsFoundAmongAll() {
        assertThat(Commands.calledBy("--config", "x", "status").getSubcommands())
                .hasSameSizeAs(all.getSubcommands());
        assertThat(Commands.calledBy().getSubcommands()).hasSameSizeAs(all.getSubcommands());
        assertThat(Commands.calledBy("statsu").getSubcommands())
                .hasSameSizeAs(all.getSubcommands());
        assertThat(Commands.calledBy("enroll").getSubcommands())
                .containsOnlyKeys("enrol", "enroll");
        assertThat(Commands.calledBy("--version").getSubcommands()).isEmpty();
    }

    private static String help(CommandLine root, String... path) {
        return find(root, path).getUsageMessage();
    }

    private static CommandLine find(CommandLine root, String... path) {
        CommandLine command = root;
        for (String name : path) {
            command = Objects.requireNonNull(command.getSubcommands().get(name));
        }
        return command;
    }
}
