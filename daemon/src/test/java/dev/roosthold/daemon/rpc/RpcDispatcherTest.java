package dev.roosthold.daemon.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.roosthold.client.EncryptedJson;
import dev.roosthold.crypto.DataKeyCipher;
import dev.roosthold.crypto.SymmetricKey;
import dev.roosthold.daemon.Calls;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

@Timeout(30)
class RpcDispatcherTest {
    private static final RpcMethod ECHO = params -> params.object();

    private static Calls calls(RpcMethod method) {
        return new Calls(Map.of("echo", method));
    }

    @Test
    void callIsAnsweredEncryptedAndOnce() {
        try (Calls calls = calls(ECHO)) {
            Calls.Pending pending = calls.begin("echo", "{\"a\":[1,\"x\"]}");
            assertThat(calls.result(pending).toString()).isEqualTo("{\"a\":[1,\"x\"]}");
            assertThat(pending.answers()).hasSize(1);
        }
    }

    @Test
    void unknownMethodAndAnotherMachinesMethodAreNotFound() {
        try (Calls calls = calls(ECHO)) {
            String notFound = "{\"error\":\"Method not found\"}";
            assertThat(calls.call("nothing", "{}").toString()).isEqualTo(notFound);
            String params = calls.encryption.sealValue(JsonNodeFactory.instance.objectNode());
            assertThat(calls.result(calls.sealed("other:echo", params)).toString())
                    .isEqualTo(notFound);
            assertThat(calls.result(calls.sealed("", params)).toString()).isEqualTo(notFound);
        }
    }

    @Test
    void noMethodRunsOnParametersThatTheAccountDidNotEncrypt() {
        AtomicInteger runs = new AtomicInteger();
        RpcMethod counting =
                _ -> {
                    runs.incrementAndGet();
                    return JsonNodeFactory.instance.nullNode();
                };
        try (Calls calls = calls(counting)) {
            var random = new SecureRandom();
            var stranger =
                    new EncryptedJson(new DataKeyCipher(SymmetricKey.random(random), random));
            for (String params :
                    List.of(
                            stranger.seal(JsonNodeFactory.instance.objectNode()),
                            "",
                            "{}",
                            "AAAA",
                            calls.encryption.sealNothing(),
                            calls.encryption.sealValue(JsonNodeFactory.instance.nullNode()),
                            calls.encryption.sealValue(JsonNodeFactory.instance.arrayNode()))) {
                assertThat(calls.result(calls.sealed("m:echo", params)).toString())
                        .isEqualTo("{\"error\":\"The parameters cannot be read\"}");
            }
            assertThat(runs).hasValue(0);
        }
    }

    @Test
    void nothingIsTheEncryptionOfNothing() throws Exception {
        try (Calls calls = calls(_ -> JsonNodeFactory.instance.nullNode())) {
            Calls.Pending pending = calls.begin("echo", "{}");
            assertThat(calls.encryption.cipher().openText(pending.first().get().asString()))
                    .isEmpty();
        }
    }

    @Test
    void whatAMethodThrowsStaysInside() {
        Map<IOException, String> texts =
                Map.of(
                        new NoSuchFileException("/home/ada/secret"), "No such file or directory",
                        new AccessDeniedException("/home/ada/secret"), "Permission denied",
                        new FileSystemException("/home/a", null, "No space left on device"),
                                "No space left on device",
                        new FileSystemException("/home/a", null, "/home/a: bad"),
                                "Reading or writing failed",
                        new IOException("/home/ada/secret"), "Reading or writing failed",
                        new MethodFailure("plain"), "plain");
        texts.forEach(
                (failure, text) -> {
                    try (Calls calls =
                            calls(
                                    _ -> {
                                        throw failure;
                                    })) {
                        assertThat(calls.call("echo", "{}").path("error").asString())
                                .isEqualTo(text);
                    }
                });
        try (Calls calls =
                calls(
                        _ -> {
                            throw new IllegalStateException("/home/ada/secret");
                        })) {
            assertThat(calls.call("echo", "{}").toString())
                    .isEqualTo("{\"error\":\"The method failed\"}");
        }
    }

