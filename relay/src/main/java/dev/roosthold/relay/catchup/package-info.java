/// Catching up: how a client gets the updates it missed.
///
/// | Way | For | Tells the truth by |
/// |---|---|---|
/// | Socket.IO connection state recovery | sockets that were cut off, restarts too | `recovered` |
/// | `GET /v1/changes?after&limit` | everybody with a bearer | `verdict` |
///
/// Both read the update log and give back every update that the receiver would have got, in the
/// bytes it was first sent in, or say that they cannot: then the client reads its state anew. What
/// is never stored is never repeated: ephemeral events, `machine-row` and `machine-gone`, streams,
/// calls between clients. The state that some sockets are sent when they connect is sent to
/// recovered ones too.
///
/// A socket's `pid` holds what is needed to go on, under a seal of this relay, so connecting writes
/// nothing. Its number is the account's when the socket was let in: a client that has got no update
/// since goes on from there.
@NullMarked
package dev.roosthold.relay.catchup;

import org.jspecify.annotations.NullMarked;
