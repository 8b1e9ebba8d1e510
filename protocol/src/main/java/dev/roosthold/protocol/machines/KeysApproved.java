package dev.roosthold.protocol.machines;

/// The argument of `enrolment-approved`, sent to the sockets of the machine.
///
/// @param response an envelope to the public key that the machine published, base64
public record KeysApproved(String response) {}
