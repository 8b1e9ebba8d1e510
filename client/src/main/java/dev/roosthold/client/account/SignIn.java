package dev.roosthold.client.account;

import dev.roosthold.client.BearerToken;
import dev.roosthold.client.RelayAddress;
import dev.roosthold.crypto.BoxPublicKey;
import dev.roosthold.crypto.MasterSecret;
import dev.roosthold.crypto.SymmetricKey;

/// How the programs of one home directory are signed in to an account. Immutable; its text shows no
/// secret.
///
/// Both kinds have a bearer of their own, which the person sees as a device and can end; a device
/// that was ended does not come back by itself.
public sealed interface SignIn {

    RelayAddress server();

    /// Of this device at the relay.
    BearerToken bearer();

    /// Has the account's secret: reads everything, and can let others in.
    ///
    /// @param recoveryKept whether the recovery text was shown here or typed in here, so that the
    ///     person is likely to have it
    record Whole(RelayAddress server, MasterSecret secret, BearerToken bearer, boolean recoveryKept)
            implements SignIn {

        /// After the recovery text was shown.
        public Whole withRecoveryKept() {
            return new Whole(server, secret, bearer, true);
        }
    }

    /// Knows only the account's public key: what it writes, the person can read; it reads nothing
    /// but what it has the key to.
    ///
    /// @param contentPublicKey of the account
    /// @param machineKey made by this computer when it was paired
    record Terminal(
            RelayAddress server,
            BoxPublicKey contentPublicKey,
            SymmetricKey machineKey,
            BearerToken bearer)
            implements SignIn {}
}
