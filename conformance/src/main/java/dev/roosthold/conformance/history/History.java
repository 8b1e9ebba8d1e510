package dev.roosthold.conformance.history;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;

/// Collects operations while clients run. Thread-safe; the order of adding means nothing.
public final class History {
    private final Queue<Operation> operations = new ConcurrentLinkedQueue<>();
    private final LongAdder size = new LongAdder();

    public void add(Operation operation) {
        operations.add(operation);
        size.increment();
    }

    public long size() {
        return size.sum();
    }

    /// What was added so far.
    public List<Operation> operations() {
        return new ArrayList<>(operations);
    }
}
