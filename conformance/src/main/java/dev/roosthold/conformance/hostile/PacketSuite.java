package dev.roosthold.conformance.hostile;

import dev.roosthold.conformance.hostile.EventShape.ErrorForm;
import dev.roosthold.conformance.wire.Http1;
import dev.roosthold.conformance.wire.Polling;
import dev.roosthold.conformance.wire.RawSocketIo;
import dev.roosthold.conformance.wire.WireException;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// One packet can't hurt: sends every hostile packet and looks at everybody else after each.
///
/// Uses two fresh accounts; the server must allow registration. Used by one thread.
public final class PacketSuite implements AutoCloseable {
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(10);

    /// Short: a machine that is silent for a minute loses its connection, also a witness.
    private static final Duration OFFER_PATIENCE = Duration.ofSeconds(3);

    /// So many violations say enough: each missing answer takes its patience.
    private static final int ENOUGH = 20;

    private final HttpClient http = Http1.client().build();
    private final TestAccount account;
    private final Witnesses witnesses;
    private final PollingAttacks polling;
    private final List<String> violations = new ArrayList<>();
    private final List<String> notBest = new ArrayList<>();
    private final List<String> notOffered = new ArrayList<>();
    private @Nullable RawSocketIo attacker;

    private PacketSuite(URI server) {
        account = new TestAccount(http, server);
        witnesses = new Witnesses(account, new TestAccount(http, server));
        polling = new PollingAttacks(http, server, account);
    }

    /// How it went.
    ///
    /// @param packets how many hostile packets were sent
    /// @param notOffered events that the server does not answer even when they are right
    /// @param violations what the server did that the contract forbids, one line each
    /// @param notBest what it did that clients bear and that could be better
    public record Report(
            int packets,
            List<String> notOffered,
            List<String> violations,
            List<String> notBest) {}

    /// Runs all cases. Stops at the first case after which a witness is hurt, because every later
    /// one would fail for the same reason, and at [#ENOUGH] violations.
    ///
    /// @throws WireException when the accounts or witnesses cannot be set up
    public static Report against(URI server) {
        try (PacketSuite suite = new PacketSuite(server)) {
            return suite.run();
        }
    }

    private Report run() {
        List<EventShape> offered =
                ContractEvents.all(account).stream().filter(this::isOffered).toList();
        List<HostileCase> cases = new ArrayList<>(EventCases.all(offered));
        cases.addAll(PacketCases.all(account.machineId()));
        int sent = 0;
        for (HostileCase hostile : cases) {
            sent++;
            play(hostile);
            if (witnessesComplainAbout(hostile.name()) || violations.size() >= ENOUGH) {
                return report(sent);
            }
        }
        for (String attack : polling.names()) {
            sent++;
            String name = "polling: " + attack;
            polling.make(attack).ifPresent(wrong -> violations.add(name + ": " + wrong));
            if (witnessesComplainAbout(name)) {
                break;
            }
        }
        return report(sent);
    }

    private Report report(int sent) {
        return new Report(
                sent, List.copyOf(notOffered), List.copyOf(violations), List.copyOf(notBest));
    }

    /// An event that is not acknowledged cannot be told from one that does not exist.
    private boolean isOffered(EventShape shape) {
        if (!shape.acknowledged()) {
            return true;
        }
        String event = "[\"" + shape.event() + "\"," + shape.validObject() + "]";
        boolean answered = attacker().ask(event, OFFER_PATIENCE).isPresent();
        if (!answered) {
            notOffered.add(shape.event());
        }
        return answered;
    }

    private boolean witnessesComplainAbout(String attack) {
        List<String> complaints = witnesses.complaints();
        complaints.forEach(complaint -> violations.add(attack + ": " + complaint));
        return !complaints.isEmpty();
    }

    private void play(HostileCase hostile) {
        RawSocketIo socket = attacker();
        socket.forgetPackets();
        hostile.attack().accept(socket);
        judge(socket, hostile.expectation())
                .ifPresentOrElse(
                        wrong -> violations.add(hostile.name() + ": " + wrong),
                        () -> lookAtWords(socket, hostile));
        if (!mayStay(hostile.expectation())) {
            socket.close();
        }
    }

    /// No client reads the words of an error; the contract's say what was wrong.
    private void lookAtWords(RawSocketIo socket, HostileCase hostile) {
        if (hostile.expectation()
                        instanceof Expectation.ErrorAck(long id, var form, var messages)
                && form != ErrorForm.RESULT) {
            socket.awaitAck(id)
                    .map(answer -> words(answer, form))
                    .filter(words -> !messages.contains(words))
                    .ifPresent(words -> notBest.add(hostile.name() + ": says " + words));
        }
    }

    private static String words(JsonNode answer, ErrorForm form) {
        String place = form == ErrorForm.RESULT_WITH_MESSAGE ? "message" : "error";
        return answer.path(place).asString("");
    }

