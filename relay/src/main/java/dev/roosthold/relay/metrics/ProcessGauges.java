package dev.roosthold.relay.metrics;

import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The process and its Java runtime, under the names that other programs use for the same. Read
/// only when somebody asks, so that the start of the relay pays nothing; what the system does not
/// tell is left out. Thread-safe.
final class ProcessGauges {
    private static final Path SELF = Path.of("/proc/self");
    private static final Pattern RESIDENT = Pattern.compile("(?m)^VmRSS:\\s+(\\d+) kB$");
    private static final Pattern OPEN_LIMIT = Pattern.compile("(?m)^Max open files\\s+(\\d+) ");

    private ProcessGauges() {}

    static void register(PrometheusRegistry registry) {
        Instant now = Instant.now();
        double startedAt =
                ProcessHandle.current().info().startInstant().orElse(now).toEpochMilli() / 1e3;
        gauge("process_start_time_seconds", "When the process started, in seconds since 1970.")
                .callback(callback -> callback.call(startedAt))
                .register(registry);
        gauge("process_resident_memory_bytes", "Memory of the process that is not swapped out.")
                .callback(
                        callback ->
                                number("status", RESIDENT)
                                        .ifPresent(kb -> callback.call(kb * 1024)))
                .register(registry);
        gauge("process_open_fds", "Open files and connections of the process.")
                .callback(callback -> openFiles().ifPresent(callback::call))
                .register(registry);
        gauge("process_max_fds", "Files and connections that the process may open.")
                .callback(callback -> number("limits", OPEN_LIMIT).ifPresent(callback::call))
                .register(registry);
        counter("process_cpu_seconds_total", "Processor time of the process.")
                .callback(
                        callback ->
                                ProcessHandle.current()
                                        .info()
                                        .totalCpuDuration()
                                        .ifPresent(time -> callback.call(time.toMillis() / 1e3)))
                .register(registry);
        registerRuntime(registry);
    }

    private static void registerRuntime(PrometheusRegistry registry) {
        gauge("jvm_memory_used_bytes", "Memory that Java uses.")
                .labelNames("area")
                .callback(
                        callback -> {
                            callback.call(heap().getUsed(), "heap");
                            callback.call(nonHeap().getUsed(), "nonheap");
                        })
                .register(registry);
        gauge("jvm_memory_committed_bytes", "Memory that Java has taken from the system.")
                .labelNames("area")
                .callback(
                        callback -> {
                            callback.call(heap().getCommitted(), "heap");
                            callback.call(nonHeap().getCommitted(), "nonheap");
                        })
                .register(registry);
        gauge("jvm_memory_max_bytes", "Memory that Java may take; -1 where there is no limit.")
                .labelNames("area")
                .callback(
                        callback -> {
                            callback.call(heap().getMax(), "heap");
                            callback.call(nonHeap().getMax(), "nonheap");
                        })
                .register(registry);
        gauge("jvm_threads_current", "Platform threads.")
                .callback(
                        callback ->
                                callback.call(ManagementFactory.getThreadMXBean().getThreadCount()))
                .register(registry);
        counter("jvm_gc_pause_seconds_total", "Time in garbage collections.")
                .callback(
                        callback ->
                                callback.call(
                                        collectors()
                                                        .mapToLong(
                                                                gc ->
                                                                        Math.max(
                                                                                0,
                                                                                gc
                                                                                        .getCollectionTime()))
                                                        .sum()
                                                / 1e3))
                .register(registry);
        counter("jvm_gc_collections_total", "Garbage collections.")
                .callback(
                        callback ->
                                callback.call(
                                        collectors()
                                                .mapToLong(
                                                        gc -> Math.max(0, gc.getCollectionCount()))
                                                .sum()))
                .register(registry);
    }

    private static GaugeWithCallback.Builder gauge(String name, String help) {
        return GaugeWithCallback.builder().name(name).help(help);
    }

    private static CounterWithCallback.Builder counter(String name, String help) {
        return CounterWithCallback.builder().name(name).help(help);
    }

    private static MemoryUsage heap() {
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
    }

    private static MemoryUsage nonHeap() {
        return ManagementFactory.getMemoryMXBean().getNonHeapMemoryUsage();
    }

    private static Stream<GarbageCollectorMXBean> collectors() {
        return ManagementFactory.getGarbageCollectorMXBeans().stream();
    }

    private static OptionalDouble number(String file, Pattern pattern) {
        try {
            Matcher matcher = pattern.matcher(Files.readString(SELF.resolve(file)));
            return matcher.find()
                    ? OptionalDouble.of(Double.parseDouble(matcher.group(1)))
                    : OptionalDouble.empty();
        } catch (IOException e) {
            return OptionalDouble.empty();
        }
    }

    private static OptionalDouble openFiles() {
        try (Stream<Path> files = Files.list(SELF.resolve("fd"))) {
            return OptionalDouble.of(files.count());
        } catch (IOException e) {
            return OptionalDouble.empty();
        }
    }
}
