package dev.roosthold.relay.imports;

import dev.roosthold.relay.store.Store;
import dev.roosthold.relay.store.Transaction;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/// One import into a store that nobody else uses meanwhile. One thread.
///
/// Entries come kind by kind: accounts, machines, sessions, messages, then the rest. A batch is one
/// transaction: all of it is on the disk when [#write] returns, or nothing.
public final class Imports {
    /// How far behind its old number an imported account goes on.
    public static final long SEQ_MARGIN = 1_000_000;

    private final Store store;
    private final AccountRows accounts;
    private final MachineRows machines;
    private final SessionRows sessions;
    private final MessageRows messages;
    private final ContentRows contents;
    private final SocialRows social;
    private final PushRows push;

    /// @param source what it comes from, for the audit log
    public Imports(Store store, String source) {
        this.store = store;
        this.accounts = new AccountRows(source);
        this.machines = new MachineRows(accounts);
        this.sessions = new SessionRows(accounts);
        this.messages = new MessageRows(accounts, sessions);
        this.contents = new ContentRows(accounts, sessions);
        this.social = new SocialRows(accounts);
        this.push = new PushRows(accounts);
    }

    /// Takes over what is not there yet.
    ///
    /// @return an outcome for each entry, in their order
    /// @throws dev.roosthold.relay.store.StoreException when nothing of the batch was stored; this
    ///     object must not be used any more then
    public List<Outcome> write(List<Entry> batch) {
        // Alone in its group, so it is run once: what is remembered between batches stays right.
        return store.writeNow(
                tx -> {
                    var outcomes = new ArrayList<Outcome>(batch.size());
                    for (Entry entry : batch) {
                        outcomes.add(write(tx, entry));
                    }
                    messages.saveLast(tx);
                    return outcomes;
                });
    }

    private Outcome write(Transaction tx, Entry entry) throws SQLException {
        return switch (entry) {
            case Entry.Account account -> accounts.write(tx, account);
            case Entry.Machine machine -> machines.write(tx, machine);
            case Entry.Session session -> sessions.write(tx, session);
            case Entry.Message message -> messages.write(tx, message);
            case Entry.AccessKey key -> contents.write(tx, key);
            case Entry.Artifact artifact -> contents.write(tx, artifact);
            case Entry.KvPair pair -> contents.write(tx, pair);
            case Entry.Usage usage -> contents.write(tx, usage);
            case Entry.Relationship relation -> social.write(tx, relation);
            case Entry.FeedItem item -> social.write(tx, item);
            case Entry.PushToken token -> push.write(tx, token);
        };
    }
}
