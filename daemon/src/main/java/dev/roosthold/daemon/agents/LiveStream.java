package dev.roosthold.daemon.agents;

import dev.roosthold.client.EncryptedJson;
import dev.roosthold.client.RelaySocket;
import dev.roosthold.client.Scheduler;
import dev.roosthold.protocol.SessionId;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Text while it is made, for whoever looks on. Nothing of it is kept: the message that follows has
/// all. Thread-safe.
///
/// Text is gathered for a moment, so that a session stays far below the 50 frames that the relay
/// lets through in a second. Frames count from 0; one that could not be sent leaves a hole.
final class LiveStream {
    private static final Duration PERIOD = Duration.ofMillis(60);

    /// Characters of one frame: three bytes each, JSON escapes, and base64 on top stay below 64
    /// KiB for text of any script.
    private static final int PART = 12_000;

    private static final int MAX_WAITING = 256 * 1024;

    private final String id = UUID.randomUUID().toString();
    private final SessionId session;
    private final EncryptedJson encryption;
    private final Supplier<Optional<RelaySocket>> socket;
    private final Scheduler scheduler;
    private final String turn;
    private final boolean thinking;
    private final StringBuilder waiting = new StringBuilder();
    private long number;
    private long sentAtNanos = System.nanoTime() - PERIOD.toNanos();
    private boolean scheduled;
    private boolean over;

    LiveStream(
            SessionId session,
            EncryptedJson encryption,
            Supplier<Optional<RelaySocket>> socket,
            Scheduler scheduler,
            String turn,
            boolean thinking) {
        this.session = session;
        this.encryption = encryption;
        this.socket = socket;
        this.scheduler = scheduler;
        this.turn = turn;
        this.thinking = thinking;
    }

    String id() {
        return id;
    }

    synchronized void append(String text) {
        if (over) {
            return;
        }
        if (waiting.length() + text.length() > MAX_WAITING) {
            waiting.setLength(0);
            number++;
            return;
        }
        waiting.append(text);
        if (!scheduled && System.nanoTime() - sentAtNanos >= PERIOD.toNanos()) {
            // The first words are seen at once.
            send();
        }
        schedule();
    }

    private void schedule() {
        if (!scheduled && !waiting.isEmpty()) {
            scheduled = true;
            var _ = scheduler.after(PERIOD, () -> Thread.startVirtualThread(this::flush));
        }
    }

    private synchronized void flush() {
        scheduled = false;
        if (over) {
            return;
        }
        send();
        schedule();
    }

    private void send() {
        int end = Math.min(waiting.length(), PART);
        if (end == 0) {
            return;
        }
        if (end < waiting.length() && Character.isHighSurrogate(waiting.charAt(end - 1))) {
            end--;
        }
        String part = waiting.substring(0, end);
        waiting.delete(0, end);
        long n = number++;
        sentAtNanos = System.nanoTime();
        Optional<RelaySocket> live = socket.get();
        if (live.isEmpty()) {
            return;
        }
        ObjectNode frame = JsonNodeFactory.instance.objectNode();
        frame.put("t", "text").put("turn", turn).put("text", part);
        if (thinking) {
            frame.put("thinking", true);
        }
        ObjectNode event = JsonNodeFactory.instance.objectNode();
        event.put("sid", session.value());
        event.put("streamId", id);
        event.put("n", n);
        event.put("data", encryption.seal(frame));
        live.get().emit("session-stream", event);
    }

    /// The stored message follows: what still waits would come too late.
    synchronized void end() {
        over = true;
        waiting.setLength(0);
    }
}
