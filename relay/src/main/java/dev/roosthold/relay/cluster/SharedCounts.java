package dev.roosthold.relay.cluster;

import dev.roosthold.protocol.AccountId;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/// How much of something each account has at the other nodes, as each of them tells every second.
/// What a node told counts until it tells something else, or nothing for some seconds.
/// Thread-safe.
public final class SharedCounts {
    /// How often [#tell] is to be called.
    public static final Duration BEAT = Duration.ofSeconds(1);

    private static final long OLD_NANOS = Duration.ofSeconds(4).toNanos();
    private static final int MOST = 10_000;

    private final Channels channels;
    private final String kind;
    private final String node;
    private final Supplier<Map<AccountId, Integer>> counts;
    private final Map<String, Told> byNode = new ConcurrentHashMap<>();
    private boolean toldSome;

    private record Told(Map<AccountId, Integer> counts, long atNanos) {
        boolean isOld(long nowNanos) {
            return nowNanos - atNanos > OLD_NANOS;
        }
    }

    /// @param kind what is counted; the same at all nodes
    /// @param counts of this node, those that are worth telling
    public SharedCounts(
            Channels channels, String kind, String node, Supplier<Map<AccountId, Integer>> counts) {
        this.channels = channels;
        this.kind = kind;
        this.node = node;
        this.counts = counts;
        channels.onAll(kind, this::heard);
    }

    /// What all other nodes have of it together.
    public int elsewhere(AccountId account) {
        int sum = 0;
        long now = System.nanoTime();
        for (Told told : byNode.values()) {
            sum += told.isOld(now) ? 0 : told.counts().getOrDefault(account, 0);
        }
        return sum;
    }

    /// Tells the other nodes what there is here. Does not block.
    public synchronized void tell() {
        long now = System.nanoTime();
        byNode.values().removeIf(told -> told.isOld(now));
        Map<AccountId, Integer> here = counts.get();
        if (here.isEmpty() && !toldSome) {
            return;
        }
        toldSome = !here.isEmpty();
        var text = new StringBuilder();
        here.entrySet().stream()
                .limit(MOST)
                .forEach(
                        one ->
                                text.append(one.getValue())
                                        .append(' ')
                                        .append(one.getKey().value())
                                        .append('\n'));
        channels.tellAll(List.of(kind, node), text.toString().getBytes(StandardCharsets.UTF_8));
    }

    private void heard(Message message) {
        Map<AccountId, Integer> theirs = new HashMap<>();
        new String(message.body(), StandardCharsets.UTF_8)
                .lines()
                .forEach(
                        line -> {
                            int end = line.indexOf(' ');
                            theirs.put(
                                    new AccountId(line.substring(end + 1)),
                                    Integer.parseInt(line.substring(0, end)));
                        });
        byNode.put(message.part(1), new Told(theirs, System.nanoTime()));
    }
}
