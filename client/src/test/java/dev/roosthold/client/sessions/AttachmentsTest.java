package dev.roosthold.client.sessions;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.client.BearerToken;
import dev.roosthold.client.RelayAddress;
import dev.roosthold.client.RelayClient;
import dev.roosthold.client.Reply;
import dev.roosthold.client.network.Network;
import dev.roosthold.client.rig.Storage;
import dev.roosthold.client.rig.TunnelProxy;
import dev.roosthold.protocol.SessionId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Files at a server that has a storage service beside it, which is another server and must not
/// learn who comes.
@Timeout(60)
class AttachmentsTest {
    private static final SessionId SESSION = new SessionId("s1");

    /// With everything that could be mistaken for the end of a part.
    private static final byte[] SEALED = sealed(100_000);

    private Storage server;
    private Storage storage;
    private RelayClient client;

    private static byte[] sealed(int size) {
        byte[] bytes = new byte[size];
        new Random(5).nextBytes(bytes);
        byte[] awkward = "\r\n--\r\n\0".getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(awkward, 0, bytes, size - awkward.length, awkward.length);
        return bytes;
    }

    @BeforeEach
    void start() throws Exception {
        server = new Storage();
        storage = new Storage();
        client = client(Map.of());
    }

    private RelayClient client(Map<String, String> environment) {
        return new RelayClient(
                RelayAddress.parse("http://127.0.0.1:" + server.port()),
                "test/1",
                Network.of(environment));
    }

    @AfterEach
    void stop() {
        client.close();
        server.close();
        storage.close();
    }

    private Attachments attachments() {
        return new Attachments(client, () -> new BearerToken("secret-bearer"));
    }

    private Reply<String> upload(String answer) throws InterruptedException {
        server.answering(200, answer);
        return attachments().upload(SESSION, "attachment", SEALED);
    }

    private String form(String fields) {
        return """
        {"ref":"r1","uploadUrl":"http://127.0.0.1:%d/bucket?a=b","method":"POST","formFields":%s}"""
                .formatted(storage.port(), fields);
    }

    private record Part(String head, byte[] body) {}

    /// The parts of a form, strictly as RFC 7578 writes them.
    private static List<Part> parts(Storage.Request request) {
        String type = request.headers().getFirst("Content-Type");
        assertThat(type).startsWith("multipart/form-data; boundary=");
        String line = "--" + type.substring(type.indexOf('=') + 1);
        String text = request.text();
        assertThat(text).startsWith(line + "\r\n").endsWith("\r\n" + line + "--\r\n");
        List<Part> parts = new ArrayList<>();
        int at = line.length() + 2;
        while (at < text.length()) {
            int head = text.indexOf("\r\n\r\n", at);
            int end = text.indexOf("\r\n" + line, head);
            parts.add(
                    new Part(
                            text.substring(at, head),
                            text.substring(head + 4, end).getBytes(StandardCharsets.ISO_8859_1)));
            at = end + line.length() + 4;
            if (text.startsWith("--", at - 2)) {
                break;
            }
        }
        return parts;
    }

    @Test
    void signedFormIsSentWithItsFieldsInOrderAndTheFileLast() throws Exception {
        Reply<String> reply =
                upload(
                        form(
                                """
                                {"key":"sessions/s1/x.enc","x-amz-date":"20261126T000000Z",
                                 "policy":"eyJ9==","x-amz-signature":"été"}"""));

        assertThat(reply).isEqualTo(new Reply.Success<>("r1"));
        Storage.Request asked = server.requests().getFirst();
        assertThat(asked.path()).isEqualTo("/v1/sessions/s1/attachments/request-upload");
        assertThat(asked.text()).contains("\"size\":" + SEALED.length);
        assertThat(asked.headers().getFirst("Authorization")).isEqualTo("Bearer secret-bearer");

        Storage.Request sent = storage.requests().getFirst();
        assertThat(sent.method()).isEqualTo("POST");
        assertThat(sent.path()).isEqualTo("/bucket?a=b");
        assertThat(sent.headers().getFirst("Content-Length"))
                .isEqualTo(Integer.toString(sent.body().length));
        List<Part> parts = parts(sent);
        assertThat(parts)
                .extracting(part -> part.head().lines().findFirst().orElseThrow())
                .containsExactly(
                        "Content-Disposition: form-data; name=\"key\"",
                        "Content-Disposition: form-data; name=\"x-amz-date\"",
                        "Content-Disposition: form-data; name=\"policy\"",
                        "Content-Disposition: form-data; name=\"x-amz-signature\"",
                        "Content-Disposition: form-data; name=\"file\"; filename=\"attachment\"");
        assertThat(parts.get(0).body()).asString().isEqualTo("sessions/s1/x.enc");
        assertThat(parts.get(3).body()).isEqualTo("été".getBytes(StandardCharsets.UTF_8));
        assertThat(parts.getLast().head()).contains("Content-Type: application/octet-stream");
        assertThat(parts.getLast().body()).isEqualTo(SEALED);
    }

