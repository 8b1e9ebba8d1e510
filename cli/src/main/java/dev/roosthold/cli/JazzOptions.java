package dev.roosthold.cli;

import dev.roosthold.relay.jazz.JazzConfig;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The websocket for Jazz clients, beside the rest of the relay.
final class JazzOptions {
    enum Switch {
        ON,
        OFF
    }

    @Option(
            names = "--jazz",
            defaultValue = "on",
            paramLabel = "on|off",
            description = "Whether Jazz clients find a relay at /jazz.")
    private Switch jazz;

    @Option(
            names = "--jazz-key",
            paramLabel = "KEY",
            description = {
                "A key for Jazz clients that have no account here: all who know it share their"
                        + " values.",
                "Without it only the tokens of accounts open /jazz, each its own values."
            })
    private @Nullable String key;

    @Option(
            names = "--jazz-space",
            defaultValue = "1024",
            paramLabel = "MB",
            description = "What the Jazz values of one account may take.")
    private int space;

    JazzConfig config() {
        JazzConfig config = JazzConfig.USUAL.withSpaceBytes(bytes("--jazz-space", space));
        if (key != null) {
            config = config.withKey(key("--jazz-key", key));
        }
        return jazz == Switch.ON ? config : config.disabled();
    }

    static long bytes(String option, int megabytes) {
        if (megabytes < 1) {
            throw new CommandFailure(option + " " + megabytes + " is less than 1", "");
        }
        return (long) megabytes << 20;
    }

    static JazzConfig.Key key(String option, String text) {
        try {
            return JazzConfig.Key.of(text);
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(
                    option + " is too short: " + e.getMessage(),
                    "For example the output of `openssl rand -hex 24`.");
        }
    }
}
