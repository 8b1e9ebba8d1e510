/// Black-box suites that take the address of a server.
@NullMarked
package dev.roosthold.conformance;

import org.jspecify.annotations.NullMarked;
