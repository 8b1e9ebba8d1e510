/// Machines: one row each, seen in two ways.
///
/// Owns the table `machine` and the column `account.machine_rev`, the routes `/v1/machines`, the
/// socket events `machine-alive`, `machine-update-metadata` and `machine-update-state`, the updates
/// `new-machine`, `update-machine` and `delete-machine`, and the web view's rows with their events
/// `machine-row` and `machine-gone`.
///
/// - An id is unique on the relay; one of another account is a conflict when creating and looks
///   absent everywhere else.
/// - A row without metadata is in the web view only; its first metadata makes it a machine for the
///   happy clients.
/// - Encrypted fields have versions; a write names the version it replaces, and a refused one gets
///   what is current.
/// - Every change of a row takes the next `rev` of the account, in the same transaction.
@NullMarked
package dev.roosthold.relay.machines;

import org.jspecify.annotations.NullMarked;
