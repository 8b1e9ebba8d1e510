/// The Unix socket: who may connect, lines, limits, slow readers.
@NullMarked
package dev.roosthold.sync.ipc;

import org.jspecify.annotations.NullMarked;
