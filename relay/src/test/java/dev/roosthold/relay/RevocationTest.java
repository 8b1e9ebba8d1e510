package dev.roosthold.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.Codec;
import dev.roosthold.relay.limits.Rate;
import dev.roosthold.relay.store.DatabaseStore;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/// A credential that was taken back does nothing any more, however busy it is.
class RevocationTest {
    private static final int SOCKETS = 50;
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    @Test
    void nothingOfARevokedDeviceIsAcceptedASecondLater() throws Exception {
        revokeBusyDevices(4);
    }

    @Test
    @Tag("soak")
    @Timeout(900)
    void nothingOfARevokedDeviceIsAcceptedASecondLaterInAHundredRounds() throws Exception {
        revokeBusyDevices(100);
    }

    /// In each round another device with 50 sockets of all scopes and with requests that read and
    /// write, all of them going on for more than a second after the answer.
    private static void revokeBusyDevices(int rounds) throws Exception {
        try (var rig = RelayRig.start(config -> config.withClock(InstantSource.system()));
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Person ada = rig.signsUp();
            ada.makesMachine("m");
            ada.makesMachine("target");
            var seen = new Seen();
            RawSocket page = socket(rig, ada, Map.of("clientType", "user-scoped"), seen);
            RawSocket target = socket(rig, ada, Map.of("clientType", "user-scoped"), seen);
            target.send(event("rpc-register", Map.of("method", "target:probe")));
            for (int round = 0; round < rounds; round++) {
                Person lost = rig.signsIn(ada.key());
                String device = newest(ada);
                String session = ada.makesSession("s" + round);
                new Round(rig, ada, lost, session, seen, threads).run(device);
            }
            page.breaks();
            target.breaks();
        }
    }

    /// What others see of the device, and when they saw it last.
    private static final class Seen implements RawSocket.Listener {
        final AtomicLong streams = new AtomicLong();
        final AtomicLong messages = new AtomicLong();
        final AtomicLong lastNanos = new AtomicLong(System.nanoTime());

        @Override
        public void packet(RawSocket socket, String packet) {
            if (packet.contains("\"rpc-request\"")) {
                String ack = packet.substring(1, packet.indexOf('['));
                socket.send("3" + ack + "[\"answer\"]");
            } else if (packet.contains("-stream\"")) {
                streams.incrementAndGet();
            } else if (packet.contains("\"new-message\"")) {
                messages.incrementAndGet();
            } else {
                return;
            }
            lastNanos.set(System.nanoTime());
        }
    }

    /// Whoever goes on with a credential that ended is told to slow down.
    private static final Set<Integer> REFUSED = Set.of(401, 429);

    private record Request(long begunNanos, long endedNanos, int status) {}

