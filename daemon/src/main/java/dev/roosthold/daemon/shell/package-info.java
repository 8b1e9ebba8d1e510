/// Programs that are started by remote calls: bounded in time and output, and gone with everything
/// they started when the call ends.
@NullMarked
package dev.roosthold.daemon.shell;

import org.jspecify.annotations.NullMarked;
