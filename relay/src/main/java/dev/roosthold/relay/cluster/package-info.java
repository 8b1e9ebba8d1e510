/// Several relays, here called nodes, on one PostgreSQL database with a NATS server between them.
///
/// The database is the truth, the bus carries hints: what is lost there costs a read of the
/// database, never data. [dev.roosthold.relay.cluster.Bus] is the connection,
/// [dev.roosthold.relay.cluster.Channels] what nodes tell each other about an account or all of
/// them, [dev.roosthold.relay.cluster.Nodes] who is there. Nothing of this exists in a relay that
/// is alone.
///
/// Owns the table `relay_node`. What is said on the bus belongs to the features: updates and
/// events (`updates`), calls (`rpc`), presence (`presence`), revocation (`auth`).
@NullMarked
package dev.roosthold.relay.cluster;

import org.jspecify.annotations.NullMarked;
