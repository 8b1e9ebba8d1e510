package dev.roosthold.sync.replica;

import dev.roosthold.jazz.transport.Link;
import dev.roosthold.jazz.transport.RefusedException;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The only way to the relay: lets one connection be dialled for each [#allow], and nothing
/// otherwise. So who decides about connecting decides here, and the library below only carries it
/// out. Thread-safe.
public final class RelayGate implements Link.Dialer {
    private final Link.Dialer dialer;
    private final InstantSource clock;
    private final Runnable lost;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition allowed = lock.newCondition();
    private boolean open;
    private CompletableFuture<Optional<RelayFailure>> outcome = new CompletableFuture<>();
    private @Nullable Link current;

    /// @param lost called when a connection that was made has ended
    public RelayGate(Link.Dialer dialer, InstantSource clock, Runnable lost) {
        this.dialer = dialer;
        this.clock = clock;
        this.lost = lost;
    }

    /// Lets one attempt through.
    ///
    /// @return why it failed, or nothing
    CompletableFuture<Optional<RelayFailure>> allow() {
        lock.lock();
        try {
            outcome = new CompletableFuture<>();
            open = true;
            allowed.signalAll();
            return outcome;
        } finally {
            lock.unlock();
        }
    }

    /// Ends the connection, and an attempt that has not begun.
    public void shut() {
        Link link;
        lock.lock();
        try {
            open = false;
            link = current;
            current = null;
        } finally {
            lock.unlock();
        }
        if (link != null) {
            link.close();
        }
    }

    @Override
    public Link dial(Link.Listener listener) throws IOException, InterruptedException {
        CompletableFuture<Optional<RelayFailure>> told;
        lock.lock();
        try {
            while (!open) {
                allowed.await();
            }
            open = false;
            told = outcome;
        } finally {
            lock.unlock();
        }
        try {
            Link link = dialer.dial(new Watched(listener));
            lock.lock();
            try {
                current = link;
            } finally {
                lock.unlock();
            }
            if (!told.complete(Optional.empty())) {
                // Nobody waits for it any more.
                link.close();
                throw new IOException("the connection came too late");
            }
            return link;
        } catch (RefusedException e) {
            told.complete(Optional.of(RelayFailure.of(e, clock.instant())));
            // For the library it is like any other failure: it asks here again.
            throw new IOException(e.getMessage(), e);
        } catch (IOException e) {
            told.complete(Optional.of(new RelayFailure.Network("The relay cannot be reached.")));
            throw e;
        }
    }

    private final class Watched implements Link.Listener {
        private final Link.Listener listener;

        Watched(Link.Listener listener) {
            this.listener = listener;
        }

        @Override
        public void frame(String frame) {
            listener.frame(frame);
        }

        @Override
        public void closed(@Nullable Throwable cause) {
            listener.closed(cause);
            lost.run();
        }
    }
}
