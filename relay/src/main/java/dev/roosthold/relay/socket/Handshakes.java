package dev.roosthold.relay.socket;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.MachineId;
import dev.roosthold.protocol.SessionId;
import dev.roosthold.relay.caller.Authenticator;
import dev.roosthold.relay.caller.Caller;
import dev.roosthold.relay.caller.Scope;
import dev.roosthold.relay.limits.Rate;
import dev.roosthold.relay.limits.TokenBucket;
import dev.roosthold.relay.updates.Rooms;
import dev.roosthold.socketio.Admission;
import dev.roosthold.socketio.Handshake;
import java.time.InstantSource;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/// Decides on the CONNECT of a client, in the order of checks that clients know. Thread-safe.
final class Handshakes {
    static final String MISSING_TOKEN = "Missing authentication token";
    static final String SESSION_ID_REQUIRED = "Session ID required for session-scoped clients";
    static final String MACHINE_ID_REQUIRED = "Machine ID required for machine-scoped clients";
    static final String INVALID_TOKEN = "Invalid authentication token";
    static final String NOT_FOR_MACHINES = "Not allowed for a machine credential";
    static final String TOO_MANY_SOCKETS = "Too many connections of this account";

    static final String HAPPY_CLIENT_HEADER = "x-happy-client";

    /// Longer than every id the relay accepts; bounds what a socket keeps.
    private static final int MAX_ID = 256;

    private static final int MAX_CLIENT_NAME = 100;

    /// The number of an update.
    private static final Pattern OFFSET = Pattern.compile("[0-9]{1,18}");

    private final Authenticator authenticator;
    private final BiPredicate<Caller, SessionId> mayConnect;
    private final Rate eventRate;
    private final InstantSource clock;
    private final ToLongFunction<AccountId> lastSeq;
    private final Predicate<AccountId> hasRoom;

    Handshakes(
            Authenticator authenticator,
            ToLongFunction<AccountId> lastSeq,
            BiPredicate<Caller, SessionId> mayConnect,
            Predicate<AccountId> hasRoom,
            Rate eventRate,
            InstantSource clock) {
        this.authenticator = authenticator;
        this.lastSeq = lastSeq;
        this.hasRoom = hasRoom;
        this.mayConnect = mayConnect;
        this.eventRate = eventRate;
        this.clock = clock;
    }

    /// May block on the store.
    Admission decide(Handshake handshake) {
        JsonNode auth = handshake.auth();
        JsonNode token = auth.path("token");
        if (isAbsent(token)) {
            return new Admission.Refuse(MISSING_TOKEN);
        }
        ClientScope scope;
        switch (textOr(auth.path("clientType"), "")) {
            case "session-scoped" -> {
                Optional<String> id = id(auth.path("sessionId"));
                if (id.isEmpty()) {
                    return new Admission.Refuse(SESSION_ID_REQUIRED);
                }
                scope = new ClientScope.Session(new SessionId(id.get()));
            }
            case "machine-scoped" -> {
                Optional<String> id = id(auth.path("machineId"));
                if (id.isEmpty()) {
                    return new Admission.Refuse(MACHINE_ID_REQUIRED);
                }
                scope = new ClientScope.Machine(new MachineId(id.get()));
            }
            // Absent and unknown kinds count as user-scoped: one agent sends only a token.
            default -> scope = new ClientScope.User();
        }
        Optional<Caller> caller =
                token.isString()
                        ? authenticator.authenticate(token.stringValue())
                        : Optional.empty();
        if (caller.isEmpty()) {
            return new Admission.Refuse(INVALID_TOKEN);
        }
        if (!allows(caller.get(), scope)) {
            return new Admission.Refuse(NOT_FOR_MACHINES);
        }
        if (!hasRoom.test(caller.get().account())) {
            return new Admission.Refuse(TOO_MANY_SOCKETS);
        }
        var data =
                new SocketCaller(
                        caller.get(),
                        scope,
                        clientName(handshake, auth),
                        handshake.remoteAddress(),
                        new TokenBucket(eventRate, clock.millis()),
                        lastSeq.applyAsLong(caller.get().account()),
                        offset(auth.path("offset")),
                        textOr(auth.path("appState"), "").equals("active"));
        return new Admission.Accept(
                data, Set.of(Rooms.device(caller.get().device()), room(caller.get(), scope)));
    }

    private boolean allows(Caller caller, ClientScope wanted) {
        return switch (caller.scope()) {
            case Scope.Account() -> true;
            case Scope.Machine(var own) ->
                    switch (wanted) {
                        case ClientScope.User() -> false;
                        case ClientScope.Session(var session) -> mayConnect.test(caller, session);
                        case ClientScope.Machine(var machine) -> machine.equals(own);
                    };
        };
    }

    private static String room(Caller caller, ClientScope scope) {
        return switch (scope) {
            case ClientScope.User() -> Rooms.users(caller.account());
            case ClientScope.Session(var session) -> Rooms.session(caller.account(), session);
            case ClientScope.Machine(var machine) -> Rooms.machine(caller.account(), machine);
        };
    }

    private static String clientName(Handshake handshake, JsonNode auth) {
        String name = textOr(auth.path("happyClient"), "");
        if (name.isEmpty()) {
            String header = handshake.headers().get(HAPPY_CLIENT_HEADER);
            name = header == null ? "" : header;
        }
        return name.length() > MAX_CLIENT_NAME ? name.substring(0, MAX_CLIENT_NAME) : name;
    }

    private static OptionalLong offset(JsonNode node) {
        String text = textOr(node, "");
        return OFFSET.matcher(text).matches()
                ? OptionalLong.of(Long.parseLong(text))
                : OptionalLong.empty();
    }

    private static boolean isAbsent(JsonNode node) {
        return node.isMissingNode() || node.isNull() || textOr(node, "?").isEmpty();
    }

    private static Optional<String> id(JsonNode node) {
        String text = textOr(node, "");
        return text.isEmpty() || text.length() > MAX_ID ? Optional.empty() : Optional.of(text);
    }

    private static String textOr(JsonNode node, String otherwise) {
        return node.isString() ? node.stringValue() : otherwise;
    }
}
