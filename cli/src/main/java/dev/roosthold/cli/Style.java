package dev.roosthold.cli;

import java.util.Map;

/// Colours for a terminal that has them; `NO_COLOR` turns them off.
///
/// @param on whether anything is coloured at all
record Style(boolean on) {
    private static final String END = "\u001b[0m";

    static final Style NONE = new Style(false);

    /// As standard output and the environment say.
    static Style ofOutput() {
        return new Style(Ask.isTerminal() && wanted(System.getenv()));
    }

    static boolean wanted(Map<String, String> environment) {
        return environment.getOrDefault("NO_COLOR", "").isEmpty()
                && !"dumb".equals(environment.get("TERM"));
    }

    String bold(String text) {
        return with("1", text);
    }

    String dim(String text) {
        return with("2", text);
    }

    String red(String text) {
        return with("31", text);
    }

    String green(String text) {
        return with("32", text);
    }

    String yellow(String text) {
        return with("33", text);
    }

    String cyan(String text) {
        return with("36", text);
    }

    /// Black on white whatever the terminal's own colours are.
    String blackOnWhite(String text) {
        return with("38;5;16;48;5;231", text);
    }

    private String with(String code, String text) {
        return on && !text.isEmpty() ? "\u001b[" + code + "m" + text + END : text;
    }
}
