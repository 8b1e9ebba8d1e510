package dev.roosthold.client.account;

import dev.roosthold.client.changes.Change;
import dev.roosthold.client.changes.FeedListener;
import dev.roosthold.client.changes.Update;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/// Keeps what a feed tells.
final class Heard implements FeedListener {
    final List<Update> updates = new CopyOnWriteArrayList<>();
    final AtomicInteger rereads = new AtomicInteger();

    @Override
    public void update(Update update) {
        updates.add(update);
    }

    @Override
    public boolean reread() {
        rereads.incrementAndGet();
        return true;
    }

    /// Local ids of the messages, in the order in which they were heard.
    List<String> localIds() {
        return updates.stream()
                .map(Update::change)
                .filter(Change.MessageAdded.class::isInstance)
                .map(Change.MessageAdded.class::cast)
                .map(added -> added.message().localId().orElseThrow())
                .toList();
    }

    List<Long> numbers() {
        return updates.stream().map(Update::seq).toList();
    }

    static FeedListener nothing() {
        return new Heard();
    }

    static LinkListener waiting(List<String> reasons) {
        return new LinkListener() {
            @Override
            public void waiting(String reason, Duration pause) {
                reasons.add(reason);
            }
        };
    }
}
