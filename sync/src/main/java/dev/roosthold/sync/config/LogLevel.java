package dev.roosthold.sync.config;

import java.util.Locale;

/// How much is logged, from most to least.
public enum LogLevel {
    TRACE,
    DEBUG,
    INFO,
    WARN,
    ERROR;

    /// As it stands in settings and in the log.
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
