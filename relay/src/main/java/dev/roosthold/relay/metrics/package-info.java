/// What the relay counts, in the Prometheus text format on a port of its own (relay contract,
/// service routes).
///
/// Everything is recorded from outside, through the listeners of the HTTP server, the sockets and
/// the store. Names that the happy server uses are kept; our own begin with `roost_`. A label has
/// values from a fixed list and never what a client chose, so the number of series is bounded and
/// no id or name gets in. Knows no feature.
@NullMarked
package dev.roosthold.relay.metrics;

import org.jspecify.annotations.NullMarked;
