/// Looks a relay over for its operator: what is wrong, and what to do. Reads only; the one thing it
/// writes is a small file, removed at once, that shows how long the disk takes.
///
/// A check that another feature brings is a `Check` handed to `Doctor`.
@NullMarked
package dev.roosthold.relay.doctor;

import org.jspecify.annotations.NullMarked;
