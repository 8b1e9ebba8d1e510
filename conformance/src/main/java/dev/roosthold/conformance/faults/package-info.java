/// Bad networks on demand: a proxy for TCP on the loopback interface that cuts, delays, slows down
/// and silences connections.
@NullMarked
package dev.roosthold.conformance.faults;

import org.jspecify.annotations.NullMarked;
