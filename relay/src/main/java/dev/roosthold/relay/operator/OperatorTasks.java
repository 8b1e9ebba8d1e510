package dev.roosthold.relay.operator;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.relay.store.Store;
import dev.roosthold.relay.store.StoreException;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What commands ask a relay to do. Thread-safe.
public final class OperatorTasks {
    private static final Logger LOG = LoggerFactory.getLogger(OperatorTasks.class);

    private static final String DONE = "done";
    private static final String NO_ACCOUNT = "no-account";

    private final Store store;
    private final AccountDeletion deletion;
    private final AccountSignOut signOut;
    private final AtomicBoolean busy = new AtomicBoolean();

    /// What came of a wish.
    public enum Outcome {
        DONE,
        NO_ACCOUNT,
        /// The log of the relay says why.
        FAILED
    }

    public OperatorTasks(Store store, AccountDeletion deletion, AccountSignOut signOut) {
        this.store = store;
        this.deletion = deletion;
        this.signOut = signOut;
    }

    /// Leaves the wish that an account be deleted.
    ///
    /// @return what to ask [#outcome] with
    public static String submitDeletion(Store store, AccountId account) {
        return submit(store, OperatorTable.Wish.DELETE_ACCOUNT, account);
    }

    /// Leaves the wish that all credentials of an account end.
    ///
    /// @return what to ask [#outcome] with
    public static String submitSignOut(Store store, AccountId account) {
        return submit(store, OperatorTable.Wish.SIGN_OUT, account);
    }

    private static String submit(Store store, OperatorTable.Wish wish, AccountId account) {
        String id = UUID.randomUUID().toString();
        return store.writeNow(
                tx -> {
                    OperatorTable.insert(tx, id, wish, account);
                    return id;
                });
    }

    /// Empty while it is not fulfilled.
    public static Optional<Outcome> outcome(Store store, String id) {
        return store.readNow(sql -> OperatorTable.outcome(sql, id))
                .map(
                        text ->
                                switch (text) {
                                    case DONE -> Outcome.DONE;
                                    case NO_ACCOUNT -> Outcome.NO_ACCOUNT;
                                    default -> Outcome.FAILED;
                                });
    }

    /// Fulfils what waits on a thread of the executor, unless that is going on. Returns at once.
    public void runOn(Executor executor) {
        if (busy.compareAndSet(false, true)) {
            executor.execute(
                    () -> {
                        try {
                            run();
                        } catch (StoreException e) {
                            LOG.info("wishes of the operator wait: {}", e.getMessage());
                        } finally {
                            busy.set(false);
                        }
                    });
        }
    }

    /// Fulfils what waits. Blocks.
    public void run() {
        for (var next = store.readNow(OperatorTable::next);
                next.isPresent();
                next = store.readNow(OperatorTable::next)) {
            OperatorTable.Task task = next.get();
            String outcome = fulfil(task);
            store.writeNow(
                    tx -> {
                        OperatorTable.finish(tx, task.id(), outcome);
                        return true;
                    });
        }
    }

    private String fulfil(OperatorTable.Task task) {
        try {
            boolean known =
                    switch (task.wish()) {
                        case DELETE_ACCOUNT -> deletion.run(task.account());
                        case SIGN_OUT -> signOut.run(task.account());
                    };
            return known ? DONE : NO_ACCOUNT;
        } catch (RuntimeException e) {
            LOG.warn("a wish of the operator failed; the command can be given again", e);
            return "failed";
        }
    }
}
