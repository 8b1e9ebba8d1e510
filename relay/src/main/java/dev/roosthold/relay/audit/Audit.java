package dev.roosthold.relay.audit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.roosthold.protocol.AccountId;
import dev.roosthold.relay.limits.Rate;
import dev.roosthold.relay.limits.TokenBucket;
import dev.roosthold.relay.store.Lane;
import dev.roosthold.relay.store.Sql;
import dev.roosthold.relay.store.Store;
import dev.roosthold.relay.store.Transaction;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The audit log. Thread-safe.
///
/// What belongs to a change is appended in its transaction and can neither fail alone nor be left
/// out. What is only noted is bounded for each account and kind, so that nobody fills the disk by
/// failing; how many entries that cost is told by the next one, in `unrecorded`.
public final class Audit {
    /// Of entries that are not part of another change; no write of an account makes any.
    private static final Lane LANE = new Lane("audit");

    private static final Logger LOG = LoggerFactory.getLogger(Audit.class);
    private static final int MAX_BUDGETS = 100_000;

    /// Calls that start or stop something: far more than people cause.
    private static final Rate CALLS = new Rate(1_000, 0.2);

    /// Refusals: enough to see an attack, its beginning and that it goes on.
    private static final Rate REFUSALS = new Rate(20, 1 / 60.0);

    private final Store store;
    private final Retention retention;
    private final InstantSource clock;
    private final Cache<Key, Budget> budgets =
            Caffeine.newBuilder().maximumSize(MAX_BUDGETS).build();

    /// How much of the log is kept. A day or 1,000 entries more may stay for a while.
    ///
    /// @param age of entries that are dropped
    /// @param entries newest entries that are kept, of all accounts together
    public record Retention(Duration age, long entries) {
        /// Two years and a million entries, which are about 400 MB.
        public static final Retention USUAL = new Retention(Duration.ofDays(730), 1_000_000);

        public Retention {
            if (!age.isPositive() || entries < 1) {
                throw new IllegalArgumentException("an audit log keeps something");
            }
        }
    }

    private record Key(Optional<AccountId> account, Kind kind) {}

    private record Budget(TokenBucket bucket, AtomicLong missed) {}

    public Audit(Store store, Retention retention, InstantSource clock) {
        this.store = store;
        this.retention = retention;
        this.clock = clock;
    }

    /// Appends an entry to the log, as part of the change it tells of.
    public static void append(Transaction tx, Actor who, Kind kind, Details details)
            throws SQLException {
        AuditTable.append(tx, who, kind, details);
    }

    /// Appends an entry soon; returns at once and never throws. One that cannot be stored is told
    /// in the log of the program.
    public void note(Actor who, Kind kind, Details details) {
        long now = clock.millis();
        Budget budget =
                budgets.get(
                        new Key(who.account(), kind),
                        key -> new Budget(new TokenBucket(rate(kind), now), new AtomicLong()));
        if (!budget.bucket().tryTake(now)) {
            budget.missed().incrementAndGet();
            return;
        }
        write(who, kind, withMissed(details, budget.missed().getAndSet(0)));
    }

    /// Tells of entries that were left out, and drops what is too old; call it now and then.
    /// Returns at once.
    public void prune() {
        long now = clock.millis();
        budgets.asMap()
                .forEach(
                        (key, budget) -> {
                            if (budget.missed().get() > 0 && budget.bucket().tryTake(now)) {
                                long missed = budget.missed().getAndSet(0);
                                Actor who =
                                        new Actor(
                                                key.account(), Optional.empty(), Optional.empty());
                                write(who, key.kind(), withMissed(Details.none(), missed));
                            }
                        });
        store.submit(
                LANE,
                tx -> AuditTable.shorten(tx, retention),
                failure -> LOG.warn("the audit log was not shortened", failure));
    }

    /// The latest entries, newest first.
    ///
    /// @param before only entries with a smaller number
    public static List<Entry> newest(Sql sql, long before, int limit) throws SQLException {
        return AuditTable.newest(sql, before, limit);
    }

    /// The latest entries of one account, newest first.
    ///
    /// @param before only entries with a smaller number of the account
    public static List<Entry> newestOf(Sql sql, AccountId account, long before, int limit)
            throws SQLException {
        return AuditTable.ofAccount(sql, account, before, limit);
    }

    /// Checks the whole chain.
    ///
    /// @param noted a place that was noted earlier, to be found again
    public static Verdict verify(Sql sql, Optional<Head> noted) throws SQLException {
        return new Verification(noted).run(sql);
    }

    private void write(Actor who, Kind kind, Details details) {
        store.submit(
                LANE,
                tx -> {
                    append(tx, who, kind, details);
                    return true;
                },
                failure ->
                        LOG.warn(
                                "an audit entry of kind {} was not stored: {}",
                                kind.text(),
                                failure.toString()));
    }

    private static Details withMissed(Details details, long missed) {
        return missed == 0 ? details : details.and("unrecorded", Long.toString(missed));
    }

    private static Rate rate(Kind kind) {
        return kind == Kind.RPC_CALL ? CALLS : REFUSALS;
    }
}
