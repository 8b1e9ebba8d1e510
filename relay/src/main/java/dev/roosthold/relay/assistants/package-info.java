/// Assistants: directories of a machine in which an agent may run, approved by the machine's owner.
///
/// ```
/// announced by the machine ──► pending ──approve──► approved ──revoke──► revoked
///                                 │ reject             │ remove             │ remove
///                                 ▼                    ▼                    ▼
///                                gone                 gone                 gone
/// ```
///
/// Owns the table `assistant`, the routes `/v1/machines/:id/assistants` and
/// `/v1/web/machines/:id/assistants`, and the socket event `machine-assistants`. The counts in the
/// machine's row belong to machines and are told to it in the same transaction.
///
/// - Only the owner approves, rejects, revokes and removes: the credential of a machine cannot let
///   its own assistants in. A page that had the machine make an assistant approves it right away.
/// - Only an approved assistant is online, and none is while its machine is not: it is offline from
///   the moment its machine is, until the machine says otherwise.
/// - What the directory is, is encrypted in `details`.
/// - The event is not in the log: a daemon or page that connects reads the list.
///
/// | Limit | Value | Answer |
/// |---|---|---|
/// | assistants of a machine | 100, revoked ones included | 429 |
/// | announced | 30 a minute and machine | 429 |
/// | details | 16,384 characters | 400 |
@NullMarked
package dev.roosthold.relay.assistants;

import org.jspecify.annotations.NullMarked;
