package dev.roosthold.relay.watch;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.roosthold.protocol.DeviceId;
import dev.roosthold.relay.http.RequestListener;
import dev.roosthold.relay.limits.ClientAddress;
import dev.roosthold.relay.limits.LogBudget;
import dev.roosthold.relay.limits.Rate;
import dev.roosthold.relay.socket.ConnectionListener;
import dev.roosthold.relay.socket.SocketCaller;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Logs devices that keep asking for what is not there: ids of other accounts are answered like ids
/// of nobody, so whoever tries them out shows by the number of misses alone. It looks nothing up,
/// so that both kinds of miss cost the same, and says nothing of what was asked for.
///
/// Of each device one line in a minute, 20 lines and then one a minute of all; misses of 10,000
/// devices are counted at one time. Thread-safe.
public final class ProbeLog implements RequestListener, ConnectionListener {
    private static final Logger LOG = LoggerFactory.getLogger(ProbeLog.class);

    /// More than clients do: they look for a few things of their own that may be absent.
    public static final int USUAL_MISSES = 120;

    private static final Duration WINDOW = Duration.ofMinutes(1);
    private static final int DEVICES = 10_000;

    private final LogBudget budget = LogBudget.of(new Rate(20, 1 / 60.0));
    private final LongAdder noted = new LongAdder();
    private final Cache<DeviceId, AtomicInteger> misses;

    public ProbeLog(InstantSource clock) {
        Ticker ticker = () -> TimeUnit.MILLISECONDS.toNanos(clock.millis());
        // The window begins with the first miss.
        misses =
                Caffeine.newBuilder()
                        .maximumSize(DEVICES)
                        .expireAfterWrite(WINDOW)
                        .ticker(ticker)
                        .build();
    }

    /// How often a device has exceeded [#USUAL_MISSES] in a minute.
    public long noted() {
        return noted.sum();
    }

    @Override
    public void answered(Answered request) {
        if (request.status() == 404) {
            request.device().ifPresent(device -> missed(device, request.address()));
        }
    }

    @Override
    public void missed(SocketCaller socket, String event) {
        missed(socket.caller().device(), ClientAddress.of(socket.remote()));
    }

    private void missed(DeviceId device, String address) {
        int count = misses.get(device, _ -> new AtomicInteger()).incrementAndGet();
        if (count != USUAL_MISSES) {
            return;
        }
        noted.increment();
        budget.tryTake()
                .ifPresent(
                        withheld ->
                                LOG.atWarn()
                                        .addKeyValue("device", device.value())
                                        .addKeyValue("misses", count)
                                        .addKeyValue("address", address)
                                        .addKeyValue("withheld", withheld)
                                        .log("a device asks for much that is not there"));
    }
}
