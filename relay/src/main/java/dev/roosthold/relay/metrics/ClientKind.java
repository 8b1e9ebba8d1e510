package dev.roosthold.relay.metrics;

import java.util.Locale;
import java.util.Map;

/// The labels `client` and `client_type`: which program a request or socket comes from, as far as
/// it says so in `X-Happy-Client: <kind>/<version>`. Unknown kinds are all `other`.
///
/// @param client one of the kinds, `other` or `none`
/// @param type the family of the kind
record ClientKind(String client, String type) {
    private static final Map<String, String> TYPES =
            Map.ofEntries(
                    Map.entry("cli", "cli"),
                    Map.entry("cli-daemon", "cli"),
                    Map.entry("cli-coding-session", "cli"),
                    Map.entry("happy-agent", "agent"),
                    Map.entry("agent", "agent"),
                    Map.entry("web", "web"),
                    Map.entry("desktop", "desktop"),
                    Map.entry("ios", "mobile"),
                    Map.entry("android", "mobile"),
                    Map.entry("roost-cli", "roost"),
                    Map.entry("roost-daemon", "roost"));
    private static final int LONGEST = 32;

    private static final ClientKind NONE = new ClientKind("none", "none");
    private static final ClientKind OTHER = new ClientKind("other", "other");

    static ClientKind of(String happyClient) {
        if (happyClient.isEmpty()) {
            return NONE;
        }
        int slash = happyClient.indexOf('/');
        int end = slash < 0 ? happyClient.length() : slash;
        if (end > LONGEST) {
            return OTHER;
        }
        String kind = happyClient.substring(0, end).toLowerCase(Locale.ROOT);
        String type = TYPES.get(kind);
        return type == null ? OTHER : new ClientKind(kind, type);
    }
}
