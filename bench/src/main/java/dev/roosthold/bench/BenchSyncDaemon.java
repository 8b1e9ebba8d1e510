package dev.roosthold.bench;

import dev.roosthold.sync.SyncDaemon;
import dev.roosthold.sync.config.SyncOptions;
import java.util.Map;

/// The sync daemon in a process of its own.
final class BenchSyncDaemon {
    private BenchSyncDaemon() {}

    public static void main(String[] args) {
        System.exit(
                SyncDaemon.run(
                        new SyncOptions(Map.of("--relay", args[0]), true),
                        System.getenv(),
                        "bench"));
    }
}
