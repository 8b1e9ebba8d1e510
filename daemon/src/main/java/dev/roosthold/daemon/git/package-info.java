/// Cloning repositories for remote clients.
@NullMarked
package dev.roosthold.daemon.git;

import org.jspecify.annotations.NullMarked;
