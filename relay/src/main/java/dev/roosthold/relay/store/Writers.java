package dev.roosthold.relay.store;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What the writers of one store share: the writes that wait for them, and what each should know of
/// the others. Thread-safe.
final class Writers {
    private static final Logger LOG = LoggerFactory.getLogger(Writers.class);

    private final WriteQueue<Writer.Pending<?>> queue;

    /// Connections that were opened before the server failed last are of an earlier age, and of no
    /// use.
    private final AtomicInteger age = new AtomicInteger();

    private volatile @Nullable String failure;

    /// @param maxWaiting writes that may wait; one more is refused at once
    Writers(int maxWaiting) {
        queue = new WriteQueue<>(maxWaiting);
    }

    /// @param lane as in [WriteQueue#offer]
    <T> void submit(@Nullable Lane lane, Store.WriteOperation<T> operation, Outcome<T> outcome) {
        switch (queue.offer(lane, new Writer.Pending<>(operation, outcome))) {
            case ACCEPTED -> {}
            case FULL ->
                    outcome.refuse(new OverloadedException("overloaded: too many waiting writes"));
            case CLOSED -> outcome.fail(new StoreException("the store is closed"));
        }
    }

    /// Lets the writers finish what was submitted and end.
    void stop() {
        queue.close();
    }

    /// Writes that wait for their turn.
    int waiting() {
        return queue.size();
    }

    WriteQueue<Writer.Pending<?>> queue() {
        return queue;
    }

    int age() {
        return age.get();
    }

    /// The server has failed a connection of that age.
    void failed(int ofAge) {
        age.compareAndSet(ofAge, ofAge + 1);
    }

    /// Why the latest write that touched the disk could not be stored; empty when it was.
    Optional<String> failure() {
        return Optional.ofNullable(failure);
    }

    void failed(StoreException reason) {
        if (failure == null) {
            LOG.error("writes fail: {}", reason.getMessage());
        }
        failure = reason.getMessage();
    }

    void recovered() {
        if (failure != null) {
            LOG.info("writes work again");
            failure = null;
        }
    }
}
