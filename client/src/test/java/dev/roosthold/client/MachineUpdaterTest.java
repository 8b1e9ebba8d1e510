package dev.roosthold.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.roosthold.crypto.AccountKeys;
import dev.roosthold.crypto.DataEncryptionKey;
import dev.roosthold.crypto.DataKeyCipher;
import dev.roosthold.crypto.MasterSecret;
import dev.roosthold.crypto.SymmetricKey;
import dev.roosthold.protocol.MachineId;
import dev.roosthold.relay.Relay;
import dev.roosthold.relay.RelayConfig;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

/// Versioned updates and the socket against the real relay.
@Timeout(60)
class MachineUpdaterTest {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final MachineId MACHINE = new MachineId("machine-of-the-test");
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @TempDir Path temp;
    private final MasterSecret secret = MasterSecret.random(RANDOM);
    private final SymmetricKey machineKey = SymmetricKey.random(RANDOM);
    private final EncryptedJson encryption =
            new EncryptedJson(new DataKeyCipher(machineKey, RANDOM));
    private final List<IoSocket> sockets = new ArrayList<>();
    private Relay relay;
    private RelayClient client;
    private BearerToken bearer;
    private MachineRow row;

    @BeforeEach
    void start() throws Exception {
        relay =
                Relay.start(
                        RelayConfig.defaults()
                                .withPort(0)
                                .withDataDirectory(temp.resolve("relay")));
        client = new RelayClient(address(), "test/1");
        bearer = success(client.signIn(secret, RANDOM));
        ObjectNode metadata = Json.object().put("host", "box").put("future", "kept");
        row =
                success(
                        client.createMachine(
                                bearer,
                                new RelayClient.NewMachine(
                                        MACHINE,
                                        encryption.seal(metadata),
                                        encryption.seal(Json.object()),
                                        DataEncryptionKey.wrap(
                                                machineKey,
                                                AccountKeys.of(secret).contentPublicKey(),
                                                RANDOM))));
    }

    @AfterEach
    void stop() {
        sockets.forEach(socket -> socket.abort("test is over"));
        client.close();
        relay.close();
    }

    private RelayAddress address() {
        return RelayAddress.parse(relay.address().toString());
    }

    private static <T> T success(Reply<T> reply) {
        assertThat(reply).isInstanceOf(Reply.Success.class);
        return ((Reply.Success<T>) reply).value();
    }

    private IoSocket connect() throws Exception {
        IoSocket socket =
                new IoSocket(
                        address(),
                        new SocketAuth.UserScoped(bearer),
                        "test/1",
                        PATIENCE,
                        Scheduler.system(),
                        (_, _, _) -> {});
        sockets.add(socket);
        assertThat(socket.attempt().get()).isEqualTo(new IoSocket.Attempt.Connected());
        return socket;
    }

    private MachineUpdater updater(EncryptedJson by) {
        return new MachineUpdater(
                MACHINE,
                by,
                new Backoff(Duration.ofMillis(5), Duration.ofMillis(50), RANDOM),
                Thread::sleep);
    }

    private ObjectNode stored() throws InterruptedException {
        Versioned metadata = success(client.machine(bearer, MACHINE)).metadata();
        return encryption.open(Objects.requireNonNull(metadata.value())).orElseThrow();
    }

