/// Usage: tokens and cost, reported by sessions and summed for the account.
///
/// Owns the table `usage_report`, the event `usage-report` with the ephemeral `usage`, and the
/// route `/v1/usage/query`. Every accepted report is kept, so sums are of everything that was used;
/// reports of one key in one session share an id. Reports of a session go with the session.
@NullMarked
package dev.roosthold.relay.usage;

import org.jspecify.annotations.NullMarked;
