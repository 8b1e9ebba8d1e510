package dev.roosthold.daemon;

/// Who asked the daemon to stop.
public enum ShutdownSource {
    MOBILE_APP("mobile-app"),
    CLI("cli"),
    OS_SIGNAL("os-signal"),
    UNKNOWN("unknown");

    private final String wireName;

    ShutdownSource(String wireName) {
        this.wireName = wireName;
    }

    String wireName() {
        return wireName;
    }
}