    private record Round(
            RelayRig rig,
            Person ada,
            Person lost,
            String session,
            Seen seen,
            ExecutorService threads) {

        void run(String device) throws Exception {
            long streams = seen.streams.get();
            long messages = seen.messages.get();
            var revokedAt = new AtomicLong(Long.MAX_VALUE);
            var acknowledgedAt = new AtomicLong();
            Set<Integer> working = ConcurrentHashMap.newKeySet();
            Supplier<Boolean> goesOn =
                    () ->
                            revokedAt.get() == Long.MAX_VALUE
                                    || System.nanoTime() - revokedAt.get() < SECOND * 5 / 4;
            var requests = new ConcurrentLinkedQueue<Request>();
            List<Future<?>> busy = new ArrayList<>();
            for (int i = 0; i < SOCKETS; i++) {
                int number = i;
                busy.add(threads.submit(() -> useSocket(number, working, acknowledgedAt, goesOn)));
            }
            for (boolean writing : List.of(false, true)) {
                busy.add(threads.submit(() -> request(writing, requests, goesOn)));
            }
            try {
                awaitTraffic(working, streams, messages, requests);
                assertThat(ada.api().delete("/v1/devices/" + device).status()).isEqualTo(200);
            } finally {
                revokedAt.set(System.nanoTime());
            }
            long answered = revokedAt.get();
            long answeredMs = System.currentTimeMillis();
            for (Future<?> one : busy) {
                one.get(20, TimeUnit.SECONDS);
            }
            assertThat(acknowledgedAt.get() - answered).isLessThan(SECOND);
            assertThat(seen.lastNanos.get() - answered).isLessThan(SECOND);
            assertThat(latestMessageMs()).isLessThan(answeredMs + 1_000);
            assertThat(requests)
                    .anyMatch(request -> request.status() == 200)
                    .anyMatch(request -> request.begunNanos() > answered)
                    .filteredOn(request -> request.begunNanos() > answered)
                    .allMatch(request -> REFUSED.contains(request.status()));
            assertThat(requests)
                    .filteredOn(request -> request.endedNanos() - answered > SECOND)
                    .allMatch(request -> REFUSED.contains(request.status()));
            assertThat(lost.page().outcome()).isEqualTo("Invalid authentication token");
        }

        private void awaitTraffic(
                Set<Integer> working, long streams, long messages, Collection<Request> requests) {
            await().atMost(Duration.ofSeconds(20))
                    .pollInterval(Duration.ofMillis(10))
                    .until(
                            () ->
                                    working.size() == SOCKETS
                                            && seen.streams.get() > streams + SOCKETS
                                            && seen.messages.get() > messages + SOCKETS
                                            && requests.size() > 4);
        }

        /// Of three sockets one is a page's, one a session's and one a machine's.
        private void useSocket(
                int number,
                Set<Integer> working,
                AtomicLong acknowledgedAt,
                Supplier<Boolean> goesOn) {
            Map<String, String> scope =
                    switch (number % 3) {
                        case 0 -> Map.of("clientType", "user-scoped");
                        case 1 -> Map.of("clientType", "session-scoped", "sessionId", session);
                        default -> Map.of("clientType", "machine-scoped", "machineId", "m");
                    };
            RawSocket socket =
                    socket(
                            rig,
                            lost,
                            scope,
                            (_, packet) -> {
                                if (packet.startsWith("3")) {
                                    acknowledgedAt.set(System.nanoTime());
                                    working.add(number);
                                }
                            });
            for (long n = 0; goesOn.get(); n++) {
                socket.send("2" + (n + 1) + event("rpc-call", call()).substring(1));
                switch (number % 3) {
                    case 0 -> {}
                    case 1 ->
                            socket.send(event("session-stream", stream("sid", session, number, n)));
                    default ->
                            socket.send(
                                    event("machine-stream", stream("machineId", "m", number, n)));
                }
                socket.send(event("message", Map.of("sid", session, "message", "bWVzc2FnZQ==")));
                pause(80);
            }
            socket.breaks();
        }

        private static Map<String, Object> call() {
            return Map.of("method", "target:probe", "params", "cGFyYW1z");
        }

        private static Map<String, Object> stream(String name, String id, int socket, long n) {
            return Map.of(name, id, "streamId", "stream-" + socket, "n", n, "data", "ZGF0YQ==");
        }

        private void request(
                boolean writing, ConcurrentLinkedQueue<Request> to, Supplier<Boolean> goesOn) {
            for (int n = 0; goesOn.get(); n++) {
                long begun = System.nanoTime();
                Answer answer =
                        writing
                                ? lost.api()
                                        .post(
                                                "/v3/sessions/" + session + "/messages",
                                                Map.of(
                                                        "messages",
                                                        List.of(
                                                                Map.of(
                                                                        "content",
                                                                        "bWVzc2FnZQ==",
                                                                        "localId",
                                                                        begun + "-" + n))))
                                : lost.api().get("/v1/account/profile");
                to.add(new Request(begun, System.nanoTime(), answer.status()));
                pause(5);
            }
        }

        private long latestMessageMs() {
            return rig.relay()
                    .store()
                    .readNow(
                            sql ->
                                    sql.first(
                                                    "SELECT max(created_at) FROM message"
                                                            + " WHERE session_id = ?",
                                                    row -> row.getLong(1),
                                                    session)
                                            .orElse(0L));
        }

        /// So that it is a busy device and no overload.
        private static void pause(int milliseconds) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(milliseconds));
        }
    }

    @Test
    void whatASocketHadSentBeforeItsRevocationIsNotHandledAfterwards() {
        var slow = new Rate(3, 1);
        try (var rig =
                RelayRig.start(
                        config -> config.withLimits(config.limits().withSocketEvents(slow)))) {
            Person ada = rig.signsUp();
            String session = ada.makesSession("s");
            Person lost = rig.signsIn(ada.key());
            String device = newest(ada);
            RawSocket socket = socket(rig, lost, Map.of("clientType", "user-scoped"), (_, _) -> {});
            socket.send(event("rpc-register", Map.of("method", "mark")));
            for (int i = 0; i < 50; i++) {
                socket.send(event("message", Map.of("sid", session, "message", "bQ==")));
            }
            await().until(() -> messages(ada, session) == 2);

            assertThat(ada.api().delete("/v1/devices/" + device).status()).isEqualTo(200);
            rig.passes(Duration.ofHours(1));

            // The end of a socket is handled after everything that it sent.
            var account = new AccountId(ada.account());
            await().until(() -> rig.relay().rpc().counts(account).methods() == 0);
            assertThat(messages(ada, session)).isEqualTo(2);
        }
    }

    @Test
    void aRequestWhoseBodyWasOnItsWayIsRefused() throws Exception {
        try (var rig = RelayRig.start()) {
            Person ada = rig.signsUp();
            String session = ada.makesSession("s");
            Person lost = rig.signsIn(ada.key());
            String device = newest(ada);
            byte[] body =
                    Codec.print(
                            Map.of(
                                    "messages",
                                    List.of(
                                            Map.of(
                                                    "content",
                                                    "x".repeat(300_000),
                                                    "localId",
                                                    "l"))));
            try (var slow = new Socket(InetAddress.getLoopbackAddress(), rig.relay().port())) {
                slow.setSoTimeout(20_000);
                String head =
                        "POST /v3/sessions/%s/messages HTTP/1.1\r\nHost: relay\r\n"
                                + "Authorization: Bearer %s\r\nContent-Type: application/json\r\n"
                                + "Expect: 100-continue\r\nContent-Length: %d\r\n\r\n";
                send(
                        slow,
                        head.formatted(session, lost.token(), body.length)
                                .getBytes(StandardCharsets.US_ASCII));
                assertThat(line(slow)).isEqualTo("HTTP/1.1 100 Continue");
                assertThat(line(slow)).isEmpty();

                assertThat(ada.api().delete("/v1/devices/" + device).status()).isEqualTo(200);
                send(slow, body);

                assertThat(line(slow)).isEqualTo("HTTP/1.1 401 Unauthorized");
            }
            assertThat(messages(ada, session)).isZero();
        }
    }

    @Test
    void aPairingThatARevokedDeviceApprovedCannotBePickedUp() {
        try (var rig = RelayRig.start()) {
            Person ada = rig.signsUp();
            Person lost = rig.signsIn(ada.key());
            String device = newest(ada);
            String key = Base64.getEncoder().encodeToString(RelayRig.randomBytes(32));
            rig.api().post("/v1/auth/request", Map.of("publicKey", key));
            lost.api().post("/v1/auth/response", Map.of("publicKey", key, "response", "cg=="));
            ada.api().delete("/v1/devices/" + device);
            assertThat(rig.api().post("/v1/auth/request", Map.of("publicKey", key)).text("state"))
                    .isEqualTo("requested");
            assertThat(ada.api().get("/v1/devices").body()).hasSize(1);
        }
    }

    /// Both requests were let in; the store is slow, and the revocation comes first.
    @Test
    void whatWasLetInJustBeforeTheRevocationMakesNoOtherCredential() throws Exception {
        try (var rig = RelayRig.start();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Person ada = rig.signsUp();
            Person lost = rig.signsIn(ada.key());
            String device = newest(ada);
            String key = Base64.getEncoder().encodeToString(RelayRig.randomBytes(32));
            rig.api().post("/v1/auth/request", Map.of("publicKey", key));
            String machine = rig.machineId();
            ada.addsMachine(machine, "m");
            String added = rig.machineId();
            var store = (DatabaseStore) rig.relay().store();
            var busy = new CountDownLatch(1);
            var begun = new CountDownLatch(1);
            var _ =
                    store.write(
                            _ -> {
                                begun.countDown();
                                return awaits(busy);
                            });
            begun.await();

            List<Future<Answer>> answers = new ArrayList<>();
            for (Supplier<Answer> request :
                    List.<Supplier<Answer>>of(
                            () -> ada.api().delete("/v1/devices/" + device),
                            () ->
                                    lost.api()
                                            .post(
                                                    "/v1/auth/response",
                                                    Map.of("publicKey", key, "response", "cg==")),
                            () ->
                                    lost.api()
                                            .post(
                                                    "/v1/web/machines",
                                                    Map.of(
                                                            "machineId",
                                                            added,
                                                            "secret",
                                                            rig.secret(),
                                                            "name",
                                                            "n")),
                            () ->
                                    lost.api()
                                            .post(
                                                    "/v1/web/machines/" + machine + "/secret",
                                                    Map.of("secret", rig.secret())))) {
                answers.add(threads.submit(request::get));
                await().until(() -> store.waitingWrites() >= answers.size());
            }
            busy.countDown();

            assertThat(answers.get(0).get().status()).isEqualTo(200);
            assertThat(answers.get(1).get().error()).isEqualTo("Request not found");
            assertThat(answers.get(2).get().error()).isEqualTo("Invalid token");
            assertThat(answers.get(3).get().error()).isEqualTo("Machine not found");
            assertThat(ada.api().get("/v1/web/machines").body()).hasSize(1);
        }
    }

    private static boolean awaits(CountDownLatch latch) {
        try {
            return latch.await(20, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted", e);
        }
    }

    @Test
    void addressesOfAttachmentsEndWithTheDeviceThatAskedForThem() throws Exception {
        try (var rig = RelayRig.start()) {
            Person ada = rig.signsUp();
            String session = ada.makesSession("s");
            Person lost = rig.signsIn(ada.key());
            String device = newest(ada);
            String url = uploadUrl(lost, session);
            ada.api().delete("/v1/devices/" + device);
            assertThat(put(rig, url)).isEqualTo(401);
            rig.restarts();
            String own = uploadUrl(ada, session);
            assertThat(put(rig, own)).isEqualTo(200);
        }
    }

    @Test
    void replacingTheTokenOfAMachineAndRemovingItEndItsSocketsAndRequests() {
        try (var rig = RelayRig.start()) {
            Person ada = rig.signsUp();
            EnrolledMachine first = EnrolledMachine.of(ada);
            String session = first.makesSession("s");
            Client daemon = first.daemon().connected();
            Client coding = first.session(session).connected();

            ada.api()
                    .post(
                            "/v1/web/machines/" + first.id() + "/secret",
                            Map.of("secret", rig.secret()));

            assertThat(first.api().get("/v1/sessions").status()).isEqualTo(401);
            assertThat(daemon.end()).isEqualTo("transport close");
            assertThat(coding.end()).isEqualTo("transport close");
            assertThat(first.daemon().outcome()).isEqualTo("Invalid authentication token");

            EnrolledMachine second = EnrolledMachine.of(ada);
            Client other = second.daemon().connected();
            ada.api().delete("/v1/web/machines/" + second.id());
            assertThat(second.api().get("/v1/sessions").status()).isEqualTo(401);
            assertThat(other.end()).isEqualTo("transport close");
            assertThat(second.session(session).outcome()).isEqualTo("Invalid authentication token");
        }
    }

    private static RawSocket socket(
            RelayRig rig, Person person, Map<String, String> scope, RawSocket.Listener listener) {
        var auth = new java.util.HashMap<String, String>(scope);
        auth.put("token", person.token());
        return new RawSocket(rig.http(), rig.relay().address(), auth, listener);
    }

    private static String event(String name, Map<String, ?> body) {
        return "2" + Codec.printText(List.of(name, body));
    }

    /// The device that was made last.
    private static String newest(Person person) {
        for (JsonNode device : person.api().get("/v1/devices").body()) {
            if (!device.path("current").asBoolean()) {
                return device.path("id").asString();
            }
        }
        throw new AssertionError("no other device");
    }

    private static int messages(Person person, String session) {
        return person.api()
                .get("/v3/sessions/" + session + "/messages?limit=500")
                .body()
                .path("messages")
                .size();
    }

    private static String uploadUrl(Person person, String session) {
        return person.api()
                .post(
                        "/v1/sessions/" + session + "/attachments/request-upload",
                        Map.of("filename", "f", "size", 3))
                .text("uploadUrl");
    }

    private static int put(RelayRig rig, String url) throws Exception {
        return rig.http()
                .send(
                        HttpRequest.newBuilder(URI.create(url))
                                .PUT(BodyPublishers.ofByteArray(new byte[3]))
                                .build(),
                        BodyHandlers.discarding())
                .statusCode();
    }

    private static void send(Socket to, byte[] bytes) throws IOException {
        to.getOutputStream().write(bytes);
        to.getOutputStream().flush();
    }

    private static String line(Socket from) throws IOException {
        var line = new StringBuilder();
        for (int b = from.getInputStream().read(); b != '\n'; b = from.getInputStream().read()) {
            if (b < 0) {
                throw new IOException("the relay ended the connection");
            }
            line.append((char) b);
        }
        return line.toString().stripTrailing();
    }
}
