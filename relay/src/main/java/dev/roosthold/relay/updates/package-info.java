/// The update log and the one way out to sockets.
///
/// Owns the table `update_log` and the column `account.update_seq`. A feature appends what changed
/// inside the transaction of the change; after the commit the [Router] delivers it. Events that are
/// never stored leave through the same router.
@NullMarked
package dev.roosthold.relay.updates;

import org.jspecify.annotations.NullMarked;
