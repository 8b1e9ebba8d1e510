package dev.roosthold.client.overview;

import dev.roosthold.client.EncryptedJson;
import dev.roosthold.client.MachineRow;
import dev.roosthold.client.Registration;
import dev.roosthold.client.Reply;
import dev.roosthold.client.Versioned;
import dev.roosthold.client.account.Account;
import dev.roosthold.client.conversation.Conversation;
import dev.roosthold.client.conversation.Received;
import dev.roosthold.client.sessions.MessagePage;
import dev.roosthold.client.sessions.OpenSession;
import dev.roosthold.client.sessions.SessionRow;
import dev.roosthold.protocol.MachineId;
import dev.roosthold.protocol.SessionId;
import dev.roosthold.protocol.records.AgentState;
import dev.roosthold.protocol.records.DaemonState;
import dev.roosthold.protocol.records.MachineMetadata;
import dev.roosthold.protocol.records.SessionMetadata;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Reads what an account has. Thread-safe.
public final class Overview {
    /// Messages from the end in which the last turn's beginning or end is looked for.
    private static final int TAIL = 100;

    private final Account account;

    public Overview(Account account) {
        this.account = account;
    }

    /// Hears how far a reading is.
    @FunctionalInterface
    public interface Progress {
        Progress NONE = (_, _) -> {};

        void at(int done, int of);
    }

    /// The account's machines, those online first. Those that were added and have not joined yet
    /// are among them.
    public Reply<List<MachineOverview>> machines() throws InterruptedException {
        return switch (account.listMachines()) {
            case Reply.Success(List<MachineRow> rows) ->
                    switch (account.listRegistrations()) {
                        case Reply.Success(List<Registration> added) ->
                                new Reply.Success<>(machines(rows, added));
                        case Reply.CredentialsRefused(String message) ->
                                new Reply.CredentialsRefused<>(message);
                        case Reply.Denied(int status, String message) ->
                                new Reply.Denied<>(status, message);
                        case Reply.Unavailable(String reason) -> new Reply.Unavailable<>(reason);
                    };
            case Reply.CredentialsRefused(String message) ->
                    new Reply.CredentialsRefused<>(message);
            case Reply.Denied(int status, String message) -> new Reply.Denied<>(status, message);
            case Reply.Unavailable(String reason) -> new Reply.Unavailable<>(reason);
        };
    }

    private List<MachineOverview> machines(List<MachineRow> rows, List<Registration> added) {
        Map<MachineId, MachineOverview> machines = new LinkedHashMap<>();
        rows.forEach(row -> machines.put(row.id(), machine(row)));
        for (Registration registration : added) {
            if (!registration.connectedBefore() || registration.waitsForKeys()) {
                machines.put(registration.id(), notJoined(registration));
            }
        }
        return machines.values().stream()
                .sorted(
                        Comparator.comparing(MachineOverview::online)
                                .reversed()
                                .thenComparing(
                                        MachineOverview::name, String.CASE_INSENSITIVE_ORDER))
                .toList();
    }

    private static MachineOverview notJoined(Registration registration) {
        return new MachineOverview(
                registration.id(),
                registration.name(),
                registration.online(),
                registration.online() ? 0 : registration.lastSeenMs(),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                List.of(),
                false,
                registration.connectedBefore()
                        ? MachineOverview.Stage.WAITS_FOR_APPROVAL
                        : MachineOverview.Stage.NEVER_CONNECTED);
    }

    private MachineOverview machine(MachineRow row) {
        Optional<EncryptedJson> key = account.open(row);
        Optional<MachineMetadata> opened =
                key.flatMap(encryption -> open(encryption, row.metadata()))
                        .map(MachineMetadata::read);
        MachineMetadata metadata = opened.orElse(MachineMetadata.empty());
        DaemonState state =
                key.flatMap(encryption -> open(encryption, row.daemonState()))
                        .map(DaemonState::read)
                        .orElse(DaemonState.empty());
        return new MachineOverview(
                row.id(),
                metadata.displayName()
                        .filter(name -> !name.isBlank())
                        .or(metadata::host)
                        .orElse(row.id().value()),
                row.active(),
                row.active() ? state.startedAtMs().orElse(0) : row.activeAtMs(),
                metadata.platform(),
                metadata.remotePolicy(),
                metadata.cliAvailability().map(Overview::installed).orElse(List.of()),
                metadata.rootDirectories(),
                opened.isEmpty(),
                MachineOverview.Stage.JOINED);
    }

