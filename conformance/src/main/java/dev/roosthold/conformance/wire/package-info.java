/// Clients that send exactly the bytes they are told to, also wrong ones, and know only as much of
/// the protocols as they need to see what comes back.
@NullMarked
package dev.roosthold.conformance.wire;

import org.jspecify.annotations.NullMarked;
