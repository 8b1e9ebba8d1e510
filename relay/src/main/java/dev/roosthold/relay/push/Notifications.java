package dev.roosthold.relay.push;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.push.PushEventAnswer;
import dev.roosthold.protocol.push.PushToken;
import dev.roosthold.protocol.updates.Ephemeral;
import dev.roosthold.relay.limits.LimitRegistry;
import dev.roosthold.relay.limits.Rate;
import dev.roosthold.relay.limits.RateLimiter;
import dev.roosthold.relay.store.Store;
import dev.roosthold.relay.updates.Router;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells a person that a session wants to be looked at: sockets first, then phones and browsers
/// unless the person is looking already. Thread-safe.
final class Notifications {
    private static final Logger LOG = LoggerFactory.getLogger(Notifications.class);

    /// A session says something a few times a minute.
    private static final Rate RATE = new Rate(60, 1);

    private final Store store;
    private final Router router;
    private final Watchers watchers;
    private final PushService<PushToken> phones;
    private final Browsers subscriptions;
    private final PushService<Subscription> browsers;
    private final InstantSource clock;
    private final RateLimiter rate;

    private record Receivers(List<PushToken> tokens, List<Subscription> subscriptions) {
        int count() {
            return tokens.size() + subscriptions.size();
        }
    }

    Notifications(
            Store store,
            Router router,
            Watchers watchers,
            PushService<PushToken> phones,
            Browsers subscriptions,
            PushService<Subscription> browsers,
            InstantSource clock) {
        this.store = store;
        this.router = router;
        this.watchers = watchers;
        this.phones = phones;
        this.subscriptions = subscriptions;
        this.browsers = browsers;
        this.clock = clock;
        this.rate = new RateLimiter(RATE, clock);
    }

    void share(LimitRegistry with) {
        with.add("notifications", rate);
    }

    /// Waits until the push services have answered or their time is up.
    PushEventAnswer send(AccountId account, Notification notification) {
        router.ephemeral(
                account,
                notification.session(),
                new Ephemeral.SessionEvent(
                        notification.session(),
                        notification.kind().wire(),
                        notification.title(),
                        notification.body(),
                        clock.millis()));
        if (watchers.isWatched(account)) {
            return PushEventAnswer.suppressed();
        }
        Receivers receivers =
                store.readNow(
                        sql ->
                                new Receivers(
                                        PushTable.tokens(sql, account),
                                        subscriptions.of(sql, account)));
        if (receivers.count() == 0) {
            return PushEventAnswer.noTokens();
        }
        if (!rate.tryTake(account.value())) {
            return PushEventAnswer.tried(receivers.count(), 0, "rate-limited");
        }
        var toPhones = phones.send(receivers.tokens(), notification);
        var toBrowsers = browsers.send(receivers.subscriptions(), notification);
        return conclude(receivers, toPhones.join(), toBrowsers.join());
    }

    private PushEventAnswer conclude(
            Receivers receivers, List<PushResult> ofPhones, List<PushResult> ofBrowsers) {
        List<PushToken> goneTokens = gone(receivers.tokens(), ofPhones);
        List<Subscription> goneSubscriptions = gone(receivers.subscriptions(), ofBrowsers);
        if (!goneTokens.isEmpty() || !goneSubscriptions.isEmpty()) {
            forget(goneTokens, goneSubscriptions);
        }
        int delivered = 0;
        var reasons = new LinkedHashSet<String>();
        for (var results : List.of(ofPhones, ofBrowsers)) {
            for (PushResult result : results) {
                switch (result) {
                    case PushResult.Delivered() -> delivered++;
                    case PushResult.NotRegistered() -> reasons.add("not-registered");
                    case PushResult.Failed(var reason) -> reasons.add(reason);
                }
            }
        }
        String reason = String.join(", ", reasons);
        if (!reasons.isEmpty()) {
            LOG.info(
                    "a notification reached {} of {} receivers: {}",
                    delivered,
                    receivers.count(),
                    reason);
        }
        return PushEventAnswer.tried(receivers.count(), delivered, reason);
    }

    private void forget(List<PushToken> tokens, List<Subscription> subscriptions) {
        store.writeNow(
                tx -> {
                    for (PushToken token : tokens) {
                        PushTable.deleteUnknown(tx, token);
                    }
                    for (Subscription subscription : subscriptions) {
                        PushTable.deleteUnknown(tx, subscription);
                    }
                    return true;
                });
    }

    private static <R> List<R> gone(List<R> receivers, List<PushResult> results) {
        var gone = new ArrayList<R>();
        for (int i = 0; i < receivers.size(); i++) {
            if (results.get(i) instanceof PushResult.NotRegistered) {
                gone.add(receivers.get(i));
            }
        }
        return gone;
    }
}
