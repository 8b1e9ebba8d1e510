package dev.roosthold.jazz.relay;

import dev.roosthold.jazz.ids.CoId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Values that know nothing of those in other spaces, and who is connected to them. Relay thread
/// only.
final class Space {
    final long num;
    final String name;

    /// What the values take in the file.
    long bytes;

    final Set<RelayPeer> peers = new LinkedHashSet<>();
    private final Map<CoId, List<Subscription>> followers = new HashMap<>();
    private final Map<CoId, List<Waiting>> waiting = new HashMap<>();

    /// What waits, by what it is.
    private final Map<CoId, List<Waiting>> parked = new HashMap<>();

    Space(long num, String name, long bytes) {
        this.num = num;
        this.name = name;
        this.bytes = bytes;
    }

    List<Subscription> followers(CoId id) {
        return followers.getOrDefault(id, List.of());
    }

    void follow(Subscription subscription) {
        followers.computeIfAbsent(subscription.id, _ -> new ArrayList<>(2)).add(subscription);
    }

    void unfollow(Subscription subscription) {
        followers.computeIfPresent(
                subscription.id,
                (_, all) -> {
                    all.remove(subscription);
                    return all.isEmpty() ? null : all;
                });
    }

    void park(Waiting content) {
        for (CoId id : content.missing) {
            waiting.computeIfAbsent(id, _ -> new ArrayList<>(2)).add(content);
        }
        parked.computeIfAbsent(content.content.id(), _ -> new ArrayList<>(2)).add(content);
    }

    void unpark(Waiting content) {
        for (CoId id : content.missing) {
            remove(waiting, id, content);
        }
        remove(parked, content.content.id(), content);
    }

    private static void remove(Map<CoId, List<Waiting>> from, CoId id, Waiting content) {
        from.computeIfPresent(
                id,
                (_, all) -> {
                    all.remove(content);
                    return all.isEmpty() ? null : all;
                });
    }

    /// The latest content of a value that a peer has sent and that waits, or null.
    @Nullable Waiting latest(CoId id, RelayPeer peer) {
        for (Waiting content : parked.getOrDefault(id, List.of()).reversed()) {
            if (content.peer == peer) {
                return content;
            }
        }
        return null;
    }

    /// Waiting content that would bring a value into being, or null.
    @Nullable Waiting bringing(CoId id) {
        for (Waiting content : parked.getOrDefault(id, List.of())) {
            if (content.content.header() != null) {
                return content;
            }
        }
        return null;
    }

    /// What waited for a value that has come, and waits for nothing else.
    List<Waiting> arrived(CoId id) {
        List<Waiting> all = waiting.remove(id);
        if (all == null) {
            return List.of();
        }
        var ready = new ArrayList<Waiting>();
        for (Waiting content : all) {
            content.missing.remove(id);
            if (content.missing.isEmpty()) {
                remove(parked, content.content.id(), content);
                ready.add(content);
            }
        }
        return ready;
    }
}
