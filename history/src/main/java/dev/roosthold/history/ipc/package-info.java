/// The client of the sync daemon: JSON-RPC 2.0, a line per message, over its Unix socket.
@NullMarked
package dev.roosthold.history.ipc;

import org.jspecify.annotations.NullMarked;
