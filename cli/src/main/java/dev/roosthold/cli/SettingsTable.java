package dev.roosthold.cli;

import dev.roosthold.protocol.Codec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/// The options of one command with what they are set to and by what. Made from the command's own
/// model after it was parsed, so that an option cannot be missing.
final class SettingsTable {
    static final String HIDDEN = "(not shown)";

    private static final Set<String> LEFT_OUT = Set.of("config", "print-config");

    /// The parts of an address that may carry a password or a key.
    private static final Pattern USER_INFO = Pattern.compile("(?<=://)[^/@?#]*@");

    private static final Pattern QUERY = Pattern.compile("(?<=://)([^?#]*)[?#].*");

    private record Row(
            String option, @Nullable String value, OptionSources.Origin origin, String meaning) {}

    private final SettingsFile file;
    private final List<Row> rows;

    private SettingsTable(SettingsFile file, List<Row> rows) {
        this.file = file;
        this.rows = rows;
    }

    /// @param command parsed, with its sources as provider of defaults
    static SettingsTable of(CommandSpec command) {
        if (!(command.defaultValueProvider() instanceof OptionSources sources)) {
            throw new IllegalStateException("the command has no sources");
        }
        CommandLine.ParseResult parsed = command.commandLine().getParseResult();
        List<Row> rows = new ArrayList<>();
        for (OptionSpec option : command.options()) {
            if (option.usageHelp()
                    || option.versionHelp()
                    || LEFT_OUT.contains(OptionSources.key(option))) {
                continue;
            }
            var origin =
                    parsed.hasMatchedOption(option)
                            ? new OptionSources.Origin("command line", "")
                            : sources.origin(option);
            String meaning = String.join(" ", option.description());
            rows.add(new Row(option.longestName(), shown(option), origin, meaning));
        }
        return new SettingsTable(sources.file(), rows);
    }

    String asText() {
        int name = width(rows.stream().map(Row::option).toList());
        int value = width(rows.stream().map(row -> text(row.value())).toList());
        int source = width(rows.stream().map(row -> row.origin().toString()).toList());
        String line = "%-" + name + "s  %-" + value + "s  %-" + source + "s  %s%n";
        var text = new StringBuilder();
        text.append("Settings file: ").append(file.path());
        text.append(file.isPresent() ? "" : " (does not exist)").append("\n\n");
        text.append(String.format(line, "OPTION", "VALUE", "SOURCE", "MEANING"));
        for (Row row : rows) {
            text.append(
                    String.format(
                            line, row.option(), text(row.value()), row.origin(), row.meaning()));
        }
        return text.toString();
    }

    String asJson() {
        List<Map<String, Object>> options = new ArrayList<>();
        for (Row row : rows) {
            var option = new LinkedHashMap<String, Object>();
            option.put("option", row.option());
            option.put("value", row.value() == null ? NULL : row.value());
            option.put("source", row.origin().kind());
            option.put("place", row.origin().place());
            option.put("meaning", row.meaning());
            options.add(option);
        }
        var all = new LinkedHashMap<String, Object>();
        all.put("settingsFile", file.path().toString());
        all.put("settingsFileExists", file.isPresent());
        all.put("options", options);
        return Codec.printText(all);
    }

    private static final Object NULL = tools.jackson.databind.node.NullNode.getInstance();

    private static int width(List<String> cells) {
        return Math.max(7, cells.stream().mapToInt(String::length).max().orElse(0));
    }

    private static String text(@Nullable String value) {
        return value == null ? "(none)" : value;
    }

    private static @Nullable String shown(OptionSpec option) {
        Object value = option.getValue();
        if (value == null) {
            return null;
        }
        return OptionSources.isSecret(option) ? HIDDEN : text(value);
    }

    private static String text(Object value) {
        return switch (value) {
            case Collection<?> values ->
                    values.stream().map(SettingsTable::text).collect(Collectors.joining(","));
            case Object[] values -> text(List.of(values));
            case Enum<?> constant -> constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
            case Path path -> path.toString();
            default -> withoutSecrets(value.toString());
        };
    }

    private static String withoutSecrets(String text) {
        String user = USER_INFO.matcher(text).replaceAll("***@");
        return QUERY.matcher(user).replaceAll("$1?***");
    }
}
