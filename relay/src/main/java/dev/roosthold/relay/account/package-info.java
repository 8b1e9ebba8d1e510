/// Accounts: the row, profile and settings.
///
/// Owns the table `account` (but for the counters `update_seq` and `machine_rev`, which belong to
/// the update log and to machines) and the routes `/v1/account/profile` and `/v1/account/settings`.
/// Settings are one encrypted text with a version; a write names the version it was based on.
@NullMarked
package dev.roosthold.relay.account;

import org.jspecify.annotations.NullMarked;
