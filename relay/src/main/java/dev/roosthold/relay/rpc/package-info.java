/// Remote calls between the sockets of one account. Relay contract, RPC.
///
/// Owns the events `rpc-register`, `rpc-unregister` and `rpc-call` from clients, and
/// `rpc-registered`, `rpc-unregistered`, `rpc-error` and `rpc-request` to them. Parameters and
/// results are opaque. Nothing is stored: a registration is part of a connection and ends with it.
///
/// - A name belongs to an account; the newest registration of it serves, the one before it ends
///   without a word, because it may be a connection whose end was not noticed yet.
/// - Every call is answered exactly once and within 28 s: by its target, or at once when the target
///   goes, or by one of the errors in [dev.roosthold.relay.rpc.Rpc].
/// - A name that nobody serves is waited for only while its machine or session may be coming back.
///
/// Who may register and call which name, where `<id>` stands before the first colon:
///
/// | Credential and socket | registers | calls |
/// |---|---|---|
/// | account, user-scoped | every name | every name |
/// | account, machine-scoped | names of no other machine of the account | every name |
/// | account, session-scoped | every name, except those of machines of the account | every name |
/// | machine, machine-scoped | names of that machine and of sessions it made | the same |
/// | machine, session-scoped | names of sessions the machine made | and those of that machine |
///
/// What a credential may not call looks like a name that nobody serves.
@NullMarked
package dev.roosthold.relay.rpc;

import org.jspecify.annotations.NullMarked;
