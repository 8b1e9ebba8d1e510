package dev.roosthold.client.account;

import dev.roosthold.client.Backoff;
import dev.roosthold.client.Scheduler;
import dev.roosthold.client.network.Network;
import java.security.SecureRandom;

/// How an [Account] works.
///
/// @param clientName `kind/version`, shown in the person's list of devices
/// @param network the way to the relay
/// @param olderForm whether new sessions are written in the older form, under the master secret;
///     every form is read
/// @param backoff pauses after failures
public record AccountOptions(
        String clientName,
        Network network,
        boolean olderForm,
        Backoff backoff,
        Scheduler scheduler,
        SecureRandom random) {

    /// Network of the environment, sessions with keys of their own, pauses up to 30 seconds.
    ///
    /// @throws IllegalArgumentException with a message for people when a variable of the
    ///     environment is wrong
    public static AccountOptions usual(String clientName) {
        SecureRandom random = new SecureRandom();
        return new AccountOptions(
                clientName,
                Network.ofEnvironment(),
                false,
                Backoff.reconnecting(random),
                Scheduler.system(),
                random);
    }

    public AccountOptions withNetwork(Network value) {
        return new AccountOptions(clientName, value, olderForm, backoff, scheduler, random);
    }

    public AccountOptions withOlderForm(boolean value) {
        return new AccountOptions(clientName, network, value, backoff, scheduler, random);
    }

    public AccountOptions withBackoff(Backoff value) {
        return new AccountOptions(clientName, network, olderForm, value, scheduler, random);
    }
}
