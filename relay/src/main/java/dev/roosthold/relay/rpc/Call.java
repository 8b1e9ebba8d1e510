package dev.roosthold.relay.rpc;

import dev.roosthold.relay.socket.Reply;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// One call on its way. Thread-safe: [#finish] tells who may answer, everything else belongs to
/// whoever places the call.
final class Call extends AtomicBoolean {
    private static final long serialVersionUID = 1L;

    final transient Endpoint caller;
    final String method;
    final long arrivedAtMs;
    private final transient Reply reply;
    private transient @Nullable JsonNode params;

    Call(Endpoint caller, String method, @Nullable JsonNode params, Reply reply, long arrivedAtMs) {
        this.caller = caller;
        this.method = method;
        this.params = params;
        this.reply = reply;
        this.arrivedAtMs = arrivedAtMs;
    }

    /// The parameters, which stay until they are taken.
    @Nullable JsonNode params() {
        return params;
    }

    /// The parameters, once: they are not kept while the target works.
    @Nullable JsonNode takeParams() {
        JsonNode taken = params;
        params = null;
        return taken;
    }

    /// True for the first who asks, who then must answer.
    boolean finish() {
        return compareAndSet(false, true);
    }

    Reply reply() {
        return reply;
    }
}
