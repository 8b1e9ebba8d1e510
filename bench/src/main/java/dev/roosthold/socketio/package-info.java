/// Benchmarks that need the internals of the socketio library, in its package for that reason.
@NullMarked
package dev.roosthold.socketio;

import org.jspecify.annotations.NullMarked;
