/// Takes over rows of another server, as they are.
///
/// The one package that writes the tables of all features, for three reasons: imported rows bring
/// the ids, versions, numbers and times that a feature makes itself in every other case; nothing
/// may be told to anybody; and the rules for what is already there are the same for all tables and
/// must be read in one place. Only a relay that is not running is written to.
///
/// - What is there stays as it is. When it is not the same, that is told as a conflict. Only what
///   is empty is filled: settings that were never set, and what a person shows when it is nothing
///   yet.
/// - The same import twice gives the same rows, so an import that was interrupted is repeated.
/// - An account is known by its public key. If the relay has it under another id, everything goes
///   into the relay's account.
/// - Messages keep their numbers. Several with the same number are numbered on, in the order of the
///   source; what cannot have its number because the relay has given it to another message comes
///   behind the last one.
/// - The audit log of every account that gained a row has an entry for the run, in the transaction
///   of the first one.
/// - Nothing becomes active: no client is connected to a relay that is not running.
///
/// What clients see that catch up by number: the update log holds nothing of what was imported, so
/// every account that gained or changed a row continues with an empty log and a higher number, and
/// every number from before is answered with `gap`. A new account begins
/// [dev.roosthold.relay.imports.Imports#SEQ_MARGIN] behind its number at the other server: that
/// one may have given out more numbers since it was copied, and without the distance such a number
/// would soon be one of ours and its owner be told that it has missed nothing.
@NullMarked
package dev.roosthold.relay.imports;

import org.jspecify.annotations.NullMarked;
