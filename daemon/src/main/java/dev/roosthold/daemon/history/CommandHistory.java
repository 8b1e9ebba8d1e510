package dev.roosthold.daemon.history;

import dev.roosthold.daemon.rpc.MethodFailure;
import dev.roosthold.daemon.rpc.Params;
import dev.roosthold.daemon.rpc.RpcMethod;
import dev.roosthold.daemon.sessions.AgentCommand;
import dev.roosthold.daemon.sessions.CommandRecorder;
import dev.roosthold.history.History;
import dev.roosthold.history.HistoryException;
import dev.roosthold.history.HistoryPlaces;
import dev.roosthold.history.entry.AuthorKind;
import dev.roosthold.history.entry.CommandEntry;
import dev.roosthold.history.entry.EntryIds;
import dev.roosthold.history.ipc.DaemonStarter;
import dev.roosthold.history.ipc.SyncClient;
import dev.roosthold.history.ipc.SyncConnectionException;
import dev.roosthold.history.ipc.SyncRefusedException;
import dev.roosthold.history.keys.KeyFileException;
import dev.roosthold.history.spool.Spool;
import dev.roosthold.history.store.Page;
import dev.roosthold.history.store.Position;
import dev.roosthold.history.store.Query;
import dev.roosthold.history.store.StoreException;
import dev.roosthold.history.store.StoredEntry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Keeps what the agents of this machine ran, and what its shells left in the spool while this
/// runs; pushes both when the machine has keys of a history, and answers `history-search`.
///
/// A command goes to the spool first, on the disk, and from there the way of all the others. So one
/// that was recorded is there after a crash, and is there once. The sync daemon is used when it
/// runs, and started when there is something to push.
///
/// Thread-safe.
public final class CommandHistory implements CommandRecorder, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CommandHistory.class);

    private static final Duration ROUND = Duration.ofSeconds(2);
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(60);
    private static final Duration FRESH = Duration.ofSeconds(3);
    private static final int MAX_WAITING = 10_000;
    private static final int MAX_LIMIT = 200;
    private static final int USUAL_LIMIT = 50;
    private static final int MAX_TEXT = 4096;

    /// Ends the wait of the worker.
    private static final AgentCommand WAKE =
            new AgentCommand(
                    "", "", "", Path.of(""), Optional.empty(), 0, 0, OptionalInt.empty(), false);

    private final HistoryPlaces places;
    private final Clock clock;
    private final Spool spool;
    private final Path socket;
    private final DaemonStarter starter;
    private final String host;
    private final LinkedBlockingQueue<AgentCommand> waiting =
            new LinkedBlockingQueue<>(MAX_WAITING);
    private final Thread worker;
    private volatile boolean closed;
    private volatile long pulledAtNanos = System.nanoTime() - FRESH.toNanos();
    private long quietUntilNanos = System.nanoTime();

    /// Nothing is made on a computer on which nothing is recorded. Guarded by this object.
    private @Nullable History opened;

    private CommandHistory(
            HistoryPlaces places, Clock clock, Path socket, DaemonStarter starter, String host) {
        this.places = places;
        this.clock = clock;
        spool = new Spool(places.spool());
        this.socket = socket;
        this.starter = starter;
        this.host = host;
        worker = Thread.ofPlatform().daemon().name("roost-history").unstarted(this::work);
    }

    /// The history of this computer, which is opened when there is something in it or for it.
    ///
    /// @param socket of the sync daemon
    /// @param starter starts the sync daemon
    /// @param host name of this computer in entries
    public static CommandHistory open(
            HistoryPlaces places, Path socket, DaemonStarter starter, String host, Clock clock) {
        var history = new CommandHistory(places, clock, socket, starter, host);
        history.worker.start();
        return history;
    }

    /// @throws StoreException when its database cannot be used
    private synchronized History history() {
        History now = opened;
        if (now == null) {
            now = History.open(places, clock);
            opened = now;
        }
        return now;
    }

    @Override
    public void ran(AgentCommand command) {
        if (!waiting.offer(command)) {
            LOG.warn("a command was not recorded: too many wait");
        }
    }

    private static CommandEntry entry(AgentCommand command, String host) {
        CommandEntry entry =
                CommandEntry.of(
                                EntryIds.of("agent", UUID.randomUUID().toString()),
                                command.startedAtMs(),
                                command.command())
                        .by(AuthorKind.AGENT, Optional.of(command.agent()))
                        .withText("session", Optional.of(command.sessionId()))
                        .withText("cwd", Optional.of(command.directory().toString()))
                        .withText("host", Optional.of(host))
                        .withNumber("durationMs", OptionalLong.of(command.durationMs()))
                        .withNumber(
                                "exitCode",
                                command.exitCode().isPresent()
                                        ? OptionalLong.of(command.exitCode().getAsInt())
                                        : OptionalLong.empty());
        if (command.failed() && command.exitCode().isEmpty()) {
            entry = entry.withText("outcome", Optional.of("failed"));
        }
        return command.reason().isEmpty()
                ? entry
                : entry.with(entry.content().with("prompt", command.reason().get()));
    }

    private void work() {
        while (!closed || !waiting.isEmpty()) {
            try {
                AgentCommand first = waiting.poll(ROUND.toMillis(), TimeUnit.MILLISECONDS);
                for (AgentCommand one = first; one != null; one = waiting.poll()) {
                    if (one != WAKE) {
                        spool.append(entry(one, host));
                    }
                }
                if (spool.hasLines()) {
                    drain();
                }
            } catch (InterruptedException _) {
                return;
            } catch (IOException | RuntimeException e) {
                LOG.warn("the history of commands: {}", e.getClass().getSimpleName());
                LOG.debug("the history of commands", e);
            }
        }
    }

    private void drain() throws IOException, InterruptedException {
        History history = history();
        if (!history.keyFile().exists() || System.nanoTime() - quietUntilNanos < 0) {
            history.drain(Optional.empty());
            return;
        }
        try (SyncClient client = SyncClient.connect(socket, starter)) {
            history.drain(Optional.of(client));
        } catch (SyncConnectionException
                | SyncRefusedException
                | HistoryException
                | KeyFileException e) {
            // It stays in the spool; the person sees why in `roost sync status`.
            LOG.debug("nothing is pushed now: {}", e.getClass().getSimpleName());
            quietUntilNanos = System.nanoTime() + AFTER_FAILURE.toNanos();
            history.drain(Optional.empty());
        }
    }

    /// The remote methods by their names.
    public Map<String, RpcMethod> methods() {
        return Map.of("history-search", this::search);
    }

    /// `history-search {query?, machine?, author?, before?, limit}` -> `{entries, nextBefore}`,
    /// newest first.
    private JsonNode search(Params params) throws MethodFailure, InterruptedException {
        Query query =
                Query.newest((int) params.number("limit", USUAL_LIMIT, 1, MAX_LIMIT))
                        .withText(text(params, "query").orElse(""))
                        .withMachine(text(params, "machine"))
                        .withAuthor(text(params, "author"))
                        .withBefore(before(params));
        Page page;
        try {
            History history = history();
            pull(history);
            page = history.store().search(query);
        } catch (StoreException e) {
            LOG.warn("the history cannot be searched", e);
            throw new MethodFailure("The history of this machine cannot be read");
        }
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        ArrayNode entries = answer.putArray("entries");
        page.entries().forEach(one -> entries.add(json(one)));
        if (page.next().isPresent()) {
            answer.put("nextBefore", page.next().get().text());
        } else {
            answer.putNull("nextBefore");
        }
        return answer;
    }

    private static Optional<String> text(Params params, String name) throws MethodFailure {
        Optional<String> text = params.optionalText(name).filter(one -> !one.isBlank());
        if (text.isPresent() && text.get().length() > MAX_TEXT) {
            throw new MethodFailure(name + " is too long");
        }
        return text;
    }

    /// What came as `nextBefore`, or a time in Unix milliseconds.
    private static Optional<Position> before(Params params) throws MethodFailure {
        JsonNode value = params.object().path("before");
        if (value.isMissingNode() || value.isNull()) {
            return Optional.empty();
        }
        Optional<Position> position =
                value.isNumber()
                        ? Optional.of(new Position(value.asLong(), ""))
                        : Position.of(value.asString(""));
        if (position.isEmpty()) {
            throw new MethodFailure("before must be what nextBefore was, or a time");
        }
        return position;
    }

    private static ObjectNode json(StoredEntry stored) {
        CommandEntry entry = stored.entry();
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("id", entry.id()).put("createdAt", entry.createdAtMs());
        json.put("command", entry.command());
        if (!entry.prompt().isEmpty()) {
            json.put("prompt", entry.prompt());
        }
        entry.exitCode().ifPresent(code -> json.put("exitCode", code));
        entry.durationMs().ifPresent(duration -> json.put("durationMs", duration));
        entry.cwd().ifPresent(cwd -> json.put("cwd", cwd));
        entry.host().ifPresent(name -> json.put("host", name));
        entry.shell().ifPresent(shell -> json.put("shell", shell));
        entry.author().ifPresent(author -> json.put("author", author));
        entry.authorKind().ifPresent(kind -> json.put("authorKind", kind.text()));
        entry.session().ifPresent(session -> json.put("session", session));
        entry.deviceId().ifPresent(device -> json.put("deviceId", device));
        entry.content().text("outcome").ifPresent(outcome -> json.put("outcome", outcome));
        return json;
    }

    /// What the sync daemon knows, if it runs. A search waits for it a moment and not longer.
    private void pull(History history) throws InterruptedException {
        if (System.nanoTime() - pulledAtNanos < FRESH.toNanos() || !history.keyFile().exists()) {
            return;
        }
        pulledAtNanos = System.nanoTime();
        try {
            Optional<SyncClient> client = SyncClient.connectIfRunning(socket);
            if (client.isPresent()) {
                try (SyncClient daemon = client.get()) {
                    history.pull(daemon, _ -> {});
                }
            }
        } catch (SyncConnectionException
                | SyncRefusedException
                | HistoryException
                | KeyFileException e) {
            LOG.debug("nothing is pulled now: {}", e.getClass().getSimpleName());
        }
    }

    /// Keeps what waits, and ends.
    @Override
    public void close() {
        closed = true;
        boolean _ = waiting.offer(WAKE);
        try {
            if (!worker.join(ROUND.plusSeconds(3))) {
                worker.interrupt();
                worker.join();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        synchronized (this) {
            if (opened != null) {
                opened.close();
            }
        }
    }
}
