package dev.roosthold.relay.auth;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.auth.Device;
import dev.roosthold.relay.caller.Scope;

/// What a credential to be made is for.
///
/// @param name shown to the owner until renamed
/// @param address where it was asked from
public record NewDevice(
        AccountId account, Device.Kind kind, String name, Scope scope, String address) {}
