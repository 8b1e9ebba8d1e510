package dev.roosthold.relay.usage;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.SessionId;
import dev.roosthold.protocol.updates.Ephemeral;
import dev.roosthold.protocol.usage.UsageReported;
import dev.roosthold.protocol.usage.UsageSums;
import dev.roosthold.relay.caller.Caller;
import dev.roosthold.relay.ids.Ids;
import dev.roosthold.relay.sessions.Sessions;
import dev.roosthold.relay.store.Lane;
import dev.roosthold.relay.store.OwnedRows;
import dev.roosthold.relay.store.Store;
import dev.roosthold.relay.store.Transaction;
import dev.roosthold.relay.updates.Router;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;

/// What the accounts have used. Thread-safe.
public final class UsageReports {
    /// Without one of these the apps drop the whole event.
    private static final List<String> TOKENS_IN_EVENT =
            List.of("total", "input", "output", "cache_creation", "cache_read");

    private static final List<String> COST_IN_EVENT = List.of("total", "input", "output");

    private final Store store;
    private final Router router;
    private final Ids ids;

    public UsageReports(Store store, Router router, Ids ids) {
        this.store = store;
        this.router = router;
        this.ids = ids;
    }

    /// The numbers of a report as rows keep them, for rows that come from elsewhere; empty when it
    /// is no object or has no number `total`.
    public static Optional<String> storedForm(JsonNode amounts) {
        return Amounts.of(amounts).map(Amounts::json);
    }

    /// Keeps a report, and tells the user-scoped sockets when it belongs to a session. One that is
    /// kept already is answered as it was the first time, and nothing else happens.
    ///
    /// @param done gets the receipt, or nothing when the session is out of reach; after the commit
    ///     and after the event, on the store's thread
    /// @param failed gets the reason when it could not be kept
    void add(
            Caller caller,
            Report report,
            Consumer<Optional<UsageReported>> done,
            Consumer<Throwable> failed) {
        store.submit(
                new Lane(caller.account().value()),
                tx -> {
                    Optional<UsageReported> receipt = add(tx, caller, report);
                    tx.afterCommit(() -> done.accept(receipt));
                    return receipt;
                },
                failed);
    }

    /// Sums by hour or day what arrived in the window; empty when there is no such session.
    Optional<UsageSums> sums(Caller caller, Window window) {
        SessionId session = window.session();
        AccountId account = caller.account();
        return store.readNow(
                sql -> {
                    if (session != null && !Sessions.isReachable(sql, caller, session)) {
                        return Optional.empty();
                    }
                    var buckets = new TreeMap<Long, Totals>();
                    UsageTable.each(
                            sql,
                            account,
                            session,
                            window.fromMs(),
                            window.toMs(),
                            (reportedAtMs, tokens, cost) ->
                                    buckets.computeIfAbsent(
                                                    window.groupBy().begin(reportedAtMs),
                                                    _ -> new Totals())
                                            .add(Amounts.parse(tokens), Amounts.parse(cost)));
                    return Optional.of(answer(window, buckets));
                });
    }

    private Optional<UsageReported> add(Transaction tx, Caller caller, Report report)
            throws SQLException {
        SessionId session = report.session();
        AccountId account = caller.account();
        if (session != null && !Sessions.isReachable(tx, caller, session)) {
            return Optional.empty();
        }
        Optional<UsageReported> kept = kept(tx, account, report);
        if (kept.isPresent()) {
            return kept;
        }
        long now = tx.nowMs();
        UsageTable.Series series =
                UsageTable.series(tx, account, session, report.key())
                        .orElseGet(() -> new UsageTable.Series(ids.next(now), now));
        UsageTable.insert(tx, account, series.id(), report);
        if (session != null) {
            var event =
                    new Ephemeral.Usage(
                            session,
                            report.key(),
                            report.tokens().completed(TOKENS_IN_EVENT),
                            report.cost().completed(COST_IN_EVENT),
                            now);
            tx.afterCommit(() -> router.ephemeral(account, event));
        }
        return Optional.of(new UsageReported(true, series.id(), series.firstAtMs(), now));
    }

    private static Optional<UsageReported> kept(Transaction tx, AccountId account, Report report)
            throws SQLException {
        String localId = report.localId();
        return localId == null
                ? Optional.empty()
                : UsageTable.kept(tx, account, localId)
                        .map(
                                kept ->
                                        new UsageReported(
                                                true,
                                                kept.series().id(),
                                                kept.series().firstAtMs(),
                                                kept.reportedAtMs()));
    }

    private static UsageSums answer(Window window, TreeMap<Long, Totals> buckets) {
        return new UsageSums(
                buckets.entrySet().stream()
                        .map(bucket -> bucket.getValue().bucket(bucket.getKey()))
                        .toList(),
                window.groupBy().text(),
                buckets.values().stream().mapToLong(Totals::reports).sum());
    }

    /// What the tables of this feature hold of an account.
    public static List<OwnedRows> ofAccount() {
        return UsageTable.OF_ACCOUNT;
    }
}
