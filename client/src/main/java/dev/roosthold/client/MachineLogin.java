package dev.roosthold.client;

import dev.roosthold.protocol.AccountId;

/// What a machine receives for its token.
///
/// @param label the name the person gave the machine
/// @param bearer allowed only what one machine needs
public record MachineLogin(AccountId account, String label, BearerToken bearer) {}
