/// The client as a library: an account with its sessions, kept connected. See `docs/java-sdk.md`.
///
/// Start with [Account#signIn], make or find a session, [Account#connect] to hear what happens, and
/// send through [Account#outbox].
@NullMarked
package dev.roosthold.client.account;

import org.jspecify.annotations.NullMarked;
