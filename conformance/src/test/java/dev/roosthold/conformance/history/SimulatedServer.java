package dev.roosthold.conformance.history;

import dev.roosthold.conformance.history.Operation.Append;
import dev.roosthold.conformance.history.Operation.AppendOutcome;
import dev.roosthold.conformance.history.Operation.Fetch;
import dev.roosthold.conformance.history.Operation.Heard;
import dev.roosthold.conformance.history.Operation.Message;
import dev.roosthold.conformance.history.Operation.Read;
import dev.roosthold.conformance.history.Operation.Told;
import dev.roosthold.conformance.history.Operation.Write;
import dev.roosthold.conformance.history.Operation.WriteOutcome;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;

/// A server that keeps every promise, with clients whose operations overlap, whose requests and
/// answers get lost, and who send again: makes valid histories by the seed.
final class SimulatedServer {
    private final Random random;
    private final int clients;
    private final int registers;
    private final int streams;
    private final List<Operation> history = new ArrayList<>();
    private final Map<String, Long> versions = new HashMap<>();
    private final Map<String, String> values = new HashMap<>();
    private final Map<String, List<Message>> stored = new HashMap<>();
    private final Map<String, Long> delivered = new HashMap<>();
    private final Map<String, Long> lastTold = new HashMap<>();

    /// What a client believes about a register, which may be outdated.
    private final Map<String, Long> known = new HashMap<>();

    private final Map<String, Message> unanswered = new HashMap<>();

    /// Requests that reach the server although nobody waits for them any more.
    private final PriorityQueue<Late> late =
            new PriorityQueue<>(Comparator.comparingLong(Late::at));

    private record Late(long at, Runnable effect) {}

    private SimulatedServer(long seed, int clients, int registers, int streams) {
        random = new Random(seed);
        this.clients = clients;
        this.registers = registers;
        this.streams = streams;
    }

    static List<Operation> history(
            long seed, int operations, int clients, int registers, int streams) {
        return new SimulatedServer(seed, clients, registers, streams).run(operations);
    }

    private List<Operation> run(int operations) {
        // The effects happen at rising times; each operation began before and ended after its own.
        long now = 1_000;
        for (int i = 0; i < operations; i++) {
            now += 1 + random.nextInt(20);
            while (!late.isEmpty() && late.peek().at() <= now) {
                late.poll().effect().run();
            }
            String client = "c" + random.nextInt(clients);
            if (registers > 0 && (streams == 0 || random.nextBoolean())) {
                onRegister(client, "r" + random.nextInt(registers), now);
            } else {
                onStream(client, "s" + random.nextInt(streams), now);
            }
        }
        long end = now + 1_000;
        while (!late.isEmpty()) {
            late.poll().effect().run();
        }
        stored.forEach(
                (stream, messages) ->
                        history.add(
                                new Fetch(
                                        "auditor", stream, 0, messages, new Span(end, end + 10))));
        return history;
    }

    private long before(long now) {
        return now - random.nextInt(500);
    }

    private long after(long now) {
        return now + random.nextInt(500);
    }

    private Span around(long now) {
        return new Span(before(now), after(now));
    }

    private String value(String register) {
        return values.getOrDefault(register, "first");
    }

    private long version(String register) {
        return versions.getOrDefault(register, 0L);
    }

    private void onRegister(String client, String register, long now) {
        int dice = random.nextInt(10);
        String own = client + register;
        if (dice < 3) {
            known.put(own, version(register));
            history.add(
                    new Read(client, register, version(register), value(register), around(now)));
        } else if (dice < 5) {
            String connection = client + "-" + random.nextInt(2);
            long version = version(register);
            if (lastTold.merge(connection + register, version, Math::max) == version) {
                history.add(new Told(client, register, connection, version, value(register), now));
            }
        } else {
            long expected = known.getOrDefault(own, version(register));
            String value = client + "-" + history.size();
            boolean matches = expected == version(register);
            int loss = random.nextInt(12);
            if (loss == 0) {
                // Never arrives, or much later.
                if (random.nextBoolean()) {
                    late.add(
                            new Late(
                                    now + random.nextInt(2_000),
                                    () -> {
                                        if (expected == version(register)) {
                                            put(register, value);
                                        }
                                    }));
                }
                history.add(
                        write(
                                client,
                                register,
                                expected,
                                value,
                                Span.open(before(now)),
                                new WriteOutcome.Unknown()));
            } else if (loss == 1) {
                if (matches) {
                    put(register, value);
                }
                history.add(
                        write(
                                client,
                                register,
                                expected,
                                value,
                                Span.open(before(now)),
                                new WriteOutcome.Unknown()));
            } else if (loss == 2) {
                history.add(
                        write(
                                client,
                                register,
                                expected,
                                value,
                                around(now),
                                new WriteOutcome.Refused()));
            } else if (matches) {
                put(register, value);
                known.put(own, version(register));
                history.add(
                        write(
                                client,
                                register,
                                expected,
                                value,
                                around(now),
                                new WriteOutcome.Stored(expected + 1)));
            } else {
                known.put(own, version(register));
                history.add(
                        write(
                                client,
                                register,
                                expected,
                                value,
                                around(now),
                                new WriteOutcome.Mismatch(version(register), value(register))));
            }
        }
    }

    private static Write write(
            String client,
            String register,
            long expected,
            String value,
            Span span,
            WriteOutcome outcome) {
        return new Write(client, register, expected, value, span, outcome);
    }

    private void put(String register, String value) {
        versions.put(register, version(register) + 1);
        values.put(register, value);
    }

    private List<Message> messages(String stream) {
        return stored.computeIfAbsent(stream, _ -> new ArrayList<>());
    }

    private long append(String stream, String localId, String content) {
        List<Message> messages = messages(stream);
        for (Message message : messages) {
            if (message.localId().equals(localId)) {
                return message.number();
            }
        }
        messages.add(new Message(messages.size() + 1L, localId, content));
        return messages.size();
    }

    private void onStream(String client, String stream, long now) {
        int dice = random.nextInt(10);
        List<Message> messages = messages(stream);
        if (dice < 2) {
            int after = messages.isEmpty() ? 0 : random.nextInt(messages.size() + 1);
            history.add(
                    new Fetch(
                            client,
                            stream,
                            after,
                            messages.subList(after, messages.size()),
                            around(now)));
        } else if (dice < 4) {
            String connection = client + "-" + random.nextInt(3);
            long last = delivered.getOrDefault(connection + stream, 0L);
            if (last < messages.size()) {
                Message next = messages.get((int) last);
                delivered.put(connection + stream, next.number());
                history.add(new Heard(client, stream, connection, next, now));
            }
        } else {
            String own = client + stream;
            Message again = unanswered.remove(own);
            String localId = again == null ? client + "-" + history.size() : again.localId();
            String content = again == null ? "text " + localId : again.content();
            int loss = random.nextInt(8);
            if (loss < 2) {
                if (loss == 1) {
                    append(stream, localId, content);
                }
                unanswered.put(own, new Message(0, localId, content));
                history.add(
                        new Append(
                                client,
                                stream,
                                localId,
                                content,
                                Span.open(before(now)),
                                new AppendOutcome.Unknown()));
            } else if (loss == 2 && again == null) {
                history.add(
                        new Append(
                                client,
                                stream,
                                localId,
                                content,
                                around(now),
                                new AppendOutcome.Refused()));
            } else {
                long number = append(stream, localId, content);
                history.add(
                        new Append(
                                client,
                                stream,
                                localId,
                                content,
                                around(now),
                                new AppendOutcome.Stored(number)));
            }
        }
    }
}
