package dev.roosthold.relay.account;

import dev.roosthold.protocol.AccountId;
import java.util.List;

/// Says which other services an account has connected. Thread-safe; may block.
@FunctionalInterface
public interface ConnectedServices {

    /// Their names, as the profile lists them.
    List<String> of(AccountId account);
}
