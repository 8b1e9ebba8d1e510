package dev.roosthold.cli;

import dev.roosthold.relay.push.PushConfig;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/// Which services get notifications for browsers.
final class PushOptions {
    @Option(
            names = "--push-hosts",
            split = ",",
            paramLabel = "HOST",
            description =
                    "Push services of browsers that may be used, each with the names below it, for"
                            + " example fcm.googleapis.com. Default: all that are public.")
    private List<String> hosts = new ArrayList<>();

    PushConfig apply(PushConfig config) {
        try {
            return config.withHosts(
                    hosts.stream().map(String::strip).filter(host -> !host.isEmpty()).toList());
        } catch (IllegalArgumentException e) {
            throw new CommandFailure("--push-hosts: " + e.getMessage(), "");
        }
    }
}
