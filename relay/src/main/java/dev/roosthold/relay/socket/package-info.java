/// The relay's Socket.IO endpoint: who may connect, which rooms a socket joins, how its events
/// reach the features and how they are acknowledged.
///
/// | Check at CONNECT, in this order | Refused with |
/// |---|---|
/// | token missing or empty | `Missing authentication token` |
/// | session-scoped without `sessionId` | `Session ID required for session-scoped clients` |
/// | machine-scoped without `machineId` | `Machine ID required for machine-scoped clients` |
/// | token does not verify | `Invalid authentication token` |
/// | machine credential, foreign scope or session | `Not allowed for a machine credential` |
///
/// The first four are what the happy clients know; the last concerns only credentials that those
/// clients never have.
@NullMarked
package dev.roosthold.relay.socket;

import org.jspecify.annotations.NullMarked;
