/// Command history on the person's side: recovery phrase, encryption, the local database, imports,
// search, and the way to the sync daemon.
@NullMarked
package dev.roosthold.history;

import org.jspecify.annotations.NullMarked;
