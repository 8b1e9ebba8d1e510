package dev.roosthold.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.roosthold.protocol.Codec;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

@Timeout(60)
class AttachmentsTest {
    private static final int MAX = 10 << 20;

    private final HttpClient http = HttpClient.newHttpClient();
    private RelayRig rig;
    private Person ada;
    private String session;

    @BeforeEach
    void start() {
        rig = RelayRig.start();
        ada = rig.signsUp();
        session = makesSession(ada, null);
    }

    @AfterEach
    void stop() {
        rig.close();
        http.close();
    }

    @Test
    void whatWasUploadedIsDownloadedAndTheLinksNeedNoBearer() {
        byte[] bytes = RelayRig.randomBytes(100_000);
        Answer announced = announce(ada, session, bytes.length);
        String ref = announced.text("ref");
        assertThat(ref).matches("sessions/" + session + "/attachments/[0-9a-f-]{36}\\.enc");
        assertThat(announced.text("method")).isEqualTo("PUT");
        assertThat(announced.text("uploadUrl")).startsWith(rig.relay().address() + "/v1/" + ref);

        var put = put(announced.text("uploadUrl"), bytes);
        assertThat(put.statusCode()).isEqualTo(200);
        assertThat(text(put)).isEqualTo("{\"ok\":true}");

        var got = get(downloadUrl(ref));
        assertThat(got.statusCode()).isEqualTo(200);
        assertThat(got.body()).isEqualTo(bytes);
        assertThat(got.headers().map())
                .containsEntry("content-type", List.of("application/octet-stream"))
                .containsEntry("x-content-type-options", List.of("nosniff"))
                .containsEntry("content-disposition", List.of("attachment"))
                .containsEntry("cache-control", List.of("no-store"));
    }

