package dev.roosthold.history.ipc;

import dev.roosthold.protocol.Codec;
import dev.roosthold.protocol.JsonObject;
import dev.roosthold.protocol.MalformedJson;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// One connection to the sync daemon. Methods are named as in the protocol; each sends one request
/// and waits for its answer: 30 s, a push 60 s, a cycle and an initialisation 300 s.
///
/// A failure of the connection is a [SyncConnectionException] and ends the client; what the daemon
/// refuses is a value. Nothing that is sent or received is logged.
///
/// Thread-safe; requests of several threads run one after the other.
public final class SyncClient implements AutoCloseable {
    public static final String PROTOCOL = "1.0.0";

    /// The longest message that the daemon takes.
    public static final int MAX_MESSAGE = 1 << 20;

    /// Entries of one push.
    public static final int MAX_ENTRIES = 500;

    private static final Duration REQUEST = Duration.ofSeconds(30);
    private static final Duration PUSH = Duration.ofSeconds(60);
    private static final Duration LONG = Duration.ofSeconds(300);
    private static final Duration START = Duration.ofSeconds(5);
    private static final Duration LOOK = Duration.ofMillis(20);

    /// How long a daemon that has just started is waited for; its first attempt to connect takes
    /// five seconds at most.
    private static final Duration STARTING = Duration.ofSeconds(15);

    /// Answers are at most a message long; anything else is no answer of ours.
    private static final int MAX_ANSWER = 8 << 20;

    private static final byte[] END = new byte[0];

    private final SocketChannel channel;
    private final BlockingQueue<byte[]> lines = new LinkedBlockingQueue<>();
    private long lastId;

    private SyncClient(SocketChannel channel) {
        this.channel = channel;
        Thread.ofVirtual().name("sync-client").start(this::receive);
    }

    /// Connects; starts the daemon when it does not run, and waits for it, at most 5 s and no
    /// longer than it may still come.
    ///
    /// @throws SyncConnectionException when it cannot be reached or speaks another protocol
    public static SyncClient connect(Path socket, DaemonStarter starter)
            throws InterruptedException {
        Optional<SyncClient> running = open(socket);
        if (running.isEmpty()) {
            BooleanSupplier failed;
            try {
                failed = starter.start();
            } catch (IOException e) {
                throw new SyncConnectionException(
                        "the sync daemon cannot be reached at " + socket + ": " + e.getMessage());
            }
            long end = System.nanoTime() + START.toNanos();
            while (running.isEmpty()) {
                Thread.sleep(LOOK);
                boolean vain = failed.getAsBoolean();
                running = open(socket);
                if (running.isEmpty() && vain) {
                    throw new SyncConnectionException(
                            "the sync daemon that was to listen at " + socket + " has ended");
                }
                if (running.isEmpty() && System.nanoTime() - end > 0) {
                    throw new SyncConnectionException(
                            "the sync daemon does not answer at " + socket + " after 5 s");
                }
            }
        }
        SyncClient client = running.get();
        try {
            client.shakeHands();
            return client;
        } catch (RuntimeException | InterruptedException e) {
            client.close();
            throw e;
        }
    }

    /// Like [#connect], for a daemon that runs; empty when none does.
    public static Optional<SyncClient> connectIfRunning(Path socket) throws InterruptedException {
        Optional<SyncClient> client = open(socket);
        if (client.isPresent()) {
            try {
                client.get().shakeHands();
            } catch (RuntimeException | InterruptedException e) {
                client.get().close();
                throw e;
            }
        }
        return client;
    }

