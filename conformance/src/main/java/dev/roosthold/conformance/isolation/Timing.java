package dev.roosthold.conformance.isolation;

import dev.roosthold.conformance.wire.Http1;
import java.net.URI;
import java.net.http.HttpClient;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntToLongFunction;
import java.util.stream.Stream;

/// Does it take as long to find nothing as to find what belongs to somebody else?
///
/// Requests for somebody's id, for nobody's and for another nobody's take turns in a random order,
/// so that whatever slows the computer down slows all alike. What somebody has is large. The two
/// nobodies show how far medians lie apart that do not differ; random parts of all samples show it
/// too.
public final class Timing {
    /// Below what can be told apart over any network.
    private static final long FLOOR_NS = 3_000;

    /// Characters in each encrypted text of the owner: nobody's id has nothing to read.
    private static final int LARGE = 60_000;

    private static final int HALVINGS = 400;
    private static final int WARM_UP = 300;

    private Timing() {}

    /// One kind of request.
    ///
    /// @param somebodys median in nanoseconds, and so the next two
    /// @param apart how far the median of somebody's id lies from those of the nobodies together
    /// @param allowed how far it may
    public record Line(
            String request, long somebodys, long nobodys, long others, long apart, long allowed) {
        /// Whether somebody can be told from nobody.
        public boolean differs() {
            return apart > allowed;
        }

        @Override
        public String toString() {
            return "%s: %.1f us, nobody's %.1f and %.1f us, %.2f us apart, %.2f allowed"
                    .formatted(
                            request,
                            somebodys / 1e3,
                            nobodys / 1e3,
                            others / 1e3,
                            apart / 1e3,
                            allowed / 1e3);
        }
    }

    /// Measures every route and event that refers to something by an id, with an id of its kind.
    ///
    /// @param rounds requests for each of the three ids
    public static List<Line> measure(URI server, int rounds, long seed) {
        HttpClient http = Http1.client().build();
        Random random = new Random(seed);
        List<Line> lines = new ArrayList<>();
        try {
            Resident owner = Resident.moveIn(http, server, "Owner", LARGE);
            Resident intruder = Resident.moveIn(http, server, "Intruder");
            lines.addAll(routes(server, owner, intruder, rounds, random));
            lines.addAll(events(server, owner, intruder, rounds, random));
        } finally {
            http.shutdownNow();
        }
        return lines;
    }

    private static boolean isMeasured(RouteTry route, String position, Resident owner) {
        return route.use() == RouteTry.Use.REFERENCE
                && owner.has(position)
                // Where a limit answers soon.
                && !route.path().contains("request-upload")
                // Another request than the first finds the name of another vendor, not an id.
                && !position.equals("vendor")
                && Allowance.of(route.route(), position).isEmpty();
    }

    private static List<Line> routes(
            URI server, Resident owner, Resident intruder, int rounds, Random random) {
        List<Line> lines = new ArrayList<>();
        try (TimedHttp connection = new TimedHttp(server)) {
            for (RouteTry route : Tries.routes()) {
                for (String position : route.positions()) {
                    if (isMeasured(route, position, owner)) {
                        List<byte[]> requests =
                                values(intruder, owner, position).stream()
                                        .map(
                                                values ->
                                                        connection.request(
                                                                route.with(values),
                                                                intruder.rest().bearer()))
                                        .toList();
                        lines.add(
                                measure(
                                        route + " by " + position,
                                        which -> connection.time(requests.get(which)),
                                        rounds,
                                        random));
                    }
                }
            }
        }
        return lines;
    }

    private static List<Line> events(
            URI server, Resident owner, Resident intruder, int rounds, Random random) {
        List<Line> lines = new ArrayList<>();
        for (EventTry event : Tries.events()) {
            for (String position : event.positions()) {
                if (event.answered() && !event.names() && owner.has(position)) {
                    // A socket of its own: each may send so many events and then a few a second.
                    lines.add(event(server, owner, intruder, event, position, rounds, random));
                }
            }
        }
        return lines;
    }

    private static Line event(
            URI server,
            Resident owner,
            Resident intruder,
            EventTry event,
            String position,
            int rounds,
            Random random) {
        int mayBeSent = (TimedSocket.EVENTS - WARM_UP) / 3;
        try (TimedSocket socket = new TimedSocket(server, intruder.rest().bearer())) {
            List<String> packets =
                    values(intruder, owner, position).stream().map(event::with).toList();
            return measure(
                    event + " by " + position,
                    which -> socket.time(packets.get(which)),
                    Math.min(rounds, mayBeSent),
                    random);
        }
    }

    /// Values with somebody's id in the place, with nobody's, and with another nobody's.
    private static List<Map<String, String>> values(
            Resident intruder, Resident owner, String position) {
        String twin =
                owner.ids().stream()
                        .filter(id -> id.name().equals(position))
                        .findFirst()
                        .orElseThrow()
                        .twin();
        return Stream.of(owner.id(position), twin, Id.of(position, twin).twin())
                .map(
                        value -> {
                            Map<String, String> values = new HashMap<>(intruder.values());
                            values.put(position, value);
                            return values;
                        })
                .toList();
    }

    private static Line measure(
            String request, IntToLongFunction timed, int rounds, Random random) {
        for (int i = 0; i < WARM_UP; i++) {
            var _ = timed.applyAsLong(i % 3);
        }
        long[][] samples = new long[3][rounds];
        int[] order = {0, 1, 2};
        for (int round = 0; round < rounds; round++) {
            shuffle(order, random);
            for (int which : order) {
                samples[which][round] = timed.applyAsLong(which);
            }
        }
        return judge(request, samples, random);
    }

    /// The quantities compared are medians: a few slow samples say nothing about an id.
    static Line judge(String request, long[][] samples, Random random) {
        long[] nobodies = joined(samples[1], samples[2]);
        long somebodys = median(samples[0]);
        long apart = Math.abs(somebodys - median(nobodies));
        long allowed =
                Math.max(
                        FLOOR_NS,
                        2
                                * Math.max(
                                        Math.abs(median(samples[1]) - median(samples[2])),
                                        byChance(samples, random)));
        return new Line(request, somebodys, median(samples[1]), median(samples[2]), apart, allowed);
    }

    /// How far the medians of random parts lie apart: the largest of many.
    private static long byChance(long[][] samples, Random random) {
        long[] all = joined(samples[0], joined(samples[1], samples[2]));
        int part = samples[0].length;
        long largest = 0;
        for (int i = 0; i < HALVINGS; i++) {
            shuffle(all, random);
            long one = median(Arrays.copyOfRange(all, 0, part));
            long other = median(Arrays.copyOfRange(all, part, all.length));
            largest = Math.max(largest, Math.abs(one - other));
        }
        return largest;
    }

    private static long median(long[] samples) {
        long[] sorted = samples.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private static long[] joined(long[] one, long[] other) {
        long[] all = Arrays.copyOf(one, one.length + other.length);
        System.arraycopy(other, 0, all, one.length, other.length);
        return all;
    }

    private static void shuffle(int[] values, Random random) {
        for (int i = values.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int kept = values[i];
            values[i] = values[j];
            values[j] = kept;
        }
    }

    private static void shuffle(long[] values, Random random) {
        for (int i = values.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            long kept = values[i];
            values[i] = values[j];
            values[j] = kept;
        }
    }
}
