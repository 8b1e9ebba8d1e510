package dev.roosthold.relay.auth;

import dev.roosthold.protocol.auth.Device;
import dev.roosthold.relay.http.Request;

/// What a device is called before its owner names it: from `X-Happy-Client`, else from the user
/// agent. Both are whatever the client says.
public final class ClientName {
    static final int MAX_LENGTH = 100;

    private ClientName() {}

    /// Up to [#MAX_LENGTH] characters, none of them a control character; `Unnamed` when the client
    /// says nothing.
    public static String of(Request request) {
        String name = request.headers().getOrDefault("x-happy-client", "");
        if (name.isBlank()) {
            name = request.headers().getOrDefault("user-agent", "");
        }
        String clean = name.replaceAll("\\p{Cntrl}", "").strip();
        if (clean.isEmpty()) {
            return "Unnamed";
        }
        return clean.codePoints()
                .limit(MAX_LENGTH)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    /// A browser says so in both headers.
    static Device.Kind kind(Request request) {
        String happyClient = request.headers().getOrDefault("x-happy-client", "");
        boolean web =
                happyClient.isBlank()
                        ? request.headers().getOrDefault("user-agent", "").startsWith("Mozilla/")
                        : happyClient.startsWith("web/");
        return web ? Device.Kind.WEB : Device.Kind.APP;
    }
}
