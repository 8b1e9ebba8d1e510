package dev.roosthold.client.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.roosthold.client.RelaySocket;
import dev.roosthold.client.changes.Cursor;
import dev.roosthold.client.rig.Line;
import dev.roosthold.client.rig.RelayRig;
import dev.roosthold.client.rpc.RpcCaller;
import dev.roosthold.client.rpc.RpcFailure;
import dev.roosthold.client.rpc.RpcHandlers;
import dev.roosthold.client.rpc.RpcResult;
import dev.roosthold.client.sessions.Keyring;
import dev.roosthold.client.sessions.OpenSession;
import dev.roosthold.crypto.MasterSecret;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// Calls between two clients of an account, through a real relay.
@Timeout(60)
class RpcTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    @TempDir Path folder;
    private RelayRig relay;
    private Line line;
    private Account agent;
    private Account phone;
    private OpenSession session;
    private RpcHandlers methods;
    private Link own;
    private Link link;

    @BeforeEach
    void start() throws Exception {
        MasterSecret secret = MasterSecret.random(RelayRig.RANDOM);
        relay = new RelayRig(folder);
        line = new Line(relay.port());
        agent = RelayRig.account(line.address(), secret);
        phone = RelayRig.account(relay.address(), secret);
        session = RelayRig.success(agent.createSession("tag", JSON.objectNode()));
        methods = new RpcHandlers(session.id().value(), session.encryption());
        own =
                agent.connectSession(
                        session.id(), Cursor.inMemory(), Heard.nothing(), LinkListener.NONE);
        own.serve(methods);
        link = phone.connect(Cursor.inMemory(), Heard.nothing(), LinkListener.NONE);
    }

    @AfterEach
    void stop() {
        phone.close();
        agent.close();
        line.close();
        relay.close();
    }

    private RelaySocket socket() throws InterruptedException {
        return link.awaitSocket(PATIENCE).orElseThrow();
    }

    private RpcResult call(String method, JsonNode params) throws Exception {
        return phone.call(socket(), session, method, params).get(40, TimeUnit.SECONDS);
    }

    private void offered() throws InterruptedException {
        assertThat(own.awaitSocket(PATIENCE)).isPresent();
        await().until(methods::isRegistered);
    }

    private static RpcResult answered(JsonNode value) {
        return new RpcResult.Answered(value);
    }

    @Test
    void parametersAndResultTravelAndNothingIsAResultToo() throws Exception {
        methods.offer("echo", params -> JSON.objectNode().set("got", params))
                .offer("nothing", _ -> JSON.nullNode());
        offered();
        JsonNode params = JSON.objectNode().put("text", "\u00fc").put("n", 7);
        assertThat(call("echo", params)).isEqualTo(answered(JSON.objectNode().set("got", params)));
        assertThat(call("nothing", JSON.nullNode())).isEqualTo(answered(JSON.nullNode()));
    }

    @Test
    void failuresOfAMethodAreAnsweredOnceAndTellNoMoreThanTheyShould() throws Exception {
        methods.offer(
                        "says",
                        _ -> {
                            throw new RpcFailure("no such file");
                        })
                .offer(
                        "breaks",
                        _ -> {
                            throw new IllegalStateException("inner matters");
                        });
        offered();
        assertThat(call("says", JSON.objectNode()))
                .isEqualTo(answered(JSON.objectNode().put("error", "no such file")));
        RpcResult broken = call("breaks", JSON.objectNode());
        assertThat(broken).isEqualTo(answered(JSON.objectNode().put("error", "The method failed")));
        assertThat(((RpcResult.Answered) broken).error()).contains("The method failed");
    }

    @Test
    void parametersOfAnotherKeyArriveAsNull() throws Exception {
        methods.offer("null", params -> JSON.booleanNode(params.isNull()));
        offered();
        RpcCaller stranger =
                new RpcCaller(
                        session.id().value(),
                        Keyring.owner(MasterSecret.random(RelayRig.RANDOM), RelayRig.RANDOM)
                                .fresh()
                                .encryption());
        assertThat(stranger.call(socket(), "null", JSON.objectNode()).get(10, TimeUnit.SECONDS))
                .isEqualTo(new RpcResult.Unreadable());
        assertThat(call("null", JSON.objectNode())).isEqualTo(answered(JSON.booleanNode(false)));
    }

    @Test
    void methodsAreThereAgainAfterTheConnectionWasCut() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        methods.offer("count", _ -> JSON.numberNode(calls.incrementAndGet()));
        offered();
        assertThat(call("count", JSON.objectNode())).isEqualTo(answered(JSON.numberNode(1)));
        line.cut();
        // The relay waits for a target that was here a moment ago.
        await().atMost(PATIENCE)
                .until(() -> call("count", JSON.objectNode()) instanceof RpcResult.Answered);
        assertThat(calls).hasValueGreaterThan(1);
    }

    @Test
    void targetThatGoesAwayDuringACallIsSaid() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        methods.offer(
                "slow",
                _ -> {
                    running.countDown();
                    end.await();
                    return JSON.nullNode();
                });
        offered();
        CompletableFuture<RpcResult> call =
                phone.call(socket(), session, "slow", JSON.objectNode());
        assertThat(running.await(10, TimeUnit.SECONDS)).isTrue();
        own.close();
        end.countDown();
        assertThat(call.get(10, TimeUnit.SECONDS)).isInstanceOf(RpcResult.Lost.class);
    }

    @Test
    void nobodyAnswersForAnUnknownTarget() throws Exception {
        RpcCaller nobody = new RpcCaller("nobody", session.encryption());
        assertThat(nobody.call(socket(), "x", JSON.objectNode()).get(20, TimeUnit.SECONDS))
                .isEqualTo(new RpcResult.Offline());
    }

    @Test
    void callsRunAtTheSameTimeUpToABoundAndEachIsAnsweredOnce() throws Exception {
        int count = 80;
        CountDownLatch end = new CountDownLatch(1);
        methods.offer(
                "wait",
                params -> {
                    end.await();
                    return params;
                });
        offered();
        List<CompletableFuture<RpcResult>> calls = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            calls.add(phone.call(socket(), session, "wait", JSON.objectNode().put("n", i)));
        }
        await().until(() -> calls.stream().filter(CompletableFuture::isDone).count() == 16);
        end.countDown();
        int busy = 0;
        for (int i = 0; i < count; i++) {
            RpcResult result = calls.get(i).get(10, TimeUnit.SECONDS);
            if (((RpcResult.Answered) result).error().isPresent()) {
                busy++;
            } else {
                assertThat(result).isEqualTo(answered(JSON.objectNode().put("n", i)));
            }
        }
        assertThat(busy).isEqualTo(16);
    }

    @Test
    void withdrawnMethodIsGone() throws Exception {
        methods.offer("here", _ -> JSON.nullNode()).offer("gone", _ -> JSON.nullNode());
        offered();
        methods.withdraw("gone");
        assertThat(call("here", JSON.objectNode())).isEqualTo(answered(JSON.nullNode()));
        assertThat(methods.isRegistered()).isTrue();
    }
}
