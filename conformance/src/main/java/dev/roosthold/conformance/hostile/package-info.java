/// Sends what no well-behaved client sends and checks that nobody else notices: one packet can't
/// hurt, and nothing is reached before a successful CONNECT.
@NullMarked
package dev.roosthold.conformance.hostile;

import org.jspecify.annotations.NullMarked;
