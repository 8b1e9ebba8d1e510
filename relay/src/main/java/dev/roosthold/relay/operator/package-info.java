/// What the operator does with accounts: looks at them, reads one out, deletes one.
///
/// Owns the table `operator_task`: a command that must act inside a running relay leaves its wish
/// there, and the relay takes it within a second. Each feature says what its tables hold of an
/// account ([dev.roosthold.relay.store.OwnedRows]); this package knows none of them.
@NullMarked
package dev.roosthold.relay.operator;

import org.jspecify.annotations.NullMarked;
