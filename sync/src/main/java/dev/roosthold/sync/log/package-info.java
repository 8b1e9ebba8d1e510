/// The log of the daemon: one JSON object per line, without secrets.
@NullMarked
package dev.roosthold.sync.log;

import org.jspecify.annotations.NullMarked;