    /// After a protocol error that the server let pass, a fresh socket keeps the cases apart.
    private static boolean mayStay(Expectation expectation) {
        return switch (expectation) {
            case Expectation.Left _, Expectation.MayClose _, Expectation.MustClose _ -> false;
            case Expectation.ErrorAck _,
                    Expectation.AnyAck _,
                    Expectation.NoAck _,
                    Expectation.AtMostOneAck _ ->
                    true;
        };
    }

    private RawSocketIo attacker() {
        RawSocketIo socket = attacker;
        if (socket == null || socket.websocket().ended()) {
            socket = account.connectUser();
            attacker = socket;
        }
        return socket;
    }

    private static Optional<String> judge(RawSocketIo socket, Expectation expectation) {
        return switch (expectation) {
            case Expectation.ErrorAck(long id, ErrorForm form, _) ->
                    oneAck(socket, id, answer -> isError(answer, form));
            case Expectation.AnyAck(long id, ErrorForm form, boolean mayChange) ->
                    oneAck(socket, id, answer -> isAnswer(answer, form, mayChange));
            case Expectation.NoAck(long id) -> atMost(socket, id, 0);
            case Expectation.AtMostOneAck(long id) -> atMost(socket, id, 1);
            case Expectation.Left(long id) -> left(socket, id);
            case Expectation.MayClose() -> servedOrClosed(socket);
            case Expectation.MustClose() ->
                    socket.websocket().awaitEnd(CLOSE_PATIENCE)
                            ? Optional.empty()
                            : Optional.of("the connection was not ended");
        };
    }

    private static boolean isError(JsonNode answer, ErrorForm form) {
        return switch (form) {
            case SILENT, EVENT -> false;
            case RESULT -> answer.path("result").asString("").equals("error");
            case RESULT_WITH_MESSAGE ->
                    answer.path("result").asString("").equals("error")
                            && !words(answer, form).isEmpty();
            case OK_WITH_ERROR -> isFalse(answer.path("ok")) && !words(answer, form).isEmpty();
            case SUCCESS_WITH_ERROR ->
                    isFalse(answer.path("success")) && !words(answer, form).isEmpty();
        };
    }

    private static boolean isAnswer(JsonNode answer, ErrorForm form, boolean mayChange) {
        return switch (form) {
            case SILENT, EVENT -> false;
            case RESULT, RESULT_WITH_MESSAGE -> {
                String result = answer.path("result").asString("");
                yield result.equals("error")
                        || result.equals("version-mismatch")
                        || (mayChange && result.equals("success"));
            }
            case OK_WITH_ERROR -> isOutcome(answer, answer.path("ok"));
            case SUCCESS_WITH_ERROR -> isOutcome(answer, answer.path("success"));
        };
    }

    private static boolean isOutcome(JsonNode answer, JsonNode flag) {
        return flag.isBoolean()
                && (flag.booleanValue() || !answer.path("error").asString("").isEmpty());
    }

    private static boolean isFalse(JsonNode flag) {
        return flag.isBoolean() && !flag.booleanValue();
    }

    private static Optional<String> oneAck(RawSocketIo socket, long id, Predicate<JsonNode> right) {
        Optional<JsonNode> answer = socket.awaitAck(id);
        if (answer.isEmpty()) {
            return Optional.of(
                    socket.websocket().ended() ? "the connection was ended" : "no acknowledgement");
        }
        if (!right.test(answer.get())) {
            return Optional.of("acknowledged with " + answer.get());
        }
        return atMost(socket, id, 1);
    }

    /// Events of one socket are handled in order, so a served `ping` proves that the packet before
    /// it was dealt with.
    private static Optional<String> atMost(RawSocketIo socket, long id, int count) {
        if (!socket.isServed()) {
            return Optional.of(
                    socket.websocket().ended()
                            ? "the connection was ended"
                            : "not served any more");
        }
        long acks = id == 0 ? unaskedAcks(socket) : socket.ackCount(id);
        return acks <= count
                ? Optional.empty()
                : Optional.of(acks + " acknowledgements, at most " + count + " expected");
    }

    /// Acknowledgements but the one of the `ping` that was just asked.
    private static long unaskedAcks(RawSocketIo socket) {
        return socket.packets().stream().filter(p -> p.startsWith("43")).count() - 1;
    }

    private static Optional<String> left(RawSocketIo socket, long id) {
        boolean refused = socket.awaitPacket(packet -> packet.startsWith("44")).isPresent();
        if (socket.ackCount(id) > 0) {
            return Optional.of("an event was served after DISCONNECT");
        }
        return refused || socket.websocket().ended()
                ? Optional.empty()
                : Optional.of("the connection stays open and CONNECT is not answered");
    }

    private static Optional<String> servedOrClosed(RawSocketIo socket) {
        boolean served = socket.isServed();
        return served || Polling.until(CLOSE_PATIENCE, () -> socket.websocket().ended())
                ? Optional.empty()
                : Optional.of("the connection stays open and is not served");
    }

    @Override
    public void close() {
        if (attacker != null) {
            attacker.close();
        }
        witnesses.close();
        http.shutdownNow();
    }
}
