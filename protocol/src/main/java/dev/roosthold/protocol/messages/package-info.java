/// What is inside the encrypted messages of a session: the form that is written now and all forms
/// that earlier programs have written. Relay-independent, no I/O.
///
/// Reading is lenient and gives [SessionMessage.Unreadable] instead of failing. Writing uses
/// exactly the names and values that the clients know.
@NullMarked
package dev.roosthold.protocol.messages;

import org.jspecify.annotations.NullMarked;
