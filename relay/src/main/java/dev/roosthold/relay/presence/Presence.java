package dev.roosthold.relay.presence;

import dev.roosthold.protocol.updates.Ephemeral;
import dev.roosthold.relay.store.Store;
import dev.roosthold.relay.updates.Router;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The leases of machines. Thread-safe; time passes only by [#sweep()] and [#flush()], which the
/// relay calls now and then.
///
/// Everything that touches a lease happens inside one atomic step of the map, changes are submitted
/// to the store inside that step, and the store commits in the order of submission: so the row, the
/// events and the lease go through the same changes in the same order.
public final class Presence {
    private static final Logger LOG = LoggerFactory.getLogger(Presence.class);

    static final Duration GRACE = Duration.ofSeconds(5);
    static final Duration SILENCE = Duration.ofSeconds(60);

    /// A heartbeat older than this says nothing.
    static final Duration OLDEST_HEARTBEAT = Duration.ofMinutes(10);

    /// A row's time may lag by this much while the machine is online.
    static final Duration WRITE_AFTER = Duration.ofSeconds(30);

    private static final int FLUSH_BATCH = 1_000;

    private final Store store;
    private final Router router;
    private final MachineRegister register;
    private final InstantSource clock;
    private final ConcurrentHashMap<MachineKey, Lease> leases = new ConcurrentHashMap<>();
    private volatile boolean stopped;

    /// How a socket ended.
    public enum End {
        /// The client said so: it means to stay away.
        PLANNED,
        /// It stopped answering.
        SILENT,
        /// Anything else; the machine may be back in a moment.
        BROKEN
    }

    public Presence(Store store, Router router, MachineRegister register, InstantSource clock) {
        this.store = store;
        this.router = router;
        this.register = register;
        this.clock = clock;
    }

    /// Whether the machine is online and when it was active last; empty when there is no lease, the
    /// machine then being offline and its row telling the time.
    public Optional<Activity> of(MachineKey machine) {
        Lease lease = leases.get(machine);
        if (lease == null) {
            return Optional.empty();
        }
        var found = new Activity[1];
        leases.computeIfPresent(
                machine,
                (_, current) -> {
                    if (current.registered) {
                        found[0] = current.activity();
                    }
                    return current;
                });
        return Optional.ofNullable(found[0]);
    }

    /// A machine-scoped socket has come. The machine is online only once it is known to have a row,
    /// see [#registered].
    public void connected(MachineKey machine, String socketId) {
        leases.compute(
                machine,
                (_, lease) -> {
                    Lease current = lease == null ? new Lease() : lease;
                    current.heardAtMs.put(socketId, clock.millis());
                    return current;
                });
    }

    /// The machine has a row in its account: it was found when a socket came, or it was made. Call
    /// it in commit order, after the commit.
    public void registered(MachineKey machine) {
        leases.computeIfPresent(
                machine,
                (_, lease) -> {
                    lease.registered = true;
                    if (!lease.heardAtMs.isEmpty()) {
                        lease.graceEndsAtMs = 0;
                        if (lease.online) {
                            tell(machine, lease.activity());
                        } else {
                            change(machine, lease, true, clock.millis());
                        }
                    }
                    return lease;
                });
    }

    /// The row is gone. Call it in commit order, after the commit.
    public void removed(MachineKey machine) {
        leases.computeIfPresent(
                machine,
                (_, lease) -> {
                    lease.registered = false;
                    lease.online = false;
                    lease.graceEndsAtMs = 0;
                    lease.unsaved = false;
                    return lease.idle() ? null : lease;
                });
    }

    /// The socket sent something.
    public void heard(MachineKey machine, String socketId) {
        leases.computeIfPresent(
                machine,
                (_, lease) -> {
                    lease.heardAtMs.computeIfPresent(socketId, (_, _) -> clock.millis());
                    return lease;
                });
    }

    /// A heartbeat of a machine's own socket. Times in the future count as now, times too far in
    /// the past not at all; machines without a row and other sockets change nothing.
    public void heartbeat(MachineKey machine, String socketId, long timeMs) {
        long now = clock.millis();
        if (timeMs < now - OLDEST_HEARTBEAT.toMillis()) {
            return;
        }
        leases.computeIfPresent(
                machine,
                (_, lease) -> {
                    if (lease.online && lease.heardAtMs.containsKey(socketId)) {
                        lease.activeAtMs = Math.min(timeMs, now);
                        tell(machine, lease.activity());
                    }
                    return lease;
                });
    }

    /// The machine did something that counts as activity; makes nothing online.
    public void touched(MachineKey machine) {
        leases.computeIfPresent(
                machine,
                (_, lease) -> {
                    if (lease.online) {
                        lease.activeAtMs = clock.millis();
                    }
                    return lease;
                });
    }

    public void disconnected(MachineKey machine, String socketId, End end) {
        long now = clock.millis();
        leases.computeIfPresent(
                machine,
                (_, lease) -> {
                    Long heard = lease.heardAtMs.remove(socketId);
                    if (heard != null && lease.heardAtMs.isEmpty() && lease.online) {
                        switch (end) {
                            case PLANNED -> change(machine, lease, false, now);
                            case SILENT -> change(machine, lease, false, heard);
                            case BROKEN -> {
                                lease.activeAtMs = now;
                                lease.graceEndsAtMs = now + GRACE.toMillis();
                            }
                        }
                    }
                    return lease.idle() ? null : lease;
                });
    }

    /// Ends what has run out: graces and silent sockets. Repeats writes that failed.
    public void sweep() {
        long now = clock.millis();
        for (MachineKey machine : leases.keySet()) {
            leases.computeIfPresent(machine, (_, lease) -> sweep(machine, lease, now));
        }
    }

    /// Writes the times of activity that the rows do not have yet.
    public void flush() {
        var times = new HashMap<MachineKey, Long>();
        for (MachineKey machine : leases.keySet()) {
            leases.computeIfPresent(
                    machine,
                    (_, lease) -> {
                        long lag = Math.abs(lease.activeAtMs - lease.writtenActiveAtMs);
                        if (lease.online && lag >= WRITE_AFTER.toMillis()) {
                            lease.writtenActiveAtMs = lease.activeAtMs;
                            times.put(machine, lease.activeAtMs);
                        }
                        return lease;
                    });
        }
        var entries = List.copyOf(times.entrySet());
        for (int from = 0; from < entries.size(); from += FLUSH_BATCH) {
            saveActivities(entries.subList(from, Math.min(entries.size(), from + FLUSH_BATCH)));
        }
    }

    /// Takes everything offline in the rows, telling nobody: the relay stops. Later calls of other
    /// methods change nothing any more.
    public void stop() {
        stopped = true;
        var last = new ArrayList<Map.Entry<MachineKey, Activity>>();
        for (MachineKey machine : leases.keySet()) {
            leases.computeIfPresent(
                    machine,
                    (_, lease) -> {
                        if (lease.online || lease.unsaved) {
                            last.add(Map.entry(machine, new Activity(false, lease.activeAtMs)));
                        }
                        return null;
                    });
        }
        for (int from = 0; from < last.size(); from += FLUSH_BATCH) {
            var batch = last.subList(from, Math.min(last.size(), from + FLUSH_BATCH));
            var _ =
                    store.write(
                            tx -> {
                                for (var entry : batch) {
                                    register.saveStatus(tx, entry.getKey(), entry.getValue());
                                }
                                return batch.size();
                            });
        }
    }

    /// How many machines have lost their last socket a moment ago and still count as online.
    public long inGrace() {
        return leases.values().stream().filter(lease -> lease.graceEndsAtMs != 0).count();
    }

    private @Nullable Lease sweep(MachineKey machine, Lease lease, long now) {
        var silent = new ArrayList<String>();
        long latest = 0;
        for (var socket : lease.heardAtMs.entrySet()) {
            if (now - socket.getValue() >= SILENCE.toMillis()) {
                silent.add(socket.getKey());
                latest = Math.max(latest, socket.getValue());
            }
        }
        for (String socketId : silent) {
            lease.heardAtMs.remove(socketId);
            router.closeSocket(socketId);
        }
        if (!silent.isEmpty() && lease.heardAtMs.isEmpty() && lease.online) {
            change(machine, lease, false, latest);
        } else if (lease.graceEndsAtMs != 0 && now >= lease.graceEndsAtMs) {
            change(machine, lease, false, lease.activeAtMs);
        } else if (lease.unsaved) {
            save(machine, lease);
        }
        return lease.idle() ? null : lease;
    }

    private void change(MachineKey machine, Lease lease, boolean online, long activeAtMs) {
        if (stopped) {
            return;
        }
        lease.online = online;
        lease.activeAtMs = activeAtMs;
        lease.graceEndsAtMs = 0;
        save(machine, lease);
    }

    private void save(MachineKey machine, Lease lease) {
        Activity activity = lease.activity();
        boolean retry = lease.unsaved;
        lease.unsaved = false;
        lease.writing++;
        lease.writtenActiveAtMs = activity.activeAtMs();
        var _ =
                store.write(
                                tx -> {
                                    boolean exists = register.saveStatus(tx, machine, activity);
                                    if (exists && !retry) {
                                        tx.afterCommit(() -> tell(machine, activity));
                                    }
                                    return exists;
                                })
                        .whenComplete((_, failure) -> saved(machine, activity, retry, failure));
    }

    private void saved(
            MachineKey machine, Activity activity, boolean retry, @Nullable Throwable failure) {
        leases.computeIfPresent(
                machine,
                (_, lease) -> {
                    lease.writing--;
                    if (failure != null && !stopped) {
                        // The disk may be full; who is connected must be told all the same.
                        LOG.warn(
                                "presence of a machine was not written, will be repeated", failure);
                        lease.unsaved = lease.registered;
                        if (!retry) {
                            tell(machine, activity);
                        }
                    }
                    return lease.idle() ? null : lease;
                });
    }

    private void saveActivities(List<Map.Entry<MachineKey, Long>> times) {
        var _ =
                store.write(
                        tx -> {
                            for (var entry : times) {
                                register.saveActivity(tx, entry.getKey(), entry.getValue());
                            }
                            return times.size();
                        });
    }

    private void tell(MachineKey machine, Activity activity) {
        router.ephemeral(
                machine.account(),
                new Ephemeral.MachineActivity(
                        machine.machine(), activity.active(), activity.activeAtMs()));
    }
}
