package dev.roosthold.sync.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

final class Section5LimitsTest {
    @Test
    void whatTakesTooLongIsAnsweredWithTimeout() throws InterruptedException {
        var interrupted = new AtomicBoolean();
        var ended = new CountDownLatch(1);
        var connection =
                new RpcConnection(
                        new OneMethod() {
                            @Override
                            public JsonNode call(String method, ObjectNode params, Caller caller)
                                    throws InterruptedException {
                                try {
                                    new CountDownLatch(1).await();
                                    return params;
                                } catch (InterruptedException e) {
                                    interrupted.set(true);
                                    throw e;
                                } finally {
                                    ended.countDown();
                                }
                            }
                        },
                        new Silent(),
                        1000);
        String answer = connection.line(request()).orElseThrow();
        assertThat(answer).contains("-32603").contains("\"reason\":\"timeout\"");
        ended.await();
        assertThat(interrupted).isTrue();
    }

    @Test
    void aBugIsAnInternalErrorWithoutAStackTrace() throws InterruptedException {
        var connection =
                new RpcConnection(
                        new OneMethod() {
                            @Override
                            public JsonNode call(String method, ObjectNode params, Caller caller) {
                                throw new IllegalStateException("with a secret");
                            }
                        },
                        new Silent(),
                        1000);
        assertThat(connection.line(request()).orElseThrow())
                .contains("-32603")
                .contains("IllegalStateException")
                .doesNotContain("secret")
                .doesNotContain("at dev.");
    }

    @Test
    void theBucketGivesTheBurstAndThenTheRate() {
        var now = new AtomicLong();
        var bucket = new TokenBucket(1000, 2000, now::get);
        for (int i = 0; i < 2000; i++) {
            assertThat(bucket.take()).isZero();
        }
        assertThat(bucket.take()).isEqualTo(1);
        now.addAndGet(Duration.ofMillis(10).toNanos());
        for (int i = 0; i < 10; i++) {
            assertThat(bucket.take()).isZero();
        }
        assertThat(bucket.take()).isPositive();
    }

    private static byte[] request() {
        return "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"x\"}".getBytes(StandardCharsets.UTF_8);
    }

    private abstract static class OneMethod implements Methods {
        @Override
        public boolean knows(String method) {
            return true;
        }

        @Override
        public boolean isExempt(String method) {
            return false;
        }

        @Override
        public Duration limit(String method, JsonNode params) {
            return Duration.ofMillis(200);
        }

        @Override
        public void done(String method, double millis, boolean failed) {}
    }

    private static final class Silent implements Caller {
        @Override
        public void tell(String method, ObjectNode params) {
            assertThat(params).isEqualTo(JsonNodeFactory.instance.objectNode());
        }

        @Override
        public void afterReply(Runnable action) {}

        @Override
        public void onEnd(Runnable action) {}
    }
}
