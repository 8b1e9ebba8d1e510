package dev.roosthold.conformance.crowd;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;

/// Ends nodes and what they stand on, one after the other, and starts each again, at times drawn by
/// the seed and in an order drawn by it too, or in a given one.
public final class NodeTrouble implements Trouble {
    private static final Duration SHORTEST_PEACE = Duration.ofMillis(500);

    private final Deque<Victim> left = new ArrayDeque<>();
    private final Duration longestPeace;
    private final Random random;
    private final List<Fault> faults = new CopyOnWriteArrayList<>();
    private boolean over;

    /// What is ended and started again: without a warning or as its operator does it.
    ///
    /// @param what it is, for people
    /// @param address at which clients reach it, if they do
    /// @param times how often
    public record Victim(
            String what, Optional<URI> address, int times, KillTrouble.Restart restart) {}

    /// @param longestPeace the longest time from when everything serves again to the next kill
    public NodeTrouble(List<Victim> victims, Duration longestPeace, long seed) {
        this(longestPeace, new Random(seed));
        List<Victim> all = each(victims);
        Collections.shuffle(all, random);
        left.addAll(all);
    }

    private NodeTrouble(Duration longestPeace, Random random) {
        this.longestPeace = longestPeace;
        this.random = random;
    }

    /// One after the other as they are listed, each as often as it says.
    ///
    /// @param longestPeace as for those in any order
    public static NodeTrouble inOrder(List<Victim> victims, Duration longestPeace, long seed) {
        var trouble = new NodeTrouble(longestPeace, new Random(seed));
        trouble.left.addAll(each(victims));
        return trouble;
    }

    private static List<Victim> each(List<Victim> victims) {
        List<Victim> all = new ArrayList<>();
        victims.forEach(victim -> all.addAll(Collections.nCopies(victim.times(), victim)));
        return all;
    }

    @Override
    public Kind next() throws Exception {
        if (over) {
            return Kind.DONE;
        }
        long peace = Math.max(1, longestPeace.minus(SHORTEST_PEACE).toMillis());
        Thread.sleep(SHORTEST_PEACE.toMillis() + random.nextLong(peace));
        Victim victim = left.poll();
        if (victim == null) {
            // What the last kill did was seen in the time that has just passed.
            over = true;
            return Kind.DONE;
        }
        long at = System.nanoTime();
        victim.restart().killAndRestart();
        faults.add(new Fault(victim.what(), at, System.nanoTime(), victim.address()));
        return Kind.KILL;
    }

    @Override
    public List<Fault> faults() {
        return List.copyOf(faults);
    }

    @Override
    public void close() {
        // Everything was started again after its kill.
    }
}