    private static Optional<SyncClient> open(Path socket) {
        try {
            SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            try {
                channel.connect(UnixDomainSocketAddress.of(socket));
                return Optional.of(new SyncClient(channel));
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    private void shakeHands() throws InterruptedException {
        ObjectNode params = JsonNodeFactory.instance.objectNode();
        params.put("clientVersion", PROTOCOL).put("protocolVersion", PROTOCOL);
        Answer<SyncReplies.Handshake> answer =
                call("daemon.handshake", params, REQUEST, SyncReplies.Handshake::of);
        if (answer instanceof Answer.Refused<SyncReplies.Handshake>(var error)) {
            throw new SyncConnectionException(
                    error.code() == SyncError.UNSUPPORTED_VERSION
                            ? "the sync daemon that runs is of another version; `roost sync restart`"
                                    + " replaces it"
                            : "the sync daemon refuses this program: " + error.message());
        }
    }

    // daemon.*

    public SyncReplies.Ping ping() throws InterruptedException {
        return call("daemon.ping", empty(), REQUEST, SyncReplies.Ping::of).orThrow();
    }

    public SyncReplies.Health health() throws InterruptedException {
        return call("daemon.health", empty(), REQUEST, SyncReplies.Health::of).orThrow();
    }

    public SyncReplies.ShutDown shutdown(String reason) throws InterruptedException {
        return call(
                        "daemon.shutdown",
                        empty().put("reason", reason),
                        REQUEST,
                        SyncReplies.ShutDown::of)
                .orThrow();
    }

    // sync.*

    /// @param authKey is not kept
    /// @param platform `linux`, `macos` or `windows`
    public Answer<SyncReplies.Initialized> init(byte[] authKey, String deviceName, String platform)
            throws InterruptedException {
        byte[] encoded = Base64.getEncoder().encode(authKey);
        ObjectNode params = empty();
        params.put("deviceName", deviceName).put("platform", platform);
        long id = nextId();
        byte[] request = withSecret(request(id, "sync.init", params), encoded);
        Arrays.fill(encoded, (byte) 0);
        try {
            return exchange(id, request, LONG, SyncReplies.Initialized::of);
        } finally {
            Arrays.fill(request, (byte) 0);
        }
    }

    /// Puts the key into the message as bytes, so that it is in no text.
    private static byte[] withSecret(byte[] request, byte[] encoded) {
        byte[] name = "\"params\":{".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        int at = indexOf(request, name) + name.length;
        byte[] before = "\"authKey\":\"".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        byte[] after = "\",".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        ByteBuffer all =
                ByteBuffer.allocate(request.length + before.length + encoded.length + after.length);
        all.put(request, 0, at).put(before).put(encoded).put(after);
        all.put(request, at, request.length - at);
        return all.array();
    }

    private static int indexOf(byte[] text, byte[] part) {
        for (int i = 0; i + part.length <= text.length; i++) {
            if (Arrays.equals(text, i, i + part.length, part, 0, part.length)) {
                return i;
            }
        }
        throw new IllegalStateException("a request has parameters");
    }

    public Answer<SyncReplies.Status> status() throws InterruptedException {
        return call("sync.status", empty(), REQUEST, SyncReplies.Status::of);
    }

    /// @param entries at most [#MAX_ENTRIES], which fit into one message; see [#batches]
    public Answer<SyncReplies.Pushed> push(List<PushEntry> entries) throws InterruptedException {
        ObjectNode params = empty();
        ArrayNode list = params.putArray("entries");
        entries.forEach(entry -> list.add(entry.json()));
        return call("sync.push", params, PUSH, SyncReplies.Pushed::of);
    }

    /// Splits entries into what single pushes can carry, in order.
    public static List<List<PushEntry>> batches(List<PushEntry> entries) {
        List<List<PushEntry>> batches = new ArrayList<>();
        List<PushEntry> batch = new ArrayList<>();
        int size = 0;
        for (PushEntry entry : entries) {
            // What surrounds the blob is less than a kilobyte.
            int length = entry.encrypted().length() + 1024;
            if (!batch.isEmpty()
                    && (batch.size() == MAX_ENTRIES || size + length > MAX_MESSAGE - 4096)) {
                batches.add(List.copyOf(batch));
                batch.clear();
                size = 0;
            }
            batch.add(entry);
            size += length;
        }
        if (!batch.isEmpty()) {
            batches.add(List.copyOf(batch));
        }
        return batches;
    }

    /// @param since 0 for everything
    /// @param limit 1 to 1000
    public Answer<SyncReplies.Pulled> pull(long since, int limit) throws InterruptedException {
        ObjectNode params = empty();
        if (since > 0) {
            params.put("since", since);
        }
        params.put("limit", limit);
        return call("sync.pull", params, LONG, SyncReplies.Pulled::of);
    }

    public Answer<SyncReplies.Cycle> now() throws InterruptedException {
        return call("sync.now", empty(), LONG, SyncReplies.Cycle::of);
    }

    public Answer<SyncReplies.Paused> pause() throws InterruptedException {
        return call("sync.pause", empty(), REQUEST, SyncReplies.Paused::of);
    }

    public Answer<SyncReplies.Paused> resume() throws InterruptedException {
        return call("sync.resume", empty(), REQUEST, SyncReplies.Paused::of);
    }

    /// @param remote whether everything is deleted for the other devices too
    public Answer<SyncReplies.WasReset> reset(boolean remote) throws InterruptedException {
        return call(
                "sync.reset",
                empty().put("confirm", true).put("remote", remote),
                LONG,
                SyncReplies.WasReset::of);
    }

    // device.*

    public Answer<String> registerDevice(String name, String platform) throws InterruptedException {
        return call(
                "device.register",
                empty().put("name", name).put("platform", platform),
                REQUEST,
                json -> json.text("deviceId").orElse(""));
    }

    public Answer<List<SyncReplies.Device>> devices() throws InterruptedException {
        return call(
                "device.list",
                empty(),
                REQUEST,
                json -> json.objects("devices").stream().map(SyncReplies.Device::of).toList());
    }

    public Answer<JsonObject> removeDevice(String deviceId) throws InterruptedException {
        return call("device.remove", empty().put("deviceId", deviceId), REQUEST, json -> json);
    }

    // queue.*

    /// @param status `pending` or `failed`; empty for both
    public Answer<SyncReplies.Queue> queue(Optional<String> status, int limit)
            throws InterruptedException {
        ObjectNode params = empty().put("limit", limit);
        status.ifPresent(text -> params.put("status", text));
        return call("queue.list", params, REQUEST, SyncReplies.Queue::of);
    }

    /// @param ids empty for all that failed
    public Answer<Long> retry(List<Long> ids) throws InterruptedException {
        ObjectNode params = empty();
        if (!ids.isEmpty()) {
            ids.forEach(params.putArray("queueIds")::add);
        }
        return call("queue.retry", params, REQUEST, json -> json.number("retried").orElse(0));
    }

    public Answer<Long> discard(List<Long> ids) throws InterruptedException {
        ObjectNode params = empty().put("confirm", true);
        ids.forEach(params.putArray("queueIds")::add);
        return call("queue.discard", params, REQUEST, json -> json.number("discarded").orElse(0));
    }

    // The exchange.

    private static ObjectNode empty() {
        return JsonNodeFactory.instance.objectNode();
    }

    private synchronized long nextId() {
        return ++lastId;
    }

    private static byte[] request(long id, String method, ObjectNode params) {
        ObjectNode request = empty();
        request.put("jsonrpc", "2.0").put("id", id).put("method", method).set("params", params);
        return Codec.print(request);
    }

    private <T> Answer<T> call(
            String method, ObjectNode params, Duration patience, Function<JsonObject, T> reader)
            throws InterruptedException {
        long end = System.nanoTime() + STARTING.toNanos();
        while (true) {
            long id = nextId();
            Answer<T> answer = exchange(id, request(id, method, params), patience, reader);
            if (!(answer instanceof Answer.Refused<T>(SyncError error))
                    || error.code() != SyncError.NOT_INITIALIZED
                    || !error.data().text("state").orElse("").equals("INITIALIZING")
                    || System.nanoTime() - end > 0) {
                return answer;
            }
            // It has just started and looks for its relay.
            Thread.sleep(Math.clamp(error.data().number("retryAfterMs").orElse(200), 50, 1000));
        }
    }

    private synchronized <T> Answer<T> exchange(
            long id, byte[] request, Duration patience, Function<JsonObject, T> reader)
            throws InterruptedException {
        send(request);
        long end = System.nanoTime() + patience.toNanos();
        while (true) {
            byte[] line = lines.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (line == null) {
                close();
                throw new SyncConnectionException("the sync daemon does not answer in time");
            }
            if (line == END) {
                lines.add(END);
                throw new SyncConnectionException("the sync daemon has closed the connection");
            }
            JsonObject reply = parse(line);
            OptionalLong replyId = reply.number("id");
            Optional<JsonObject> error = reply.object("error");
            if (replyId.isPresent() && replyId.getAsLong() == id) {
                return error.isPresent()
                        ? new Answer.Refused<>(error(error.get()))
                        : new Answer.Done<>(
                                reader.apply(reply.object("result").orElseGet(JsonObject::empty)));
            }
            if (error.isPresent() && reply.isNull("id")) {
                // It could not read the request, or has no room for this connection.
                return new Answer.Refused<>(error(error.get()));
            }
            // A notification, or the answer to a request that nobody waits for any more.
        }
    }

    private static SyncError error(JsonObject error) {
        return new SyncError(
                (int) error.number("code").orElse(SyncError.INTERNAL),
                error.text("message").orElse("no message"),
                error.object("data").orElseGet(JsonObject::empty));
    }

    private JsonObject parse(byte[] line) {
        try {
            JsonNode tree = Codec.parse(line);
            return JsonObject.from(tree).orElseThrow(() -> new MalformedJson("no object"));
        } catch (MalformedJson _) {
            close();
            throw new SyncConnectionException("what answers there is no sync daemon");
        }
    }

    private void send(byte[] request) {
        try {
            ByteBuffer bytes = ByteBuffer.allocate(request.length + 1);
            bytes.put(request).put((byte) '\n').flip();
            try {
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
            } finally {
                Arrays.fill(bytes.array(), (byte) 0);
            }
        } catch (IOException _) {
            throw new SyncConnectionException("the sync daemon has closed the connection");
        }
    }

    private void receive() {
        ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);
        var line = new ByteArrayOutputStream();
        try {
            while (channel.read(buffer) >= 0) {
                buffer.flip();
                byte[] array = buffer.array();
                int from = 0;
                for (int i = 0; i < buffer.limit(); i++) {
                    if (array[i] == '\n') {
                        line.write(array, from, i - from);
                        if (line.size() > 0) {
                            lines.add(line.toByteArray());
                        }
                        line.reset();
                        from = i + 1;
                    }
                }
                line.write(array, from, buffer.limit() - from);
                if (line.size() > MAX_ANSWER) {
                    break;
                }
                buffer.clear();
            }
        } catch (IOException _) {
            // Closed, here or there.
        }
        lines.add(END);
        close();
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException _) {
            // It is gone in any case.
        }
    }
}