    @Test
    void foreignServerLearnsNothingOfWhoComes() throws Exception {
        assertThat(upload(form("{}"))).isEqualTo(new Reply.Success<>("r1"));
        String address = "http://127.0.0.1:" + storage.port() + "/put";
        assertThat(upload("{\"ref\":\"r2\",\"uploadUrl\":\"" + address + "\",\"method\":\"PUT\"}"))
                .isEqualTo(new Reply.Success<>("r2"));
        server.answering(200, "{\"downloadUrl\":\"" + address + "\"}");
        storage.answering(200, "bytes");
        assertThat(attachments().download(SESSION, "r2"))
                .isInstanceOfSatisfying(
                        Reply.Success.class,
                        bytes -> assertThat((byte[]) bytes.value()).asString().isEqualTo("bytes"));

        assertThat(storage.requests())
                .extracting(Storage.Request::method)
                .containsExactly("POST", "PUT", "GET");
        assertThat(storage.requests().get(1).body()).isEqualTo(SEALED);
        for (Storage.Request request : storage.requests()) {
            assertThat(request.headers()).doesNotContainKeys("Authorization", "X-happy-client");
            assertThat(request.headers().toString()).doesNotContain("secret-bearer");
        }
    }

    @Test
    void formOfTheServerItselfCarriesTheBearer() throws Exception {
        Reply<String> reply =
                upload(
                        "{\"ref\":\"r\",\"uploadUrl\":\"http://127.0.0.1:"
                                + server.port()
                                + "/files\",\"method\":\"POST\",\"formFields\":{\"a\":\"b\"}}");
        assertThat(reply).isEqualTo(new Reply.Success<>("r"));
        Storage.Request sent = server.requests().getLast();
        assertThat(sent.headers().getFirst("Authorization")).isEqualTo("Bearer secret-bearer");
        assertThat(parts(sent)).hasSize(2);
    }

    @Test
    void refusalOfTheStorageDoesNotEndTheSignIn() throws Exception {
        storage.answering(401, "<Error><Code>AccessDenied</Code></Error>");
        assertThat(upload(form("{}"))).isEqualTo(new Reply.Denied<>(401, "status 401"));
        storage.answering(403, "<Error><Code>EntityTooLarge</Code></Error>");
        assertThat(upload(form("{}"))).isEqualTo(new Reply.Denied<>(403, "status 403"));
        storage.answering(503, "");
        assertThat(upload(form("{}"))).isInstanceOf(Reply.Unavailable.class);
    }

    @Test
    void redirectOfTheStorageIsNotFollowed() throws Exception {
        storage.answering(307, "");
        assertThat(upload(form("{}"))).isInstanceOf(Reply.Unavailable.class);
        assertThat(storage.requests()).hasSize(1);
    }

    @Test
    void tooLargeFileIsNotEvenAnnounced() throws Exception {
        assertThat(attachments().upload(SESSION, "x", new byte[Attachments.MAX_BYTES + 41]))
                .isEqualTo(new Reply.Denied<>(413, "the file is larger than 10 MB"));
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void unknownWayAndSenselessFormAreSaid() throws Exception {
        assertThat(upload("{\"ref\":\"r\",\"uploadUrl\":\"http://127.0.0.1/\",\"method\":\"TUS\"}"))
                .isEqualTo(
                        new Reply.Denied<>(
                                501, "the server keeps attachments in a way unknown here"));
        assertThat(upload(form("{\"a\":{}}"))).isInstanceOf(Reply.Unavailable.class);
        assertThat(upload(form("{\"file\":\"x\"}"))).isInstanceOf(Reply.Unavailable.class);
        assertThat(storage.requests()).isEmpty();
    }

    @Test
    void storageIsReachedThroughTheProxyThoughTheRelayIsNot() throws Exception {
        try (TunnelProxy proxy = new TunnelProxy(storage.port(), null);
                RelayClient proxied =
                        client(Map.of("HTTP_PROXY", "http://127.0.0.1:" + proxy.port()))) {
            server.answering(
                    200,
                    """
                    {"ref":"r1","uploadUrl":"http://storage.test:9000/b","method":"POST"}""");
            Reply<String> reply =
                    new Attachments(proxied, () -> new BearerToken("secret-bearer"))
                            .upload(SESSION, "attachment", SEALED);
            assertThat(reply).isEqualTo(new Reply.Success<>("r1"));
            assertThat(proxy.asked()).containsExactly("storage.test:9000");
            assertThat(parts(storage.requests().getFirst())).hasSize(1);
        }
    }
}
