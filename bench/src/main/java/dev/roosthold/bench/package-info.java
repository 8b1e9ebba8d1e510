/// Benchmarks and load profiles.
@NullMarked
package dev.roosthold.bench;

import org.jspecify.annotations.NullMarked;
