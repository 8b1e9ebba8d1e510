package dev.roosthold.relay;

import org.jspecify.annotations.Nullable;

/// Rows that a test needs and that are not its subject.
final class Rows {
    private Rows() {}

    /// A session of the person.
    ///
    /// @param creatorMachine the machine whose own credential made it, null for the account's
    static String session(Person owner, String id, @Nullable String creatorMachine) {
        owner.rig()
                .relay()
                .store()
                .writeNow(
                        tx ->
                                tx.execute(
                                        """
                                        INSERT INTO session (id, account_id, message_seq, updated_at,
                                            active, active_at, created_at, metadata_version,
                                            agent_state_version, tag, creator_machine, metadata)
                                          VALUES (?, ?, 0, ?, 1, ?, ?, 0, 0, ?, ?, 'bWV0YQ==')""",
                                        id,
                                        owner.account(),
                                        tx.nowMs(),
                                        tx.nowMs(),
                                        tx.nowMs(),
                                        id,
                                        creatorMachine));
        return id;
    }
}