    private static List<String> installed(MachineMetadata.CliAvailability found) {
        return found.agents().entrySet().stream()
                .filter(Map.Entry::getValue)
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }

    private static Optional<ObjectNode> open(EncryptedJson encryption, Versioned field) {
        String text = field.value();
        return text == null
                ? Optional.of(JsonNodeFactory.instance.objectNode())
                : encryption.open(text);
    }

    /// The sessions that this credential reaches, the last changed first.
    ///
    /// Of each that is active the last messages are read, which is what takes its time.
    public Reply<List<SessionOverview>> sessions(Progress progress) throws InterruptedException {
        List<SessionRow> rows;
        switch (account.listRows()) {
            case Reply.Success(List<SessionRow> listed) -> rows = listed;
            case Reply.CredentialsRefused(String message) -> {
                return new Reply.CredentialsRefused<>(message);
            }
            case Reply.Denied(int status, String message) -> {
                return new Reply.Denied<>(status, message);
            }
            case Reply.Unavailable(String reason) -> {
                return new Reply.Unavailable<>(reason);
            }
        }
        // A machine's credential does not list machines: then nothing is known of them.
        Map<String, Boolean> online =
                account.listMachines() instanceof Reply.Success(List<MachineRow> machines)
                        ? machines.stream()
                                .collect(
                                        Collectors.toMap(
                                                machine -> machine.id().value(),
                                                MachineRow::active,
                                                (one, _) -> one))
                        : Map.of();
        List<SessionOverview> sessions = new ArrayList<>();
        for (SessionRow row : rows) {
            progress.at(sessions.size(), rows.size());
            sessions.add(session(row, online));
        }
        progress.at(rows.size(), rows.size());
        return new Reply.Success<>(sessions);
    }

    private SessionOverview session(SessionRow row, Map<String, Boolean> online)
            throws InterruptedException {
        Optional<OpenSession> opened = account.sessions().open(row);
        Optional<ObjectNode> plain = opened.flatMap(OpenSession::metadata);
        if (opened.isEmpty() || plain.isEmpty()) {
            return new SessionOverview(
                    row.id(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    LiveState.LOCKED,
                    0,
                    row.updatedAtMs());
        }
        SessionMetadata metadata = SessionMetadata.read(plain.get());
        AgentState state =
                opened.get().agentState().map(AgentState::read).orElse(AgentState.empty());
        Optional<Boolean> machineOnline = metadata.machineId().map(online::get);
        return new SessionOverview(
                row.id(),
                metadata.summary().map(SessionMetadata.Summary::text).or(metadata::name),
                metadata.path(),
                metadata.machineId(),
                metadata.host(),
                metadata.flavor(),
                LiveState.of(
                        metadata,
                        state,
                        row.active(),
                        machineOnline,
                        row.active() && !metadata.mustEnd() && isWorking(opened.get())),
                state.requests().size(),
                row.updatedAtMs());
    }

    private boolean isWorking(OpenSession session) throws InterruptedException {
        return account.messagesBefore(session.id(), Long.MAX_VALUE, TAIL)
                        instanceof Reply.Success(MessagePage page)
                && Conversation.of(
                                page.messages().stream()
                                        .map(stored -> Received.of(stored, session.encryption()))
                                        .toList())
                        .isWorking();
    }

    /// The session with this id, or the only one whose id begins like this.
    public Reply<Match> find(String prefix) throws InterruptedException {
        return switch (account.listRows()) {
            case Reply.Success(List<SessionRow> rows) -> {
                List<SessionId> found =
                        rows.stream()
                                .map(SessionRow::id)
                                .filter(id -> id.value().startsWith(prefix))
                                .toList();
                Optional<SessionId> exact =
                        found.stream().filter(id -> id.value().equals(prefix)).findFirst();
                yield new Reply.Success<>(
                        exact.<Match>map(Match.One::new)
                                .orElseGet(
                                        () ->
                                                switch (found.size()) {
                                                    case 0 -> new Match.None();
                                                    case 1 -> new Match.One(found.getFirst());
                                                    default -> new Match.Several(found);
                                                }));
            }
            case Reply.CredentialsRefused(String message) ->
                    new Reply.CredentialsRefused<>(message);
            case Reply.Denied(int status, String message) -> new Reply.Denied<>(status, message);
            case Reply.Unavailable(String reason) -> new Reply.Unavailable<>(reason);
        };
    }

    /// Which session a prefix means.
    public sealed interface Match {

        record One(SessionId id) implements Match {}

        record None() implements Match {}

        record Several(List<SessionId> ids) implements Match {}
    }
}
