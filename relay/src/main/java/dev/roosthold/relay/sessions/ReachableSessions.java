package dev.roosthold.relay.sessions;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.SessionId;
import dev.roosthold.relay.caller.Caller;
import dev.roosthold.relay.caller.Scope;
import dev.roosthold.relay.store.Store;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;

/// [Sessions#isReachable] for what comes often and need not be exact: an answer is remembered for
/// [#REMEMBERED], so that a session that was deleted may look reachable for that long. Ids are made
/// by the relay, so nobody asks for a session before it exists. Thread-safe and bounded.
public final class ReachableSessions {
    static final Duration REMEMBERED = Duration.ofSeconds(10);

    private static final int MAX_REMEMBERED = 10_000;

    private record Question(AccountId account, Scope scope, SessionId session) {}

    private final Store store;
    private final AsyncCache<Question, Boolean> answers;

    public ReachableSessions(Store store, InstantSource clock) {
        this.store = store;
        this.answers =
                Caffeine.newBuilder()
                        .maximumSize(MAX_REMEMBERED)
                        .expireAfterWrite(REMEMBERED)
                        .ticker(() -> Duration.ofMillis(clock.millis()).toNanos())
                        .executor(Runnable::run)
                        .buildAsync();
    }

    /// Never blocks; complete already when the answer is remembered. Fails as [Store#read] does,
    /// and then remembers nothing.
    public CompletableFuture<Boolean> isReachable(Caller caller, SessionId session) {
        return answers.get(
                new Question(caller.account(), caller.scope(), session),
                (_, _) -> store.read(sql -> Sessions.isReachable(sql, caller, session)));
    }
}
