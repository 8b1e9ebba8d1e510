/// Engine.IO 4 and Socket.IO 5 server on Netty, a library of its own.
///
/// Start with [dev.roosthold.socketio.SocketIoServer]. A server has namespaces; a [Namespace]
/// admits sockets, receives their events and sends to rooms; a [Socket] is one client in one
/// namespace. Wire rules come from the public documents "Engine.IO protocol, revision 4" and
/// "Socket.IO protocol, revision 5".
@NullMarked
package dev.roosthold.socketio;

import org.jspecify.annotations.NullMarked;
