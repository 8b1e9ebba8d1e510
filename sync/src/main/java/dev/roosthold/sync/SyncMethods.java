package dev.roosthold.sync;

import dev.roosthold.sync.config.LogLevel;
import dev.roosthold.sync.config.SyncConfig;
import dev.roosthold.sync.entry.SyncEntry;
import dev.roosthold.sync.log.SyncLog;
import dev.roosthold.sync.metrics.SyncMetrics;
import dev.roosthold.sync.replica.JazzSyncService;
import dev.roosthold.sync.replica.RelayFailure;
import dev.roosthold.sync.rpc.Caller;
import dev.roosthold.sync.rpc.Methods;
import dev.roosthold.sync.rpc.RpcError;
import dev.roosthold.sync.rpc.RpcException;
import dev.roosthold.sync.state.Method;
import dev.roosthold.sync.state.SyncState;
import dev.roosthold.sync.store.Identity;
import dev.roosthold.sync.store.Pulled;
import dev.roosthold.sync.store.QueueRow;
import dev.roosthold.sync.store.StoreException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntSupplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The methods of the socket: reads parameters, asks the state table, calls the manager, and writes
/// results.
final class SyncMethods implements Methods {
    static final String PROTOCOL = "1.0.0";
    static final String OLDEST = "1.0.0";
    static final int MAX_MESSAGE = 1_048_576;
    private static final int MAX_ENTRIES = 500;
    private static final int MAX_LIMIT = 1000;
    private static final int MAX_IDS = 10_000;
    private static final int RETRY_MS = 500;
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final Pattern VERSION = Pattern.compile("\\d{1,6}\\.\\d{1,6}\\.\\d{1,6}");
    private static final Set<String> PLATFORMS = Set.of("linux", "macos", "windows");

    private final SyncManager manager;
    private final SyncConfig config;
    private final SyncMetrics metrics;
    private final SyncLog log;
    private final InstantSource clock;
    private final String version;
    private final Subscriptions subscriptions;
    private final long started = System.nanoTime();
    private final Runnable stop;
    private volatile IntSupplier busy = () -> 1;

    /// @param stop begins to end the daemon
    SyncMethods(
            SyncManager manager,
            SyncConfig config,
            SyncMetrics metrics,
            SyncLog log,
            InstantSource clock,
            String version,
            Runnable stop) {
        this.manager = manager;
        this.config = config;
        this.metrics = metrics;
        this.log = log;
        this.clock = clock;
        this.version = version;
        this.stop = stop;
        subscriptions = new Subscriptions(manager);
    }

    /// @param count requests that are being executed
    void busy(IntSupplier count) {
        busy = count;
    }

    @Override
    public boolean knows(String method) {
        return Method.of(method).isPresent();
    }

    @Override
    public boolean isExempt(String method) {
        return method.equals(Method.PING.text()) || method.equals(Method.SHUTDOWN.text());
    }

    @Override
    public Duration limit(String method, JsonNode params) {
        Method which = Method.of(method).orElseThrow();
        if (which.isOfTheProcess()) {
            return Duration.ZERO;
        }
        return switch (which) {
            case PUSH, RESET -> Duration.ofSeconds(60);
            case PULL -> Duration.ofSeconds(params.path("since").isNumber() ? 30 : 300);
            case INIT -> Duration.ofSeconds(35);
            default -> Duration.ofSeconds(30);
        };
    }

    @Override
    public void done(String method, double millis, boolean failed) {
        metrics.request(method, millis);
        if (log.writes(LogLevel.DEBUG)) {
            log.debug(
                    "rpc",
                    "a request was answered",
                    "method",
                    method,
                    "ms",
                    millis,
                    "failed",
                    failed);
        }
    }

