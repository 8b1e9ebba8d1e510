package dev.roosthold.history.ipc;

import dev.roosthold.protocol.JsonObject;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// What the sync daemon answers, method by method. Members that are missing are empty or 0: a
/// client ignores what it does not know and does without what it does not get.
public final class SyncReplies {
    private SyncReplies() {}

    /// @param uptimeS seconds since its start
    public record Ping(String version, long uptimeS) {
        static Ping of(JsonObject json) {
            return new Ping(json.text("version").orElse("?"), json.number("uptime").orElse(0));
        }
    }

    public record Handshake(
            String protocolVersion, String minSupportedVersion, Optional<String> daemonVersion) {
        static Handshake of(JsonObject json) {
            return new Handshake(
                    json.text("protocolVersion").orElse("?"),
                    json.text("minSupportedVersion").orElse("?"),
                    json.text("daemonVersion"));
        }
    }

    /// @param latencyMs of the relay; empty while it is not connected
    public record Health(
            boolean healthy,
            long uptimeS,
            String state,
            boolean connected,
            Optional<String> relay,
            OptionalLong latencyMs,
            long cacheEntries,
            long cacheBytes,
            long pending,
            long failed,
            boolean paused,
            Optional<Failure> lastError) {
        static Health of(JsonObject json) {
            JsonObject jazz = json.object("jazz").orElseGet(JsonObject::empty);
            JsonObject cache = json.object("cache").orElseGet(JsonObject::empty);
            JsonObject queue = json.object("queue").orElseGet(JsonObject::empty);
            return new Health(
                    json.flag("healthy").orElse(false),
                    json.number("uptime").orElse(0),
                    json.text("state").orElse("?"),
                    jazz.flag("connected").orElse(false),
                    jazz.text("relay"),
                    jazz.number("latency"),
                    cache.number("entries").orElse(0),
                    cache.number("sizeBytes").orElse(0),
                    queue.number("pending").orElse(0),
                    queue.number("failed").orElse(0),
                    json.flag("paused").orElse(false),
                    Failure.of(json));
        }
    }

    /// The last thing that went wrong.
    public record Failure(String code, String message, long atMs) {
        static Optional<Failure> of(JsonObject json) {
            return json.object("lastError")
                    .map(
                            error ->
                                    new Failure(
                                            error.text("code")
                                                    .orElseGet(
                                                            () ->
                                                                    error.number("code").isPresent()
                                                                            ? Long.toString(
                                                                                    error.number(
                                                                                                    "code")
                                                                                            .getAsLong())
                                                                            : "?"),
                                            error.text("message").orElse(""),
                                            error.number("at").orElse(0)));
        }
    }

    public record Initialized(String deviceId, Optional<String> accountId, Optional<String> state) {
        static Initialized of(JsonObject json) {
            return new Initialized(
                    json.text("deviceId").orElse(""), json.text("accountId"), json.text("state"));
        }
    }

    public record Status(
            boolean connected,
            OptionalLong lastSyncMs,
            long pendingUp,
            long pendingDown,
            String deviceId,
            String accountId,
            String state,
            boolean paused,
            long failed,
            Optional<String> relay,
            Optional<Failure> lastError) {
        static Status of(JsonObject json) {
            return new Status(
                    json.flag("connected").orElse(false),
                    json.number("lastSync"),
                    json.number("pendingUp").orElse(0),
                    json.number("pendingDown").orElse(0),
                    json.text("deviceId").orElse(""),
                    json.text("accountId").orElse(""),
                    json.text("state").orElse("?"),
                    json.flag("paused").orElse(false),
                    json.number("failed").orElse(0),
                    json.text("relay"),
                    Failure.of(json));
        }

        public boolean online() {
            return state.equals("ONLINE");
        }
    }

    /// @param failed ids of entries that were not taken
    public record Pushed(long synced, long queued, List<String> failed, List<Rejected> errors) {
        static Pushed of(JsonObject json) {
            return new Pushed(
                    json.number("synced").orElse(0),
                    json.number("queued").orElse(0),
                    json.texts("failed"),
                    json.objects("errors").stream()
                            .map(
                                    one ->
                                            new Rejected(
                                                    one.text("id").orElse(""),
                                                    (int) one.number("code").orElse(0),
                                                    one.text("message").orElse("")))
                            .toList());
        }
    }

