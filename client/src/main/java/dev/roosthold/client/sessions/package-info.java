/// Sessions and their messages, decrypted: keys of both forms, the REST routes, and versioned
/// updates of metadata and agent state.
///
/// Contents are kept as JSON trees, so that keys which this program does not know survive a
/// rewrite.
@NullMarked
package dev.roosthold.client.sessions;

import org.jspecify.annotations.NullMarked;
