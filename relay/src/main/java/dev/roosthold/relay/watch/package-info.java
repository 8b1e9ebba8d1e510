/// What the relay tells its operator about itself while it runs: whether it is ready for work, and
/// the lines of the log that no single feature can write. Everything is learned from outside,
/// through the listeners of the HTTP server, the sockets and the store; no line holds more of a
/// request than its route, its status and the address it came from. Knows no feature.
@NullMarked
package dev.roosthold.relay.watch;

import org.jspecify.annotations.NullMarked;
