package dev.roosthold.client;

import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// Runs short tasks later. Time is a parameter, so tests can bring their own.
@FunctionalInterface
public interface Scheduler {

    /// Runs the task once after the delay, on a thread of the scheduler; it must not block.
    Cancellation after(Duration delay, Runnable task);

    /// Takes a task back.
    @FunctionalInterface
    interface Cancellation {
        /// Has no effect on a task that has begun.
        void cancel();
    }

    /// A scheduler with one daemon thread that lives as long as the program.
    static Scheduler system() {
        ScheduledThreadPoolExecutor executor =
                new ScheduledThreadPoolExecutor(
                        1, Thread.ofPlatform().daemon().name("roost-timer").factory());
        executor.setRemoveOnCancelPolicy(true);
        return (delay, task) -> {
            ScheduledFuture<?> scheduled =
                    executor.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
            return () -> scheduled.cancel(false);
        };
    }
}