    @Test
    void answerThatTheRelayWouldNotCarryIsRefused() {
        try (Calls calls =
                calls(
                        _ ->
                                JsonNodeFactory.instance
                                        .objectNode()
                                        .put("text", "é".repeat(RpcDispatcher.MAX_ANSWER / 2)))) {
            assertThat(calls.call("echo", "{}").toString())
                    .isEqualTo("{\"error\":\"The answer is too large\"}");
        }
    }

    @Test
    void moreCallsThanThereIsRoomForAreRefusedAtOnceAndRoomComesBack() {
        CountDownLatch go = new CountDownLatch(1);
        try (Calls calls =
                calls(
                        params -> {
                            go.await();
                            return params.object();
                        })) {
            List<Calls.Pending> all = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                all.add(calls.begin("echo", "{}"));
            }
            long refused = all.stream().filter(pending -> pending.first().isDone()).count();
            assertThat(refused).isEqualTo(24);
            go.countDown();
            List<JsonNode> results = all.stream().map(calls::result).toList();
            assertThat(results.stream().filter(result -> result.has("error"))).hasSize(24);
            assertThat(calls.call("echo", "{}").has("error")).isFalse();
        }
    }

    @Test
    void machineThatIsBusyCanStillBeStopped() {
        CountDownLatch go = new CountDownLatch(1);
        RpcMethod waiting =
                params -> {
                    go.await();
                    return params.object();
                };
        try (Calls calls = new Calls(Map.of("echo", waiting, "stop-daemon", ECHO))) {
            for (int i = 0; i < 20; i++) {
                var _ = calls.begin("echo", "{}");
            }
            assertThat(calls.call("stop-daemon", "{}").has("error")).isFalse();
            go.countDown();
        }
    }

    @Test
    void closingInterruptsWhatRunsAndEveryCallGetsItsAnswer() {
        CountDownLatch started = new CountDownLatch(3);
        Calls calls =
                calls(
                        _ -> {
                            started.countDown();
                            Thread.sleep(60_000);
                            return JsonNodeFactory.instance.nullNode();
                        });
        List<Calls.Pending> all = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            all.add(calls.begin("echo", "{}"));
        }
        await().until(() -> started.getCount() == 0);
        calls.close();
        all.add(calls.begin("echo", "{}"));
        for (Calls.Pending pending : all) {
            assertThat(calls.result(pending).path("error").asString()).contains("stopping");
            assertThat(pending.answers()).hasSize(1);
        }
    }

    @Test
    void policyIsAskedAtEachCallAndRefusesInTheFormOfTheMethod() {
        Calls calls = new Calls(Map.of("bash", RpcMethod.reporting(ECHO), "stop-daemon", ECHO));
        try (calls) {
            assertThat(calls.call("bash", "{}").has("error")).isFalse();
            calls.policy.set(RemotePolicy.SESSIONS);
            assertThat(calls.call("bash", "{}").toString())
                    .isEqualTo(
                            "{\"success\":false,\"error\":\"This machine's policy (sessions) does"
                                    + " not allow it\"}");
            calls.policy.set(RemotePolicy.LOCKED);
            assertThat(calls.call("stop-daemon", "{}").has("error")).isFalse();
            calls.policy.set(RemotePolicy.FULL);
            assertThat(calls.call("bash", "{}").has("error")).isFalse();
        }
    }

    @Test
    void policiesAllowWhatTheyPromise() {
        List<String> methods =
                List.of(
                        "spawn-happy-session",
                        "resume-happy-session",
                        "stop-session",
                        "stop-daemon",
                        "listDirectory",
                        "getDirectoryTree",
                        "readFile",
                        "make-directory",
                        "git-clone",
                        "ripgrep",
                        "bash",
                        "writeFile",
                        "difftastic");
        assertThat(methods.stream().filter(RemotePolicy.FULL::allows)).hasSize(13);
        assertThat(methods.stream().filter(method -> !RemotePolicy.SESSIONS.allows(method)))
                .containsExactly("bash", "writeFile", "difftastic");
        assertThat(methods.stream().filter(RemotePolicy.LOCKED::allows))
                .containsExactly("stop-session", "stop-daemon");
    }
}
