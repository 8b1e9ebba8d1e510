package dev.roosthold.relay.auth;

import dev.roosthold.protocol.DeviceId;
import dev.roosthold.relay.limits.ClientAddress;
import dev.roosthold.relay.store.Lane;
import dev.roosthold.relay.store.Store;
import java.net.SocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// When and from where devices were seen last: noted in memory, at most once a minute for each, and
/// written together now and then. Thread-safe.
public final class DeviceActivity {
    /// No write of an account touches devices.
    private static final Lane LANE = new Lane("device activity");

    private static final long DEBOUNCE_MS = Duration.ofMinutes(1).toMillis();
    private static final long FORGET_MS = Duration.ofMinutes(5).toMillis();

    private record Seen(long atMs, String address, boolean written) {}

    private final InstantSource clock;
    private final Map<DeviceId, Seen> latest = new ConcurrentHashMap<>();

    public DeviceActivity(InstantSource clock) {
        this.clock = clock;
    }

    public void seen(DeviceId device, SocketAddress from) {
        long now = clock.millis();
        Seen before = latest.get(device);
        if (before == null || now - before.atMs() >= DEBOUNCE_MS) {
            latest.put(device, new Seen(now, ClientAddress.of(from), false));
        }
    }

    long lastSeenMs(DeviceId device) {
        Seen seen = latest.get(device);
        return seen == null ? 0 : seen.atMs();
    }

    Optional<String> lastAddress(DeviceId device) {
        return Optional.ofNullable(latest.get(device)).map(Seen::address);
    }

    /// Writes what is new, in one transaction, and forgets what was written long ago.
    public void flush(Store store) {
        long now = clock.millis();
        latest.values().removeIf(seen -> seen.written() && now - seen.atMs() > FORGET_MS);
        var news = new ArrayList<Map.Entry<DeviceId, Seen>>();
        latest.forEach(
                (device, seen) -> {
                    if (!seen.written()) {
                        news.add(Map.entry(device, seen));
                    }
                });
        if (news.isEmpty()) {
            return;
        }
        var _ =
                store.write(
                        LANE,
                        tx -> {
                            for (var entry : news) {
                                tx.execute(
                                        "UPDATE device SET last_seen = ?, last_address = ? WHERE id = ?",
                                        entry.getValue().atMs(),
                                        entry.getValue().address(),
                                        entry.getKey().value());
                            }
                            tx.afterCommit(() -> news.forEach(this::markWritten));
                            return news.size();
                        });
    }

    private void markWritten(Map.Entry<DeviceId, Seen> entry) {
        Seen seen = entry.getValue();
        latest.replace(entry.getKey(), seen, new Seen(seen.atMs(), seen.address(), true));
    }
}
