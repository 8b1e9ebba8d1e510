/// Counters of the daemon and the text that Prometheus reads.
@NullMarked
package dev.roosthold.sync.metrics;

import org.jspecify.annotations.NullMarked;
