package dev.roosthold.relay.cluster;

import dev.roosthold.protocol.AccountId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/// What nodes tell each other: about one account, to the nodes that follow it, and to all nodes.
/// Thread-safe. Nothing that is told waits, and nothing is sure to arrive.
public final class Channels {
    private static final String ALL = "all";
    private static final Duration SETTLE = Duration.ofMillis(500);
    private static final byte[] NOTHING = {};

    private final Bus bus;
    private final ClusterKey key;
    private final Map<AccountId, Bus.Ear> followed = new ConcurrentHashMap<>();
    private final Map<String, AccountHandler> ofAccounts = new ConcurrentHashMap<>();
    private final Map<String, Bus.Handler> ofAll = new ConcurrentHashMap<>();
    private final Map<String, CompletableFuture<Boolean>> asked = new ConcurrentHashMap<>();
    private final AtomicLong questions = new AtomicLong();
    private final String inboxes;

    /// Takes what another node tells about an account. Must not block.
    @FunctionalInterface
    public interface AccountHandler {
        void on(AccountId account, Message message);
    }

    public Channels(Bus bus, ClusterKey key) {
        this.bus = bus;
        this.key = key;
        bus.listen(
                Bus.Lane.ACCOUNTS,
                ALL,
                message -> {
                    Bus.Handler handler = ofAll.get(message.kind());
                    if (handler != null) {
                        handler.on(message);
                    }
                });
        inboxes = "answer." + key.name(UUID.randomUUID().toString()) + ".";
        bus.listen(
                Bus.Lane.ACCOUNTS,
                inboxes + "*",
                new Bus.Handler() {
                    @Override
                    public void on(Message message) {
                        answered(message.subject(), true);
                    }

                    @Override
                    public void nobody(String subject) {
                        answered(subject, false);
                    }
                });
    }

    public Bus bus() {
        return bus;
    }

    /// A name for the text that is the same on all nodes and says nothing.
    public String name(String text) {
        return key.name(text);
    }

    /// Sets who takes messages of that kind about accounts.
    public void on(String kind, AccountHandler handler) {
        ofAccounts.put(kind, handler);
    }

    /// Sets who takes messages of that kind to all nodes.
    public void onAll(String kind, Bus.Handler handler) {
        ofAll.put(kind, handler);
    }

    /// Tells the nodes that follow the account.
    ///
    /// @param parts the first says what it is
    public void tell(AccountId account, List<String> parts) {
        bus.send(subject(account), parts, NOTHING);
    }

    public void tell(AccountId account, List<String> parts, byte[] body) {
        bus.send(subject(account), parts, body);
    }

    /// Tells all nodes.
    ///
    /// @param parts the first says what it is
    public void tellAll(List<String> parts) {
        tellAll(parts, NOTHING);
    }

    public void tellAll(List<String> parts, byte[] body) {
        bus.send(ALL, parts, body);
    }

    /// Sets what is answered when another node asks that about an account. Must not block.
    public void answer(String question, Predicate<AccountId> answer) {
        on(
                question,
                (account, message) -> {
                    String replyTo = message.replyTo();
                    if (replyTo != null && answer.test(account)) {
                        bus.reply(replyTo, List.of(question), NOTHING, 0, 0);
                    }
                });
    }

    /// Whether some other node that follows the account says yes. Blocks; no answer means no.
    public boolean ask(AccountId account, String question, Duration patience) {
        String inbox = inboxes + questions.incrementAndGet();
        var yes = new CompletableFuture<Boolean>();
        asked.put(inbox, yes);
        try {
            return bus.ask(subject(account), inbox, List.of(question), NOTHING)
                    && yes.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            asked.remove(inbox);
        }
    }

    private void answered(String inbox, boolean answer) {
        CompletableFuture<Boolean> yes = asked.get(inbox);
        if (yes != null) {
            yes.complete(answer);
        }
    }

    /// From when this returns, what others tell about the account arrives here. Blocks for a
    /// moment.
    public void follow(AccountId account) {
        followed.computeIfAbsent(
                account,
                _ ->
                        bus.listen(
                                Bus.Lane.ACCOUNTS,
                                subject(account),
                                message -> {
                                    AccountHandler handler = ofAccounts.get(message.kind());
                                    if (handler != null) {
                                        handler.on(account, message);
                                    }
                                }));
        bus.settle(SETTLE);
    }

    public void unfollow(AccountId account) {
        Bus.Ear ear = followed.remove(account);
        if (ear != null) {
            ear.close();
        }
    }

    private String subject(AccountId account) {
        return "account." + key.name(account.value());
    }
}
