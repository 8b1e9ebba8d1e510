package dev.roosthold.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/// Showing the settings of a command instead of running it.
final class PrintConfigOption {
    static final String NAME = "--print-config";

    enum Form {
        TABLE,
        JSON
    }

    @Option(
            names = NAME,
            arity = "0..1",
            fallbackValue = "table",
            paramLabel = "FORM",
            description =
                    "Prints the settings with where each comes from, as table or json, and ends.")
    private @Nullable Form form;

    boolean isGiven() {
        return form != null;
    }

    void print(CommandSpec command) {
        SettingsTable table = SettingsTable.of(command);
        System.out.print(form == Form.JSON ? table.asJson() + "\n" : table.asText());
    }
}