    /// An entry that was not taken.
    public record Rejected(String id, int code, String message) {}

    /// @param next for the next call
    public record Pulled(List<PulledEntry> entries, boolean more, long next, boolean stale) {
        static Pulled of(JsonObject json) {
            return new Pulled(
                    json.objects("entries").stream().map(PulledEntry::of).toList(),
                    json.flag("hasMore").orElse(false),
                    json.number("nextCursor").orElse(0),
                    json.flag("stale").orElse(false));
        }
    }

    /// @param name of a device
    public record PulledEntry(
            String id,
            String type,
            String encrypted,
            String deviceId,
            long createdAtMs,
            long updatedAtMs,
            OptionalLong deletedAtMs,
            Optional<String> safetyLevel,
            Optional<String> name) {
        static PulledEntry of(JsonObject json) {
            JsonObject metadata = json.object("metadata").orElseGet(JsonObject::empty);
            return new PulledEntry(
                    json.text("id").orElse(""),
                    json.text("type").orElse(""),
                    json.text("encrypted").orElse(""),
                    metadata.text("deviceId").orElse(""),
                    metadata.number("createdAt").orElse(0),
                    metadata.number("updatedAt").orElse(0),
                    metadata.number("deletedAt"),
                    metadata.text("safetyLevel"),
                    metadata.text("name"));
        }

        @Override
        public String toString() {
            return "PulledEntry[" + type + "]";
        }
    }

    public record Cycle(long pushed, long pulled, long pendingUp, long pendingDown) {
        static Cycle of(JsonObject json) {
            return new Cycle(
                    json.number("pushed").orElse(0),
                    json.number("pulled").orElse(0),
                    json.number("pendingUp").orElse(0),
                    json.number("pendingDown").orElse(0));
        }
    }

    public record Paused(String state, boolean paused) {
        static Paused of(JsonObject json) {
            return new Paused(json.text("state").orElse("?"), json.flag("paused").orElse(false));
        }
    }

    public record WasReset(long removedEntries, long discardedQueue) {
        static WasReset of(JsonObject json) {
            return new WasReset(
                    json.number("removedEntries").orElse(0),
                    json.number("discardedQueue").orElse(0));
        }
    }

    public record Device(
            String deviceId,
            String name,
            String platform,
            long lastSeenMs,
            boolean current,
            boolean active) {
        static Device of(JsonObject json) {
            return new Device(
                    json.text("deviceId").orElse(""),
                    json.text("name").orElse(""),
                    json.text("platform").orElse(""),
                    json.number("lastSeen").orElse(0),
                    json.flag("isCurrentDevice").orElse(false),
                    json.flag("isActive").orElse(true));
        }
    }

    public record Queue(List<QueueItem> items, long total) {
        static Queue of(JsonObject json) {
            return new Queue(
                    json.objects("items").stream().map(QueueItem::of).toList(),
                    json.number("total").orElse(0));
        }
    }

    public record QueueItem(
            long queueId,
            String id,
            String type,
            String operation,
            String status,
            long attempts,
            long createdAtMs,
            OptionalLong lastAttemptAtMs,
            Optional<String> errorCode,
            Optional<String> errorMessage) {
        static QueueItem of(JsonObject json) {
            return new QueueItem(
                    json.number("queueId").orElse(0),
                    json.text("id").orElse(""),
                    json.text("type").orElse(""),
                    json.text("operation").orElse(""),
                    json.text("status").orElse(""),
                    json.number("attempts").orElse(0),
                    json.number("createdAt").orElse(0),
                    json.number("lastAttemptAt"),
                    json.text("errorCode"),
                    json.text("errorMessage"));
        }
    }

    /// @param pendingOperations requests and batches that still run
    public record ShutDown(long pendingOperations) {
        static ShutDown of(JsonObject json) {
            return new ShutDown(json.number("pendingOperations").orElse(0));
        }
    }
}
