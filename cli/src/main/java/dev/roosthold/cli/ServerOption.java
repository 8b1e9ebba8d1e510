package dev.roosthold.cli;

import dev.roosthold.client.RelayAddress;
import dev.roosthold.client.account.SignIn;
import dev.roosthold.client.account.SignInException;
import dev.roosthold.client.account.SignInFile;
import dev.roosthold.daemon.DaemonException;
import dev.roosthold.daemon.Enrolment;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Which relay to sign in to.
final class ServerOption {
    @Option(
            names = "--server",
            paramLabel = "URL",
            description =
                    "Address of the relay (default: the one that this computer knows, else "
                            + Relays.USUAL
                            + ").")
    private @Nullable String server;

    RelayAddress address(Path home) {
        if (server != null) {
            return Relays.parse("--server", server);
        }
        return known(home).orElseGet(() -> RelayAddress.parse(Relays.USUAL));
    }

    private static Optional<RelayAddress> known(Path home) {
        try {
            return new SignInFile(home)
                    .read()
                    .map(SignIn::server)
                    .or(() -> new Enrolment(home).current().map(machine -> machine.server()));
        } catch (SignInException | DaemonException e) {
            return Optional.empty();
        }
    }
}
