/// One person's values, kept in a file and equal with a relay: what programs use.
///
/// [Jazz][dev.roosthold.jazz.client.Jazz] is the way in. Inside, `SyncEngine` holds the
/// conversation with the relay (no threads, no sockets), `RelayConnection` its connection, `Saver`
/// the file and `Dispatcher` the listeners; all of them work on one
/// [Node][dev.roosthold.jazz.node.Node] under one lock.
@NullMarked
package dev.roosthold.jazz.client;

import org.jspecify.annotations.NullMarked;
