package dev.roosthold.cli;

import dev.roosthold.client.RelayAddress;
import dev.roosthold.client.RelayClient;
import dev.roosthold.client.Reply;
import dev.roosthold.client.account.AccountOptions;

/// The way from a command to a relay.
final class Relays {
    /// Where a relay listens that was started without options.
    static final String USUAL = "http://127.0.0.1:3005";

    private Relays() {}

    static String clientName() {
        return "roost-cli/" + Version.current();
    }

    /// @throws CommandFailure when a variable of the environment is wrong
    static AccountOptions options() {
        try {
            return AccountOptions.usual(clientName());
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(
                    String.valueOf(e.getMessage()),
                    "The variables HTTP_PROXY, HTTPS_PROXY, NO_PROXY and ROOST_CA_FILE say how the"
                            + " relay is reached. Correct this one or unset it.",
                    ExitStatus.USAGE);
        }
    }

    /// @throws CommandFailure when a variable of the environment is wrong
    static RelayClient client(RelayAddress address) {
        return new RelayClient(address, clientName(), options().network());
    }

    /// @param option that the address was given with
    static RelayAddress parse(String option, String text) {
        try {
            return RelayAddress.parse(text);
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(option + ": " + e.getMessage(), "", ExitStatus.USAGE);
        }
    }

    /// The value of a success, or the failure in words.
    static <T> T require(Reply<T> reply, RelayAddress relay) {
        return switch (reply) {
            case Reply.Success(T value) -> value;
            case Reply.CredentialsRefused<T> _ ->
                    throw new CommandFailure(
                            relay + " does not know this computer's credential any more",
                            "It was signed out from another device, or the relay has lost it.\n"
                                    + "Run `roost login --replace`.",
                            ExitStatus.NOT_SIGNED_IN);
            case Reply.Denied(int status, String message) ->
                    throw new CommandFailure(
                            "the relay refused: " + Printable.line(message) + " (" + status + ")",
                            "");
            case Reply.Unavailable(String reason) -> throw unreachable(relay, reason);
        };
    }

    static CommandFailure unreachable(RelayAddress relay, String reason) {
        return new CommandFailure(
                relay + " cannot be reached: " + reason,
                "Is it running, and is the address right? Try again later.",
                ExitStatus.UNREACHABLE);
    }

    /// A bearer or a token that travels without encryption can be read on its way.
    static void warnIfReadable(RelayAddress address, String what) {
        if (address.isReadableOnTheWay()) {
            System.err.println(
                    "warning: "
                            + address
                            + " is not encrypted: whoever is on the way can read "
                            + what
                            + ". Give the relay a certificate and use https.");
        }
    }
}