    @Test
    void writersThatRaceLoseNothingOfEachOther() throws Exception {
        int writers = 4;
        int writes = 10;
        List<Callable<UpdateResult>> tasks = new ArrayList<>();
        for (int writer = 0; writer < writers; writer++) {
            IoSocket socket = connect();
            for (int write = 0; write < writes; write++) {
                String key = "w" + writer + "-" + write;
                // All start from the first version: nearly every write loses at least once.
                tasks.add(
                        () ->
                                updater(encryption)
                                        .update(
                                                socket,
                                                MachineField.METADATA,
                                                row.metadata(),
                                                object -> object.put(key, true),
                                                PATIENCE));
            }
        }
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<UpdateResult> result : threads.invokeAll(tasks)) {
                assertThat(result.get(30, TimeUnit.SECONDS)).isInstanceOf(UpdateResult.Saved.class);
            }
        }
        ObjectNode object = stored();
        assertThat(object.size()).isEqualTo(2 + writers * writes);
        assertThat(object.path("future").asString()).isEqualTo("kept");
        assertThat(success(client.machine(bearer, MACHINE)).metadata().version())
                .isEqualTo(row.metadata().version() + writers * writes);
    }

    @Test
    void changeThatIsAlreadyThereSendsNothing() throws Exception {
        UpdateResult result =
                updater(encryption)
                        .update(
                                connect(),
                                MachineField.METADATA,
                                row.metadata(),
                                object -> object.put("host", "box"),
                                PATIENCE);
        assertThat(result).isEqualTo(new UpdateResult.Saved(row.metadata()));
        assertThat(success(client.machine(bearer, MACHINE)).metadata()).isEqualTo(row.metadata());
    }

    @Test
    void acknowledgementThatGotLostLeadsToNoSecondWrite() throws Exception {
        IoSocket socket = connect();
        UpdateResult first = put(socket, row.metadata());
        assertThat(first).isInstanceOf(UpdateResult.Saved.class);
        assertThat(put(socket, row.metadata())).isEqualTo(first);
    }

    private UpdateResult put(IoSocket socket, Versioned base) throws InterruptedException {
        return updater(encryption)
                .update(
                        socket,
                        MachineField.METADATA,
                        base,
                        object -> object.put("x", 1),
                        PATIENCE);
    }

    @Test
    void valueOfAnotherKeyIsNotOverwritten() throws Exception {
        EncryptedJson other =
                new EncryptedJson(new DataKeyCipher(SymmetricKey.random(RANDOM), RANDOM));
        UpdateResult result =
                updater(other)
                        .update(
                                connect(),
                                MachineField.METADATA,
                                new Versioned(null, 0),
                                object -> object.put("x", 1),
                                PATIENCE);
        assertThat(result).isEqualTo(new UpdateResult.Unreadable(row.metadata()));
        assertThat(stored().path("host").asString()).isEqualTo("box");
    }

    @Test
    void unknownMachineIsMissing() throws Exception {
        UpdateResult result =
                new MachineUpdater(
                                new MachineId("nobody"),
                                encryption,
                                Backoff.reconnecting(RANDOM),
                                Thread::sleep)
                        .update(
                                connect(),
                                MachineField.DAEMON_STATE,
                                new Versioned(null, 0),
                                object -> object.put("x", 1),
                                PATIENCE);
        assertThat(result).isEqualTo(new UpdateResult.Missing());
    }

    @Test
    void callOnAConnectionThatEndsFailsAtOnceAndLaterCallsToo() throws Exception {
        IoSocket socket = connect();
        assertThat(socket.call("ping", null, PATIENCE).get()).hasToString("{}");
        var unanswered = socket.call("no-such-event", null, Duration.ofHours(1));
        socket.abort("cut");
        assertThatThrownBy(unanswered::get).hasCauseInstanceOf(SocketGoneException.class);
        assertThatThrownBy(socket.call("ping", null, PATIENCE)::get)
                .hasCauseInstanceOf(SocketGoneException.class);
        assertThat(socket.ended().get()).isEqualTo("cut");
    }

    @Test
    void callWithoutAnswerFailsWhenItsPatienceIsOver() throws Exception {
        var unanswered = connect().call("no-such-event", null, Duration.ofMillis(50));
        assertThatThrownBy(unanswered::get)
                .hasCauseInstanceOf(SocketGoneException.class)
                .hasMessageContaining("no answer in time");
    }

    @Test
    void wrongBearerIsRefusedAndNotTakenForABrokenLine() throws Exception {
        IoSocket socket =
                new IoSocket(
                        address(),
                        new SocketAuth.UserScoped(new BearerToken("wrong")),
                        "test/1",
                        PATIENCE,
                        Scheduler.system(),
                        (_, _, _) -> {});
        assertThat(socket.attempt().get())
                .isEqualTo(new IoSocket.Attempt.Refused("Invalid authentication token"));
        assertThat(socket.ended().get()).isEqualTo("refused");
    }

    @Test
    void portWithoutARelayFails() throws Exception {
        try (RawServer server = RawServer.answering(200, "hello")) {
            IoSocket socket =
                    new IoSocket(
                            server.address(),
                            new SocketAuth.UserScoped(bearer),
                            "test/1",
                            PATIENCE,
                            Scheduler.system(),
                            (_, _, _) -> {});
            assertThat(socket.attempt().get()).isInstanceOf(IoSocket.Attempt.Failed.class);
            assertThat(socket.ended().get()).isNotEmpty();
        }
    }
}
