package dev.roosthold.relay.caller;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.DeviceId;

/// Who is asking.
///
/// @param account whose data may be touched
/// @param device the credential that was presented; revoking it ends everything done with it
/// @param scope what it may do inside the account
public record Caller(AccountId account, DeviceId device, Scope scope) {}
