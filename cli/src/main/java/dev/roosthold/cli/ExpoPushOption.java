package dev.roosthold.cli;

import dev.roosthold.relay.push.PushConfig;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Set;

/// The value of `--expo-push`: `on`, `off` or an address.
final class ExpoPushOption {
    static final String ON = "on";
    static final String OFF = "off";

    /// What people write in an environment variable to switch something on or off.
    private static final Set<String> ALSO_ON = Set.of(ON, "true", "yes", "1");

    private static final Set<String> ALSO_OFF = Set.of(OFF, "false", "no", "0", "");

    private ExpoPushOption() {}

    static PushConfig apply(String value) {
        if (ALSO_OFF.contains(value)) {
            return PushConfig.usual();
        }
        return PushConfig.usual().withExpo(ALSO_ON.contains(value) ? PushConfig.EXPO : url(value));
    }

    private static URI url(String value) {
        try {
            var url = new URI(value);
            boolean https = "https".equalsIgnoreCase(url.getScheme());
            boolean local = "http".equalsIgnoreCase(url.getScheme()) && isThisComputer(url);
            if (url.getHost() != null && (https || local)) {
                return url;
            }
        } catch (URISyntaxException e) {
            // Told below.
        }
        throw new CommandFailure(
                "--expo-push " + value + " is neither on, off nor an address with https",
                "Without a value it is " + PushConfig.EXPO);
    }

    private static boolean isThisComputer(URI url) {
        if (url.getHost() == null) {
            return false;
        }
        try {
            return url.getHost().equals("localhost")
                    || InetAddress.ofLiteral(url.getHost()).isLoopbackAddress();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
