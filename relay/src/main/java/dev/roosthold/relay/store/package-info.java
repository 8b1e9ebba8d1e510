/// The durable store: writers that commit in groups, one or a pool, and readers apart, migrations.
/// Knows no feature.
@NullMarked
package dev.roosthold.relay.store;

import org.jspecify.annotations.NullMarked;
