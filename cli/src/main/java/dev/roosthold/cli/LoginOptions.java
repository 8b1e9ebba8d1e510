package dev.roosthold.cli;

import dev.roosthold.client.RelayAddress;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// What every way of signing in takes.
final class LoginOptions {
    @Mixin private ServerOption server;
    @Mixin private HomeOption home;
    @Mixin private JsonOption json;

    @Option(names = "--replace", description = "Puts the sign-in that is there aside; it is kept.")
    private boolean replace;

    RelayAddress server() {
        RelayAddress address = server.address(home.path());
        Relays.warnIfReadable(address, "this computer's credential");
        return address;
    }

    SignInPlace place() {
        return SignInPlace.in(home.path(), replace);
    }

    boolean json() {
        return json.wanted();
    }
}
