package dev.roosthold.conformance.history;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;

/// Collects operations while clients run. Thread-safe; the order of adding means nothing.
public final class History {
    private final Queue<Operation> operations = new ConcurrentLinkedQueue<>();
    private final LongAdder size = new LongAdder();
    private final Map<String, String> texts = new ConcurrentHashMap<>();

    public void add(Operation operation) {
        operations.add(operation);
        size.increment();
    }

    /// The same text, as one object however often it was read: readings repeat each other.
    public String shared(String text) {
        String known = texts.putIfAbsent(text, text);
        return known == null ? text : known;
    }

    public long size() {
        return size.sum();
    }

    /// What was added so far.
    public List<Operation> operations() {
        return new ArrayList<>(operations);
    }
}
