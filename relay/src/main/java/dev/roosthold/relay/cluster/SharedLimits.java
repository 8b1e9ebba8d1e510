package dev.roosthold.relay.cluster;

import dev.roosthold.relay.limits.LimitRegistry;
import dev.roosthold.relay.limits.SharedLimit;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;

/// Lets the limits of one node count what happens at the others: each tells the others twice a
/// second what was counted. Whoever goes from node to node is so stopped half a second late, and
/// while nodes do not hear each other each counts alone. Thread-safe.
public final class SharedLimits implements LimitRegistry {
    /// How often [#tell] is to be called.
    public static final Duration BEAT = Duration.ofMillis(500);

    private static final String KIND = "limits";

    /// Of one limit in one beat; the rest counts at this node alone.
    private static final int MAX_KEYS = 5_000;

    private static final int KEYS_OF_A_MESSAGE = 1_000;
    private static final int MAX_KEY = 256;

    private final Channels channels;
    private final BooleanSupplier hasOthers;
    private final Map<String, SharedLimit> limits = new ConcurrentHashMap<>();
    private final Map<String, Map<String, Integer>> counted = new ConcurrentHashMap<>();

    /// @param hasOthers whether there is anybody to tell
    public SharedLimits(Channels channels, BooleanSupplier hasOthers) {
        this.channels = channels;
        this.hasOthers = hasOthers;
        channels.onAll(KIND, this::heard);
    }

    @Override
    public void add(String name, SharedLimit limit) {
        limits.put(name, limit);
        limit.whenCounted(key -> count(name, key));
    }

    private void count(String name, String key) {
        if (key.length() > MAX_KEY || key.indexOf('\n') >= 0) {
            return;
        }
        Map<String, Integer> keys = counted.computeIfAbsent(name, _ -> new ConcurrentHashMap<>());
        if (keys.size() < MAX_KEYS || keys.containsKey(key)) {
            keys.merge(key, 1, Integer::sum);
        }
    }

    /// Tells the other nodes what was counted since the last time. Does not block.
    public void tell() {
        boolean somebody = hasOthers.getAsBoolean();
        for (String name : List.copyOf(counted.keySet())) {
            // What is counted into it at this very moment may be left out, once.
            Map<String, Integer> keys = counted.remove(name);
            if (keys != null && somebody) {
                tell(name, keys);
            }
        }
    }

    private void tell(String name, Map<String, Integer> keys) {
        var text = new StringBuilder();
        int count = 0;
        for (Map.Entry<String, Integer> key : keys.entrySet()) {
            text.append(key.getValue()).append(' ').append(key.getKey()).append('\n');
            count++;
            if (count % KEYS_OF_A_MESSAGE == 0) {
                send(name, text);
            }
        }
        if (!text.isEmpty()) {
            send(name, text);
        }
    }

    private void send(String name, StringBuilder text) {
        channels.tellAll(List.of(KIND, name), text.toString().getBytes(StandardCharsets.UTF_8));
        text.setLength(0);
    }

    private void heard(Message message) {
        SharedLimit limit = limits.get(message.part(1));
        if (limit == null) {
            // Of a newer version.
            return;
        }
        new String(message.body(), StandardCharsets.UTF_8)
                .lines()
                .forEach(
                        line -> {
                            int end = line.indexOf(' ');
                            limit.countedElsewhere(
                                    line.substring(end + 1),
                                    Integer.parseInt(line.substring(0, end)));
                        });
    }
}
