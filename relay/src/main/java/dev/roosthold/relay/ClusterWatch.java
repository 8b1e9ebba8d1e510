package dev.roosthold.relay;

import dev.roosthold.protocol.DeviceId;
import dev.roosthold.relay.auth.Devices;
import dev.roosthold.relay.cluster.Bus;
import dev.roosthold.relay.machines.Machines;
import dev.roosthold.relay.sessions.Sessions;
import dev.roosthold.relay.store.StoreException;
import dev.roosthold.relay.updates.Lines;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps this node to what is true on all of them: tells and hears of revocations, sees to what
/// dead nodes leave, and looks in the database for what may not have been heard. Thread-safe.
final class ClusterWatch {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterWatch.class);

    private static final String REVOKED = "revoked";

    /// How long a credential counts without another look, while nodes hear each other and while
    /// they do not.
    private static final Duration TRUST = Duration.ofSeconds(10);

    private static final Duration TRUST_DEAF = Duration.ofMillis(500);

    /// Every so many looks the sockets' credentials are looked up, if nodes hear each other; if
    /// not, at each look.
    private static final int RECHECK = 10;

    private static final int RECONCILE = 30;

    private final Bus bus;
    private final Lines lines;
    private final Devices devices;
    private final DeviceSockets sockets;
    private final Machines machines;
    private final Sessions sessions;
    private final Executor blocking;
    private final AtomicBoolean rechecking = new AtomicBoolean();
    private volatile boolean returned;
    private int looks;

    ClusterWatch(
            Membership membership,
            Lines lines,
            Devices devices,
            DeviceSockets sockets,
            Machines machines,
            Sessions sessions,
            Executor blocking) {
        this.bus = membership.bus();
        this.lines = lines;
        this.devices = devices;
        this.sockets = sockets;
        this.machines = machines;
        this.sessions = sessions;
        this.blocking = blocking;
        var channels = membership.channels();
        devices.trustFor(() -> bus.isConnected() ? TRUST : TRUST_DEAF);
        devices.onRevoked(device -> channels.tellAll(List.of(REVOKED, device.value())));
        channels.onAll(REVOKED, message -> devices.revokedElsewhere(new DeviceId(message.part(1))));
        bus.onReturn(() -> returned = true);
        membership.nodes().whenGone(this::bury);
        membership.nodes().whenForgotten(this::repeat);
    }

    private void bury(String node) {
        boolean more = true;
        while (more) {
            boolean ofMachines = machines.presence().bury(node);
            boolean ofSessions = sessions.presence().bury(node);
            more = ofMachines || ofSessions;
        }
    }

    private void repeat() {
        machines.presence().repeat();
        sessions.presence().repeat();
    }

    /// Called every second; returns at once.
    void look() {
        lines.check();
        looks++;
        boolean all = returned;
        if (all) {
            returned = false;
        }
        boolean recheck = all || !bus.isConnected() || looks % RECHECK == 0;
        boolean reconcile = all || looks % RECONCILE == 0;
        if ((recheck || reconcile) && rechecking.compareAndSet(false, true)) {
            blocking.execute(
                    () -> {
                        try {
                            if (recheck) {
                                devices.recheck(sockets.devices());
                            }
                            if (reconcile) {
                                machines.presence().reconcile();
                                sessions.presence().reconcile();
                            }
                        } catch (StoreException e) {
                            LOG.debug("not looked up, will be repeated", e);
                        } finally {
                            rechecking.set(false);
                        }
                    });
        }
    }
}