    @Override
    public JsonNode call(String method, ObjectNode params, Caller caller)
            throws RpcException, InterruptedException {
        Method which = Method.of(method).orElseThrow();
        check(which);
        try {
            return switch (which) {
                case PING -> ping();
                case HANDSHAKE -> handshake(params);
                case HEALTH -> health();
                case METRICS -> metrics(params);
                case SUBSCRIBE -> subscribe(params, caller);
                case UNSUBSCRIBE -> unsubscribe(params, caller);
                case SHUTDOWN -> shutdown(params, caller);
                case INIT -> init(params);
                case STATUS -> status();
                case PUSH -> push(params);
                case PULL -> pull(params);
                case NOW -> now();
                case PAUSE -> {
                    manager.pause();
                    yield paused();
                }
                case RESUME -> {
                    manager.resume();
                    yield paused();
                }
                case RESET -> reset(params);
                case DEVICE_REGISTER -> deviceRegister(params);
                case DEVICE_REMOVE -> deviceRemove(params);
                case DEVICE_LIST -> deviceList();
                case QUEUE_LIST -> queueList(params);
                case QUEUE_RETRY -> queueRetry(params);
                case QUEUE_DISCARD -> queueDiscard(params);
            };
        } catch (StoreException e) {
            throw new RpcException(
                    new RpcError.StorageFull(
                            e.kind() == StoreException.Kind.QUEUE_FULL
                                    ? "Too many entries wait for the relay; see queue.list."
                                    : "The database cannot be written; is the disk full?"));
        }
    }

    private void check(Method which) throws RpcException {
        SyncState state = manager.state();
        switch (which.in(state)) {
            case ALLOWED -> {}
            case ALREADY_INITIALIZED -> throw new RpcException(new RpcError.AlreadyInitialized());
            case NOT_INITIALIZED ->
                    throw new RpcException(
                            new RpcError.NotInitialized(
                                    state.name(),
                                    state == SyncState.INITIALIZING ? (Integer) RETRY_MS : null));
        }
    }

    // ---- daemon

    private ObjectNode ping() {
        return NODES.objectNode().put("pong", true).put("version", version).put("uptime", uptime());
    }

    private long uptime() {
        return (System.nanoTime() - started) / 1_000_000_000;
    }

    private ObjectNode handshake(ObjectNode params) throws RpcException {
        text(params, "clientVersion");
        String given = text(params, "protocolVersion");
        if (!VERSION.matcher(given).matches()) {
            throw wrong("protocolVersion", "Expected major.minor.patch.");
        }
        int[] asked = numbers(given);
        if (asked[0] != numbers(PROTOCOL)[0] || Arrays.compare(asked, numbers(OLDEST)) < 0) {
            throw new RpcException(new RpcError.UnsupportedVersion(PROTOCOL, OLDEST));
        }
        return NODES.objectNode()
                .put(
                        "protocolVersion",
                        Arrays.compare(asked, numbers(PROTOCOL)) < 0 ? given : PROTOCOL)
                .put("minSupportedVersion", OLDEST)
                .put("daemonVersion", version)
                .put("maxMessageBytes", MAX_MESSAGE);
    }

    private static int[] numbers(String of) {
        return Arrays.stream(of.split("\\.", -1)).mapToInt(Integer::parseInt).toArray();
    }

    private ObjectNode health() {
        SyncStatus status = manager.getStatus();
        ObjectNode out =
                NODES.objectNode()
                        .put("healthy", status.healthy())
                        .put("uptime", uptime())
                        .put("state", status.state().name());
        out.putObject("jazz")
                .put("connected", status.state() == SyncState.ONLINE)
                .put("relay", config.shownRelay())
                .put("latency", status.latency());
        out.putObject("cache")
                .put("entries", status.counts().entries())
                .put("sizeBytes", status.counts().bytes());
        out.putObject("queue")
                .put("pending", status.counts().pending())
                .put("failed", status.counts().failed());
        out.set("lastError", error(status));
        return out.put("paused", status.paused());
    }

