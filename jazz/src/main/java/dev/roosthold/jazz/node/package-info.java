/// A set of values held in memory with one identity: accepts content of strangers, verifies it,
/// reads and writes.
@NullMarked
package dev.roosthold.jazz.node;

import org.jspecify.annotations.NullMarked;
