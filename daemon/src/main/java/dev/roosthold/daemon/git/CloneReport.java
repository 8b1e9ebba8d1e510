package dev.roosthold.daemon.git;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Turns what git writes about its progress into frames, few enough for the relay, and remembers
/// what it complained of. Thread-safe.
final class CloneReport {
    private static final Duration PERIOD = Duration.ofMillis(250);
    private static final Pattern PROGRESS =
            Pattern.compile("(?:remote: )?([A-Z][A-Za-z -]{2,40}): +(\\d{1,3})% .*");
    private static final Pattern USER_INFO = Pattern.compile("://[^/@\\s]*@");
    private static final int MAX_LINE = 400;
    private static final int MAX_COMPLAINT = 1_000;

    private final ProgressStream stream;
    private final Optional<String> streamId;
    private final StringBuilder line = new StringBuilder();
    private final StringBuilder complaint = new StringBuilder();
    private long number;
    private long nextAt = System.nanoTime();
    private String phase = "";

    /// @param streamId empty when the caller wants no progress
    CloneReport(ProgressStream stream, Optional<String> streamId) {
        this.stream = stream;
        this.streamId = streamId;
    }

    /// A character of git's standard error; lines end with `\n`, or with `\r` when they are to be
    /// overwritten.
    synchronized void take(int c) {
        if (c == '\n' || c == '\r') {
            end(line.toString());
            line.setLength(0);
        } else if (line.length() < MAX_LINE) {
            line.append((char) c);
        }
    }

    private void end(String text) {
        Matcher progress = PROGRESS.matcher(text);
        if (progress.matches()) {
            String now = progress.group(1);
            long time = System.nanoTime();
            if (!now.equals(phase) || time - nextAt >= 0) {
                phase = now;
                nextAt = time + PERIOD.toNanos();
                ObjectNode frame = frame("progress");
                frame.put("phase", now);
                frame.put("percent", Integer.parseInt(progress.group(2)));
                send(frame);
            }
        } else if ((text.startsWith("fatal:")
                        || text.startsWith("error:")
                        || text.contains("ERROR"))
                && complaint.length() < MAX_COMPLAINT) {
            complaint.append(complaint.isEmpty() ? "" : "; ").append(text);
        }
    }

    /// What git said went wrong, without credentials; may be empty.
    synchronized String complaint() {
        return USER_INFO.matcher(complaint).replaceAll("://");
    }

    /// The last frame of the stream.
    ///
    /// @param result the answer of the method
    synchronized void finish(ObjectNode result) {
        boolean done = result.path("success").asBoolean(false);
        ObjectNode frame = frame(done ? "done" : "failed");
        frame.setAll(result);
        send(frame);
    }

    private static ObjectNode frame(String type) {
        return JsonNodeFactory.instance.objectNode().put("type", type);
    }

    private void send(ObjectNode frame) {
        if (streamId.isPresent()) {
            stream.send(streamId.get(), number, frame);
            number++;
        }
    }
}