    private static JsonNode error(SyncStatus status) {
        return status.lastError()
                .<JsonNode>map(
                        fault ->
                                NODES.objectNode()
                                        .put("code", fault.code())
                                        .put("message", fault.message())
                                        .put("at", fault.at()))
                .orElse(NODES.nullNode());
    }

    private JsonNode metrics(ObjectNode params) throws RpcException {
        String format =
                params.path("format").isMissingNode() ? "prometheus" : text(params, "format");
        return switch (format) {
            case "prometheus" ->
                    NODES.objectNode()
                            .put("contentType", SyncMetrics.CONTENT_TYPE)
                            .put("body", metrics.prometheus());
            case "json" -> metrics.json();
            default -> throw wrong("format", "Expected prometheus or json.");
        };
    }

    private ObjectNode subscribe(ObjectNode params, Caller caller) throws RpcException {
        return events(subscriptions.add(caller, kinds(params)))
                .put("state", manager.state().name());
    }

    private ObjectNode unsubscribe(ObjectNode params, Caller caller) throws RpcException {
        return events(subscriptions.remove(caller, kinds(params)))
                .put("state", manager.state().name());
    }

    private static ObjectNode events(Set<Subscriptions.Kind> kinds) {
        ObjectNode out = NODES.objectNode();
        ArrayNode events = out.putArray("events");
        kinds.forEach(kind -> events.add(kind.text));
        return out;
    }

    private static Set<Subscriptions.Kind> kinds(ObjectNode params) throws RpcException {
        JsonNode events = params.path("events");
        if (events.isMissingNode()) {
            return EnumSet.allOf(Subscriptions.Kind.class);
        }
        if (!(events instanceof ArrayNode list) || list.isEmpty()) {
            throw wrong("events", "Expected a list of names.");
        }
        Set<Subscriptions.Kind> kinds = EnumSet.noneOf(Subscriptions.Kind.class);
        for (JsonNode event : list) {
            kinds.add(
                    Subscriptions.Kind.of(event.isString() ? event.stringValue() : "")
                            .orElseThrow(
                                    () ->
                                            wrong(
                                                    "events",
                                                    "Expected stateChange, syncComplete, error or"
                                                            + " entries.")));
        }
        return kinds;
    }

    private ObjectNode shutdown(ObjectNode params, Caller caller) throws RpcException {
        if (!params.path("reason").isMissingNode() && text(params, "reason").length() > 200) {
            throw wrong("reason", "At most 200 characters.");
        }
        int others = Math.max(0, busy.getAsInt() - 1) + manager.outstanding();
        caller.afterReply(stop);
        return NODES.objectNode().put("acknowledged", true).put("pendingOperations", others);
    }

    // ---- sync

    private ObjectNode init(ObjectNode params) throws RpcException, InterruptedException {
        String authKey = text(params, "authKey");
        String name = deviceName(params, "deviceName");
        String platform = platform(params);
        JsonNode accountId = params.path("accountId");
        if (!accountId.isMissingNode() && !accountId.isNull() && !accountId.isString()) {
            throw wrong("accountId", "Expected a text or null.");
        }
        byte[] key = key(authKey);
        if (accountId.isString()
                && !JazzSyncService.accountOf(key).text().equals(accountId.stringValue())) {
            Arrays.fill(key, (byte) 0);
            throw new RpcException(
                    new RpcError.InvalidCredentials(
                            "The key is not that of this account.", NODES.objectNode()));
        }
        InitResult result =
                manager.init(key, name, platform)
                        .orElseThrow(() -> new RpcException(new RpcError.AlreadyInitialized()));
        Identity identity = result.identity();
        ObjectNode out =
                NODES.objectNode()
                        .put("deviceId", identity.deviceId())
                        .put("syncRootId", identity.syncRootId())
                        .put("accountId", identity.accountId())
                        .put("state", result.state().name());
        if (result.failure().isEmpty()) {
            return out.put("success", true);
        }
        out.put("identityStored", true);
        if (result.failure().get() instanceof RelayFailure.Authentication) {
            throw new RpcException(
                    new RpcError.InvalidCredentials(
                            "This device is set up, but the relay refuses it; check the relay and"
                                    + " call sync.resume.",
                            out));
        }
        throw new RpcException(
                new RpcError.NetworkUnreachable(
                        "This device is set up; sync starts when the relay is reachable.", out));
    }

