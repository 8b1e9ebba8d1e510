/// The history of commands on this machine: what the agents ran goes into it, and the person's
/// clients search it from afar with `history-search`.
@NullMarked
package dev.roosthold.daemon.history;

import org.jspecify.annotations.NullMarked;
