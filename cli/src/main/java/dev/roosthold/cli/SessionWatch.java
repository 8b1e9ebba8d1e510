package dev.roosthold.cli;

import dev.roosthold.client.conversation.LiveSessionListener;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Lets a thread wait for what a session's listener hears. Thread-safe.
final class SessionWatch implements LiveSessionListener {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition happened = lock.newCondition();

    // Guarded by the lock.
    private long news = 1;
    private long seen;
    private boolean everConnected;
    private Optional<Gone> gone = Optional.empty();
    private Optional<String> trouble = Optional.empty();

    private void tell(Runnable change) {
        lock.lock();
        try {
            change.run();
            news++;
            happened.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void changed() {
        tell(() -> {});
    }

    @Override
    public void connected() {
        tell(
                () -> {
                    trouble = Optional.empty();
                    everConnected = true;
                });
    }

    @Override
    public void disconnected(String reason) {
        tell(() -> trouble = Optional.of(reason));
    }

    @Override
    public void gone(Gone why) {
        tell(() -> gone = Optional.of(why));
    }

    /// Waits until something has happened since the last call, or the time is over.
    void await(Duration patience) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = patience.toNanos();
            while (news == seen && left > 0) {
                left = happened.awaitNanos(left);
            }
            seen = news;
        } finally {
            lock.unlock();
        }
    }

    /// Why there is no connection now.
    Optional<String> trouble() {
        lock.lock();
        try {
            return trouble;
        } finally {
            lock.unlock();
        }
    }

    /// Whether all that was there before has been read.
    boolean everConnected() {
        lock.lock();
        try {
            return everConnected;
        } finally {
            lock.unlock();
        }
    }

    Optional<Gone> gone() {
        lock.lock();
        try {
            return gone;
        } finally {
            lock.unlock();
        }
    }

    static CommandFailure failure(Gone why) {
        return switch (why) {
            case DELETED -> new CommandFailure("the session was deleted", "", ExitStatus.NOT_FOUND);
            case LOCKED ->
                    new CommandFailure(
                            "the session does not open with this computer's keys any more",
                            "",
                            ExitStatus.NOT_FOUND);
            case SIGNED_OUT ->
                    new CommandFailure(
                            "this computer was signed out",
                            "Run `roost login --replace`.",
                            ExitStatus.NOT_SIGNED_IN);
        };
    }
}