    private static byte[] key(String text) throws RpcException {
        try {
            byte[] key = Base64.getDecoder().decode(text);
            if (key.length == 32 && text.length() == 44) {
                return key;
            }
            Arrays.fill(key, (byte) 0);
        } catch (IllegalArgumentException e) {
            // Said below.
        }
        throw new RpcException(
                new RpcError.InvalidCredentials(
                        "The key is 32 bytes in base64.", NODES.objectNode()));
    }

    private ObjectNode status() {
        SyncStatus status = manager.getStatus();
        ObjectNode out =
                NODES.objectNode()
                        .put("connected", status.state() == SyncState.ONLINE)
                        .put("lastSync", status.lastSync())
                        .put("pendingUp", status.counts().pending())
                        .put("pendingDown", status.pendingDown());
        status.identity()
                .ifPresent(
                        identity ->
                                out.put("deviceId", identity.deviceId())
                                        .put("accountId", identity.accountId())
                                        .put("syncRootId", identity.syncRootId()));
        out.put("state", status.state().name())
                .put("paused", status.paused())
                .put("failed", status.counts().failed())
                .put("relay", config.shownRelay());
        out.set("lastError", error(status));
        return out;
    }

    private ObjectNode push(ObjectNode params) throws RpcException {
        if (!(params.path("entries") instanceof ArrayNode list)
                || list.isEmpty()
                || list.size() > MAX_ENTRIES) {
            throw wrong("entries", "Expected 1 to " + MAX_ENTRIES + " entries.");
        }
        var entries = new ArrayList<SyncEntry>(list.size());
        for (int i = 0; i < list.size(); i++) {
            entries.add(EntryReader.read(list.get(i), i));
        }
        long now = clock.millis();
        ArrayNode failed = NODES.arrayNode();
        ArrayNode errors = NODES.arrayNode();
        var good = new ArrayList<SyncEntry>(entries.size());
        for (SyncEntry entry : entries) {
            Optional<RpcError> fault = EntryReader.fault(entry, now);
            if (fault.isEmpty()) {
                good.add(entry);
            } else {
                failed.add(entry.id());
                errors.addObject()
                        .put("id", entry.id())
                        .put("code", fault.get().code())
                        .put("message", fault.get().message());
            }
        }
        PushResult result = manager.pushEntries(good);
        metrics.pushes.increment();
        ObjectNode out =
                NODES.objectNode().put("synced", result.synced()).put("queued", result.queued());
        out.set("failed", failed);
        out.set("errors", errors);
        return out;
    }

    private ObjectNode pull(ObjectNode params) throws RpcException {
        JsonNode since = params.path("since");
        long from = 0;
        if (!since.isMissingNode() && !since.isNull()) {
            if (!since.isIntegralNumber() || !since.canConvertToLong()) {
                throw wrong("since", "Expected a whole number or null.");
            }
            from = since.longValue();
        }
        int limit = limit(params);
        long now = clock.millis();
        boolean stale = !manager.isOnline();
        Pulled pulled = manager.pullEntries(from, limit, MAX_MESSAGE - 512);
        metrics.pulls.increment();
        ObjectNode out = NODES.objectNode();
        ArrayNode entries = out.putArray("entries");
        pulled.entries().forEach(entry -> entries.add(entry.wire()));
        return out.put("hasMore", pulled.hasMore())
                .put("nextCursor", pulled.cursor())
                .put("syncTimestamp", now)
                .put("stale", stale);
    }

