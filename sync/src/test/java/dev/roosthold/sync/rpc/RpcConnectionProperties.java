package dev.roosthold.sync.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.protocol.Codec;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Section 5: whatever comes, an answer is one line of valid JSON-RPC, or there is none.
final class RpcConnectionProperties {
    private final RpcConnection connection = new RpcConnection(new Echo(), new Nobody(), 1000);

    @Property(tries = 500)
    void anyBytesAreAnsweredInForm(@ForAll byte[] line) throws InterruptedException {
        check(connection.line(line));
    }

    @Property(tries = 500)
    void anyMembersAreAnsweredInForm(
            @ForAll("values") String id,
            @ForAll("values") String version,
            @ForAll("values") String method,
            @ForAll("values") String params)
            throws InterruptedException {
        String line =
                "{\"id\":"
                        + id
                        + ",\"jsonrpc\":"
                        + version
                        + ",\"method\":"
                        + method
                        + ",\"params\":"
                        + params
                        + "}";
        check(connection.line(line.getBytes(StandardCharsets.UTF_8)));
    }

    @Provide
    Arbitrary<String> values() {
        return Arbitraries.of(
                "1",
                "-0",
                "1e999",
                "1.5",
                "null",
                "true",
                "\"2.0\"",
                "\"echo\"",
                "\"rpc.x\"",
                "{}",
                "[]",
                "\"\\ud800\"",
                "{\"a\":1,\"a\":2}",
                "\"\\u0000\"",
                "12345678901234567890");
    }

    private static void check(Optional<String> answer) {
        if (answer.isEmpty()) {
            return;
        }
        assertThat(answer.get()).doesNotContain("\n");
        JsonNode parsed = Codec.parse(answer.get().getBytes(StandardCharsets.UTF_8));
        for (JsonNode one :
                parsed.isArray() ? parsed : JsonNodeFactory.instance.arrayNode().add(parsed)) {
            assertThat(one.path("jsonrpc").stringValue()).isEqualTo("2.0");
            assertThat(one.has("id")).isTrue();
            assertThat(one.has("result") != one.has("error")).isTrue();
        }
    }

    private static final class Echo implements Methods {
        @Override
        public boolean knows(String method) {
            return method.equals("echo");
        }

        @Override
        public boolean isExempt(String method) {
            return true;
        }

        @Override
        public Duration limit(String method, JsonNode params) {
            return Duration.ZERO;
        }

        @Override
        public JsonNode call(String method, ObjectNode params, Caller caller) {
            return params;
        }

        @Override
        public void done(String method, double millis, boolean failed) {}
    }

    private static final class Nobody implements Caller {
        @Override
        public void tell(String method, ObjectNode params) {}

        @Override
        public void afterReply(Runnable action) {}

        @Override
        public void onEnd(Runnable action) {}
    }
}
