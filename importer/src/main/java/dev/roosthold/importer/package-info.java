/// Brings the data of a happy server into a relay: reads its PostgreSQL database or a dump of it
/// and hands the rows to [dev.roosthold.relay.imports.Imports].
///
/// The schema is the one of 2026-08. Rows travel as text in PostgreSQL's own form, whichever the
/// source: a server is asked for them with `COPY ... TO STDOUT`, one row at a time, inside one
/// read-only snapshot. A dump comes in any order, so its rows go into a temporary database first
/// and are read from there; what is wrong with it is known before anything is written.
///
/// Needs memory for one row, for the account ids, and for the message ids of one session if the
/// relay has messages of it already.
@NullMarked
package dev.roosthold.importer;

import org.jspecify.annotations.NullMarked;