    private ObjectNode now() throws RpcException, InterruptedException {
        NowResult result =
                manager.now()
                        .orElseThrow(
                                () ->
                                        new RpcException(
                                                new RpcError.NetworkUnreachable(
                                                        "What waits is sent when the relay is"
                                                                + " reachable.",
                                                        NODES.objectNode()
                                                                .put(
                                                                        "state",
                                                                        manager.state().name()))));
        return NODES.objectNode()
                .put("pushed", result.pushed())
                .put("pulled", result.pulled())
                .put("pendingUp", result.pendingUp())
                .put("pendingDown", result.pendingDown());
    }

    private ObjectNode paused() {
        return NODES.objectNode()
                .put("state", manager.state().name())
                .put("paused", manager.isPaused());
    }

    private ObjectNode reset(ObjectNode params) throws RpcException, InterruptedException {
        confirm(params);
        boolean remote = flag(params, "remote");
        SyncManager.ResetResult result =
                manager.reset(remote)
                        .orElseThrow(
                                () ->
                                        new RpcException(
                                                new RpcError.NetworkUnreachable(
                                                        "Deleting for all devices needs the relay;"
                                                                + " nothing was removed.",
                                                        NODES.objectNode()
                                                                .put(
                                                                        "state",
                                                                        manager.state().name()))));
        return NODES.objectNode()
                .put("success", true)
                .put("removedEntries", result.removedEntries())
                .put("discardedQueue", result.discardedQueue());
    }

    // ---- devices

    private ObjectNode deviceRegister(ObjectNode params) throws RpcException {
        String name = deviceName(params, "name");
        Identity identity = manager.registerDevice(name, platform(params));
        return NODES.objectNode()
                .put("deviceId", identity.deviceId())
                .put("registeredAt", identity.createdAt());
    }

    private ObjectNode deviceRemove(ObjectNode params) throws RpcException {
        String deviceId = text(params, "deviceId");
        if (manager.identity().filter(own -> own.deviceId().equals(deviceId)).isPresent()) {
            throw wrong("deviceId", "This is the device itself; use sync.reset.");
        }
        if (!manager.removeDevice(deviceId)) {
            throw wrong("deviceId", "There is no such device.");
        }
        return NODES.objectNode().put("success", true);
    }

    private ObjectNode deviceList() {
        String own = manager.identity().map(Identity::deviceId).orElse("");
        List<SyncEntry> devices = new ArrayList<>(manager.listDevices());
        devices.sort(
                Comparator.comparing((SyncEntry entry) -> !entry.id().equals(own))
                        .thenComparingLong(entry -> -seen(entry))
                        .thenComparing(SyncEntry::id));
        ObjectNode out = NODES.objectNode();
        ArrayNode list = out.putArray("devices");
        for (SyncEntry entry : devices) {
            SyncEntry.Device device = entry.device();
            if (device != null) {
                list.addObject()
                        .put("deviceId", entry.id())
                        .put("name", device.name())
                        .put("platform", device.platform())
                        .put("lastSeen", device.lastSeen())
                        .put("isCurrentDevice", entry.id().equals(own))
                        .put("schemaVersion", device.schemaVersion())
                        .put("firstSeen", device.firstSeen())
                        .put("isActive", device.isActive());
            }
        }
        return out;
    }

    private static long seen(SyncEntry entry) {
        SyncEntry.Device device = entry.device();
        return device == null ? 0 : device.lastSeen();
    }

    // ---- queue

