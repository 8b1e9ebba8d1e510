package dev.roosthold.relay.jobs;

import dev.roosthold.protocol.JobId;
import dev.roosthold.protocol.MachineId;
import dev.roosthold.protocol.machines.Job;
import dev.roosthold.protocol.machines.JobChanged;
import dev.roosthold.relay.caller.Caller;
import dev.roosthold.relay.limits.LimitRegistry;
import dev.roosthold.relay.limits.Rate;
import dev.roosthold.relay.limits.RateLimiter;
import dev.roosthold.relay.machines.Machines;
import dev.roosthold.relay.store.Lane;
import dev.roosthold.relay.store.OwnedRows;
import dev.roosthold.relay.store.Store;
import dev.roosthold.relay.store.Transaction;
import dev.roosthold.relay.updates.Router;
import dev.roosthold.relay.updates.SentEvent;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/// The scheduled jobs of all machines. Thread-safe.
public final class Jobs {
    static final int MAX_JOBS = 100;

    /// Writes of the jobs of one machine.
    private static final Rate WRITES = new Rate(120, 2);

    private final Store store;
    private final Router router;
    private final RateLimiter writes;

    public Jobs(Store store, Router router, InstantSource clock) {
        this.store = store;
        this.router = router;
        this.writes = new RateLimiter(WRITES, clock);
    }

    /// Names the limits that hold for all relays of a service together.
    public void share(LimitRegistry with) {
        with.add("jobs", writes);
    }

    /// Empty when there is no such machine.
    Optional<List<Job>> list(Caller caller, MachineId machine) {
        return store.readNow(
                sql ->
                        Machines.isReachable(sql, caller, machine)
                                ? Optional.of(JobTable.list(sql, machine))
                                : Optional.empty());
    }

    /// Makes or replaces a job, in one step.
    ///
    /// @param expectedVersion the version that is replaced; 0 makes a job that is not there
    JobWrite put(Caller caller, MachineId machine, JobId id, String data, int expectedVersion) {
        // By account as well: whoever names somebody else's machine takes nothing from it.
        if (!writes.tryTake(caller.account() + " " + machine)) {
            return new JobWrite.TooMany("Too many writes");
        }
        return store.writeNow(
                new Lane(caller.account().value()),
                tx -> {
                    if (!Machines.isReachable(tx, caller, machine)) {
                        return new JobWrite.UnknownMachine();
                    }
                    Optional<Job> current = JobTable.find(tx, machine, id);
                    if (current.map(Job::version).orElse(0) != expectedVersion) {
                        return new JobWrite.Mismatch(current);
                    }
                    if (current.isEmpty() && JobTable.count(tx, machine) >= MAX_JOBS) {
                        return new JobWrite.TooMany("Too many jobs");
                    }
                    Job now =
                            current.isEmpty()
                                    ? JobTable.insert(tx, machine, id, data)
                                    : JobTable.replace(tx, machine, id, data, expectedVersion)
                                            .orElseThrow(
                                                    () ->
                                                            new IllegalStateException(
                                                                    "changed meanwhile"));
                    tell(tx, caller, new JobChanged(machine, id, now.version()));
                    return new JobWrite.Saved(now);
                });
    }

    /// False when there is no such job.
    boolean remove(Caller caller, MachineId machine, JobId id) {
        return store.writeNow(
                new Lane(caller.account().value()),
                tx -> {
                    if (!Machines.isReachable(tx, caller, machine)
                            || !JobTable.delete(tx, machine, id)) {
                        return false;
                    }
                    tell(tx, caller, new JobChanged(machine, id, 0));
                    return true;
                });
    }

    private void tell(Transaction tx, Caller caller, JobChanged change) {
        tx.afterCommit(
                () ->
                        router.toMachineAndUsers(
                                caller.account(),
                                change.machineId(),
                                SentEvent.MACHINE_JOBS,
                                change));
    }

    /// What the tables of this feature hold of an account.
    public static List<OwnedRows> ofAccount() {
        return JobTable.OF_ACCOUNT;
    }

    /// Takes all versions forward, so that none that was given out after a backup is given out
    /// again.
    public static void renumber(Transaction tx, long by) throws SQLException {
        JobTable.renumber(tx, by);
    }
}
