package dev.roosthold.jazz.relay;

import dev.roosthold.jazz.ids.CoId;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Heads of values that were used lately, up to a weight. Relay thread only.
final class HeadCache {
    /// A value in its space.
    record Key(long space, CoId id) {}

    private final long limit;
    private final LinkedHashMap<Key, Head> heads = new LinkedHashMap<>(64, 0.75f, true);
    private final Map<Key, Long> weights = new HashMap<>();
    private long weight;

    HeadCache(long limit) {
        this.limit = limit;
    }

    @Nullable Head get(long space, CoId id) {
        return heads.get(new Key(space, id));
    }

    /// Adds a head, or weighs it again; others may leave for it.
    void put(long space, Head head) {
        var key = new Key(space, head.id);
        long now = head.weight();
        Long before = weights.put(key, now);
        weight += now - (before == null ? 0 : before);
        heads.put(key, head);
        Iterator<Key> oldest = heads.keySet().iterator();
        while (weight > limit && heads.size() > 1 && oldest.hasNext()) {
            Key leaving = oldest.next();
            if (!leaving.equals(key)) {
                oldest.remove();
                forgetWeight(leaving);
            }
        }
    }

    void remove(long space, CoId id) {
        var key = new Key(space, id);
        if (heads.remove(key) != null) {
            forgetWeight(key);
        }
    }

    void removeAll(long space) {
        heads.keySet()
                .removeIf(
                        key -> {
                            boolean gone = key.space() == space;
                            if (gone) {
                                forgetWeight(key);
                            }
                            return gone;
                        });
    }

    private void forgetWeight(Key key) {
        Long gone = weights.remove(key);
        weight -= gone == null ? 0 : gone;
    }
}