    private ObjectNode queueList(ObjectNode params) throws RpcException {
        String status = null;
        JsonNode given = params.path("status");
        if (!given.isMissingNode() && !given.isNull()) {
            status = text(params, "status");
            if (!status.equals("pending") && !status.equals("failed")) {
                throw wrong("status", "Expected pending or failed.");
            }
        }
        int limit = limit(params);
        var counts = manager.getStatus().counts();
        ObjectNode out = NODES.objectNode();
        ArrayNode items = out.putArray("items");
        for (QueueRow row : manager.queue(status, limit)) {
            items.addObject()
                    .put("queueId", row.id())
                    .put("id", row.entityId())
                    .put("type", row.type().text())
                    .put("operation", row.operation())
                    .put("status", row.status())
                    .put("attempts", row.attempts())
                    .put("createdAt", row.createdAt())
                    .put("lastAttemptAt", row.lastAttemptAt())
                    .put("errorCode", row.errorCode())
                    .put("errorMessage", row.error());
        }
        long total =
                status == null
                        ? counts.pending() + counts.failed()
                        : status.equals("failed") ? counts.failed() : counts.pending();
        return out.put("total", total);
    }

    private ObjectNode queueRetry(ObjectNode params) throws RpcException {
        JsonNode ids = params.path("queueIds");
        int count = manager.retryQueue(ids.isMissingNode() ? null : ids(params));
        return NODES.objectNode().put("retried", count);
    }

    private ObjectNode queueDiscard(ObjectNode params) throws RpcException {
        List<Long> ids = ids(params);
        if (ids.isEmpty()) {
            throw wrong("queueIds", "Expected at least one.");
        }
        confirm(params);
        return NODES.objectNode().put("discarded", manager.discardQueue(ids));
    }

    private static List<Long> ids(ObjectNode params) throws RpcException {
        if (!(params.path("queueIds") instanceof ArrayNode list) || list.size() > MAX_IDS) {
            throw wrong("queueIds", "Expected a list of numbers.");
        }
        var ids = new ArrayList<Long>(list.size());
        for (JsonNode id : list) {
            if (!id.isIntegralNumber() || !id.canConvertToLong()) {
                throw wrong("queueIds", "Expected a list of numbers.");
            }
            ids.add(id.longValue());
        }
        return ids;
    }

    // ---- parameters

    private static String text(ObjectNode params, String name) throws RpcException {
        JsonNode value = params.path(name);
        if (!value.isString()) {
            throw wrong(name, value.isMissingNode() ? "It is required." : "Expected a text.");
        }
        return value.stringValue();
    }

    private static boolean flag(ObjectNode params, String name) throws RpcException {
        JsonNode value = params.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return false;
        }
        if (!value.isBoolean()) {
            throw wrong(name, "Expected true or false.");
        }
        return value.booleanValue();
    }

    private static void confirm(ObjectNode params) throws RpcException {
        JsonNode confirm = params.path("confirm");
        if (!confirm.isBoolean() || !confirm.booleanValue()) {
            throw wrong("confirm", "Set it to true to go on.");
        }
    }

    private static String deviceName(ObjectNode params, String field) throws RpcException {
        String name = text(params, field);
        int length = name.codePointCount(0, name.length());
        if (length < 1 || length > 64 || name.chars().anyMatch(Character::isISOControl)) {
            throw wrong(field, "Expected 1 to 64 characters, no control characters.");
        }
        return name;
    }

    private static String platform(ObjectNode params) throws RpcException {
        String platform = text(params, "platform");
        if (!PLATFORMS.contains(platform)) {
            throw wrong("platform", "Expected linux, macos or windows.");
        }
        return platform;
    }

    private static int limit(ObjectNode params) throws RpcException {
        JsonNode limit = params.path("limit");
        if (limit.isMissingNode() || limit.isNull()) {
            return 100;
        }
        if (!limit.isIntegralNumber()
                || !limit.canConvertToLong()
                || limit.longValue() < 1
                || limit.longValue() > MAX_LIMIT) {
            throw wrong("limit", "Expected 1 to " + MAX_LIMIT + ".");
        }
        return limit.intValue();
    }

    private static RpcException wrong(String field, String hint) {
        return new RpcException(new RpcError.InvalidParams(field, (@Nullable Integer) null, hint));
    }
}