    @Test
    void theLargestAttachmentFitsAndOneByteMoreIsRefused() {
        byte[] bytes = RelayRig.randomBytes(MAX);
        String ref = uploads(bytes);
        assertThat(get(downloadUrl(ref)).body()).isEqualTo(bytes);

        Answer more = announce(ada, session, MAX + 1);
        assertThat(more.status()).isEqualTo(413);
        assertThat(more.error()).isNotEmpty();
        String url = announce(ada, session, MAX).text("uploadUrl");
        assertThat(put(url, new byte[MAX + 1]).statusCode()).isEqualTo(413);
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json", "text/html", "multipart/form-data"})
    void anyContentTypeIsTakenAndComesBackAsBytes(String type) {
        Answer announced = announce(ada, session, 2);
        byte[] bytes = {'{', '}'};
        assertThat(put(announced.text("uploadUrl"), bytes, "content-type", type).statusCode())
                .isEqualTo(200);
        var got = get(downloadUrl(announced.text("ref")));
        assertThat(got.body()).isEqualTo(bytes);
        assertThat(got.headers().firstValue("content-type")).contains("application/octet-stream");
    }

    @Test
    void aBearerOfTheAccountNeedsNoSignatureAndOthersFindNothing() {
        byte[] bytes = RelayRig.randomBytes(20);
        String ref = announce(ada, session, 20).text("ref");
        String url = rig.relay().address() + "/v1/" + ref;
        Person bob = rig.signsUp();

        assertThat(put(url, bytes).statusCode()).isEqualTo(401);
        var foreign = put(url, bytes, "authorization", "Bearer " + bob.token());
        assertThat(foreign.statusCode()).isEqualTo(404);
        assertThat(text(foreign)).isEqualTo("{\"error\":\"Session not found\"}");
        assertThat(put(url, bytes, "authorization", "Bearer " + ada.token()).statusCode())
                .isEqualTo(200);

        var anonymous = get(url);
        assertThat(anonymous.statusCode()).isEqualTo(401);
        assertThat(text(anonymous)).isEqualTo("{\"error\":\"Missing authorization header\"}");
        assertThat(get(url, "authorization", "Bearer " + bob.token()).statusCode()).isEqualTo(404);
        assertThat(get(url, "authorization", "Bearer " + ada.token()).body()).isEqualTo(bytes);
        assertThat(requestDownload(bob, session, ref).status()).isEqualTo(404);
    }

    @Test
    void aMachineCredentialReachesTheAttachmentsOfItsOwnSessionsOnly() {
        String machine = rig.machineId();
        String secret = ada.addsMachine(machine, "laptop");
        String token =
                rig.api()
                        .post(
                                "/v1/machines/authenticate",
                                Map.of("machineId", machine, "secret", secret))
                        .text("token");
        String own = makesSession(ada, machine);
        String ref = uploads(RelayRig.randomBytes(5));
        Api daemon = rig.api().as(token);
        Map<String, Object> upload = Map.of("filename", "a", "size", 5);

        assertThat(daemon.post(path(own, "request-upload"), upload).status()).isEqualTo(200);
        assertThat(daemon.post(path(session, "request-upload"), upload).status()).isEqualTo(404);
        String url = rig.relay().address() + "/v1/" + ref;
        assertThat(get(url, "authorization", "Bearer " + token).statusCode()).isEqualTo(404);
    }

    @Test
    void aLinkIsGoodForOneMethodOneFileAndTenMinutes() {
        byte[] bytes = RelayRig.randomBytes(30);
        Answer announced = announce(ada, session, 30);
        String upload = announced.text("uploadUrl");
        String other = announce(ada, session, 30).text("ref");

        assertThat(get(upload).statusCode()).isEqualTo(401);
        assertThat(put(upload.replace(announced.text("ref"), other), bytes).statusCode())
                .isEqualTo(401);
        assertThat(put(upload.replaceAll("size=30", "size=31"), bytes).statusCode()).isEqualTo(401);
        assertThat(put(upload.replaceAll("expires=(\\d+)", "expires=9$1"), bytes).statusCode())
                .isEqualTo(401);
        String forged = upload.contains("signature=_") ? "signature=A" : "signature=_";
        assertThat(put(upload.replaceAll("signature=.", forged), bytes).statusCode())
                .isEqualTo(401);
        assertThat(put(upload.replaceAll("expires=\\d+", "expires=x"), bytes).statusCode())
                .isEqualTo(401);
        assertThat(put(upload, bytes).statusCode()).isEqualTo(200);

        String download = downloadUrl(announced.text("ref"));
        assertThat(put(download, bytes).statusCode()).isEqualTo(401);
        rig.clock().pass(Duration.ofMinutes(10).minusMillis(1));
        assertThat(get(download).statusCode()).isEqualTo(200);
        rig.clock().pass(Duration.ofMillis(1));
        assertThat(get(download).statusCode()).isEqualTo(401);
        assertThat(get(download, "authorization", "Bearer " + ada.token()).statusCode())
                .isEqualTo(200);
    }

    @Test
    void aLinkOutlivesARestart() throws IOException {
        byte[] bytes = RelayRig.randomBytes(30);
        Answer announced = announce(ada, session, 30);
        URI before = rig.relay().address();
        rig.restarts();
        String upload = announced.text("uploadUrl").replace(before.toString(), address());
        assertThat(put(upload, bytes).statusCode()).isEqualTo(200);

        Path key = rig.config().dataDirectory().resolve("attachment-links.key");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder())))
                .isEqualTo("rwx------");
    }

    @Test
    void anotherSizeThanAnnouncedIsRefusedAndTheUploadCanBeRepeated() {
        byte[] bytes = RelayRig.randomBytes(100);
        Answer announced = announce(ada, session, 100);
        String url = announced.text("uploadUrl");

        assertThat(put(url, new byte[99]).statusCode()).isEqualTo(400);
        assertThat(put(url, new byte[0]).statusCode()).isEqualTo(400);
        assertThat(put(url, new byte[101]).statusCode()).isEqualTo(413);
        assertThat(requestDownload(ada, session, announced.text("ref")).status()).isEqualTo(404);
        assertThat(put(url, bytes).statusCode()).isEqualTo(200);
        assertThat(get(downloadUrl(announced.text("ref"))).body()).isEqualTo(bytes);
    }

    @Test
    void aSecondUploadIsRefusedAndTheFirstStays() {
        byte[] bytes = RelayRig.randomBytes(100);
        Answer announced = announce(ada, session, 100);
        assertThat(put(announced.text("uploadUrl"), bytes).statusCode()).isEqualTo(200);

        assertThat(put(announced.text("uploadUrl"), new byte[100]).statusCode()).isEqualTo(409);
        assertThat(get(downloadUrl(announced.text("ref"))).body()).isEqualTo(bytes);
    }

    @Test
    void ofUploadsAtTheSameTimeOneWinsAndItsBytesStay() throws Exception {
        for (int round = 0; round < 5; round++) {
            Answer announced = announce(ada, session, 50_000);
            var uploads = new ArrayList<Callable<Integer>>();
            var bodies = new ArrayList<byte[]>();
            for (int i = 0; i < 4; i++) {
                byte[] bytes = RelayRig.randomBytes(50_000);
                bodies.add(bytes);
                uploads.add(() -> put(announced.text("uploadUrl"), bytes).statusCode());
            }
            var statuses = new ArrayList<Integer>();
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (var status : threads.invokeAll(uploads)) {
                    statuses.add(status.get());
                }
            }
            assertThat(statuses).containsExactlyInAnyOrderElementsOf(List.of(200, 409, 409, 409));
            assertThat(get(downloadUrl(announced.text("ref"))).body())
                    .isEqualTo(bodies.get(statuses.indexOf(200)));
        }
    }

    @Test
    void wrongRequestsGetTheirContractErrors() {
        String upload = path(session, "request-upload");
        for (Object size : new Object[] {0, -1, "5", 1.5, true}) {
            Answer answer = ada.api().post(upload, Map.of("filename", "a", "size", size));
            assertThat(answer.status()).as("size %s", size).isEqualTo(400);
            assertThat(answer.text("message")).startsWith("body/size ");
        }
        var missing = new HashMap<String, Object>();
        missing.put("filename", null);
        assertThat(ada.api().post(upload, missing).text("message"))
                .contains("body/filename", "body/size");
        assertThat(announce(ada, "nope", 1).error()).isEqualTo("Session not found");
        assertThat(announce(ada, "nope", 1).status()).isEqualTo(404);
        assertThat(rig.api().post(upload, Map.of()).status()).isEqualTo(401);

        assertThat(requestDownload(ada, "nope", "x").status()).isEqualTo(404);
        String ref = uploads(RelayRig.randomBytes(10));
        Answer foreign = requestDownload(ada, makesSession(ada, null), ref);
        assertThat(foreign.status()).isEqualTo(400);
        assertThat(foreign.error()).isEqualTo("Ref does not belong to this session");
        for (String file : List.of("nope.enc", "..%2F..%2Frelay.db", "%00", "x".repeat(1000))) {
            String url = rig.relay().address() + path(session, file);
            assertThat(get(url, "authorization", "Bearer " + ada.token()).statusCode())
                    .isEqualTo(404);
            assertThat(put(url, new byte[2], "authorization", "Bearer " + ada.token()).statusCode())
                    .isEqualTo(404);
        }
    }

    @Test
    void bytesAreServedBehindNoOtherAddress() {
        String ref = uploads(RelayRig.randomBytes(10));
        assertThat(get(rig.relay().address() + "/files/" + ref).statusCode()).isEqualTo(404);
        assertThat(get(rig.relay().address() + "/" + ref).statusCode()).isEqualTo(404);
    }

    @Test
    void theSixtyFirstUploadOfAMinuteIsRefusedForThatAccountOnly() {
        Person bob = rig.signsUp();
        for (int i = 0; i < 60; i++) {
            assertThat(announce(ada, session, 1).status()).isEqualTo(200);
        }
        Answer refused = announce(ada, session, 1);
        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.error()).isNotEmpty();
        assertThat(announce(bob, makesSession(bob, null), 1).status()).isEqualTo(200);
        rig.clock().pass(Duration.ofMinutes(1));
        assertThat(announce(ada, session, 1).status()).isEqualTo(200);
    }

    @Test
    void anAccountHasItsQuotaAndADeletedSessionGivesItBack() {
        rig.close();
        rig = RelayRig.start(c -> c.withLimits(c.limits().withAttachmentBytes(20_000)));
        ada = rig.signsUp();
        session = makesSession(ada, null);
        Person bob = rig.signsUp();

        assertThat(announce(ada, session, 10_000).status()).isEqualTo(200);
        // A small file counts as 4 KiB.
        assertThat(announce(ada, session, 1).status()).isEqualTo(200);
        Answer refused = announce(ada, session, 6_000);
        assertThat(refused.status()).isEqualTo(413);
        assertThat(refused.error()).isNotEmpty();
        assertThat(announce(ada, session, 5_000).status()).isEqualTo(200);
        assertThat(announce(bob, makesSession(bob, null), 20_000).status()).isEqualTo(200);

        deletesSession(session);
        assertThat(announce(ada, makesSession(ada, null), 20_000).status()).isEqualTo(200);
    }

    @Test
    void anAnnouncedUploadThatNeverCameIsGivenUpAfterAnHour() throws IOException {
        Answer waiting = announce(ada, session, 10);
        String kept = uploads(RelayRig.randomBytes(10));
        rig.clock().pass(Duration.ofHours(1));
        tidies();
        String url = rig.relay().address() + "/v1/" + waiting.text("ref");
        rig.clock().pass(Duration.ofMillis(1));
        tidies();

        assertThat(put(url, new byte[10], "authorization", "Bearer " + ada.token()).statusCode())
                .isEqualTo(404);
        assertThat(get(downloadUrl(kept)).statusCode()).isEqualTo(200);
        assertThat(files()).containsExactly(file(kept));
    }

    @Test
    void theFileOfADeletedSessionIsUnreachableAtOnceAndRemovedSoon() throws IOException {
        String gone = uploads(RelayRig.randomBytes(10));
        String url = downloadUrl(gone);
        String other = makesSession(ada, null);
        String kept = uploads(other, RelayRig.randomBytes(10));
        deletesSession(session);

        assertThat(get(url).statusCode()).isEqualTo(404);
        tidies();
        assertThat(files()).containsExactly(file(kept));
    }

    @Test
    void aStopBetweenBytesAndAcknowledgementLeavesTheUploadRepeatable() throws IOException {
        byte[] bytes = RelayRig.randomBytes(64);
        Answer announced = announce(ada, session, 64);
        String ref = announced.text("ref");
        Files.write(folder().resolve(file(ref)), RelayRig.randomBytes(64));
        rig.restarts();

        assertThat(requestDownload(ada, session, ref).status()).isEqualTo(404);
        String url = rig.relay().address() + "/v1/" + ref;
        assertThat(get(url, "authorization", "Bearer " + ada.token()).statusCode()).isEqualTo(404);
        tidies();
        assertThat(put(url, bytes, "authorization", "Bearer " + ada.token()).statusCode())
                .isEqualTo(200);
        assertThat(get(downloadUrl(ref)).body()).isEqualTo(bytes);
    }

    @Test
    void whatKilledUploadsLeftIsRemovedAndNothingElse() throws IOException {
        String kept = uploads(RelayRig.randomBytes(10));
        String waiting = file(announce(ada, session, 10).text("ref"));
        Files.write(folder().resolve(waiting + ".7.part"), new byte[5]);
        Files.write(folder().resolve(waiting), new byte[10]);
        Files.write(folder().resolve("11111111-2222-3333-4444-555555555555.enc"), new byte[5]);
        rig.restarts();
        tidies();
        assertThat(files()).containsExactlyInAnyOrder(file(kept), waiting);

        rig.clock().pass(Duration.ofHours(2));
        tidies();
        assertThat(files()).containsExactly(file(kept));
        assertThat(get(downloadUrl(kept)).statusCode()).isEqualTo(200);
    }

    @Test
    void tidyingTakesNothingAwayFromRunningUploads() throws Exception {
        var announced = new ArrayList<Answer>();
        for (int i = 0; i < 40; i++) {
            announced.add(announce(ada, session, 20_000));
        }
        byte[] bytes = RelayRig.randomBytes(20_000);
        var uploading = new AtomicBoolean(true);
        var acknowledged = new ArrayList<String>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var tidying =
                    threads.submit(
                            () -> {
                                while (uploading.get()) {
                                    tidies();
                                }
                            });
            for (int i = 0; i < announced.size(); i++) {
                if (i == 30) {
                    rig.clock().pass(Duration.ofHours(2));
                }
                String ref = announced.get(i).text("ref");
                String url = rig.relay().address() + "/v1/" + ref;
                var put = put(url, bytes, "authorization", "Bearer " + ada.token());
                assertThat(put.statusCode()).isIn(200, 404);
                if (put.statusCode() == 200) {
                    acknowledged.add(ref);
                }
            }
            uploading.set(false);
            tidying.get();
        }
        tidies();
        assertThat(acknowledged).hasSizeGreaterThanOrEqualTo(30);
        for (String ref : acknowledged) {
            assertThat(get(downloadUrl(ref)).body()).isEqualTo(bytes);
        }
        assertThat(files()).hasSameSizeAs(acknowledged);
    }

    @Test
    void addressesBeginWithThePublicUrlOrTheHostThatWasAsked() {
        String byName = "http://localhost:" + rig.relay().port();
        var asked =
                new Api(http, URI.create(byName), java.util.Optional.of(ada.token()), Map.of())
                        .post(path(session, "request-upload"), Map.of("filename", "a", "size", 1));
        assertThat(asked.text("uploadUrl")).startsWith(byName + "/v1/");

        rig.close();
        rig = RelayRig.start(c -> c.withPublicUrl(URI.create("https://roost.example/")));
        ada = rig.signsUp();
        assertThat(announce(ada, makesSession(ada, null), 1).text("uploadUrl"))
                .startsWith("https://roost.example/v1/sessions/");
    }

    private Answer announce(Person person, String session, int size) {
        return person.api()
                .post(path(session, "request-upload"), Map.of("filename", "a.png", "size", size));
    }

    private Answer requestDownload(Person person, String session, String ref) {
        return person.api().post(path(session, "request-download"), Map.of("ref", ref));
    }

    private String downloadUrl(String ref) {
        Answer answer = requestDownload(ada, ref.split("/")[1], ref);
        assertThat(answer.status()).isEqualTo(200);
        return answer.text("downloadUrl");
    }

    /// Announces and uploads; returns the reference.
    private String uploads(byte[] bytes) {
        return uploads(session, bytes);
    }

    private String uploads(String session, byte[] bytes) {
        Answer announced = announce(ada, session, bytes.length);
        assertThat(put(announced.text("uploadUrl"), bytes).statusCode()).isEqualTo(200);
        return announced.text("ref");
    }

    private HttpResponse<byte[]> put(String url, byte[] bytes, String... headers) {
        var request = HttpRequest.newBuilder(URI.create(url));
        return send(request.PUT(BodyPublishers.ofByteArray(bytes)), headers);
    }

    private HttpResponse<byte[]> get(String url, String... headers) {
        return send(HttpRequest.newBuilder(URI.create(url)), headers);
    }

    private HttpResponse<byte[]> send(HttpRequest.Builder request, String... headers) {
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            return http.send(
                    request.timeout(Duration.ofSeconds(20)).build(), BodyHandlers.ofByteArray());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError("not answered", e);
        }
    }

    private static String text(HttpResponse<byte[]> answer) {
        JsonNode body = Codec.parse(answer.body());
        return Codec.printText(body);
    }

    private void tidies() {
        // A relay that has just started may be tidying by itself.
        await().until(() -> rig.relay().attachments().tidyOn(Runnable::run));
    }

    private String address() {
        return rig.relay().address().toString();
    }

    private Path folder() {
        return rig.config().dataDirectory().resolve("attachments");
    }

    private List<String> files() throws IOException {
        try (var entries = Files.list(folder())) {
            return entries.map(entry -> entry.getFileName().toString()).toList();
        }
    }

    private static String file(String ref) {
        return ref.substring(ref.lastIndexOf('/') + 1);
    }

    private static String path(String session, String last) {
        return "/v1/sessions/" + session + "/attachments/" + last;
    }

    /// Makes the row of a session without its routes.
    private String makesSession(Person person, @Nullable String machine) {
        String id = "s" + rig.machineId();
        rig.relay()
                .store()
                .writeNow(
                        tx ->
                                tx.execute(
                                        """
                                        INSERT INTO session (id, account_id, message_seq, updated_at,
                                            active, active_at, created_at, metadata_version,
                                            agent_state_version, tag, creator_machine, metadata)
                                          VALUES (?, ?, 0, 0, 0, 0, 0, 0, 0, ?, ?, 'm')""",
                                        id,
                                        person.account(),
                                        id,
                                        machine));
        return id;
    }

    private void deletesSession(String id) {
        rig.relay().store().writeNow(tx -> tx.execute("DELETE FROM session WHERE id = ?", id));
    }
}
