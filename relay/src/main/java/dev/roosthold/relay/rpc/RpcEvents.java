package dev.roosthold.relay.rpc;

import dev.roosthold.protocol.rpc.RpcAnswer;
import dev.roosthold.protocol.rpc.RpcError;
import dev.roosthold.protocol.rpc.RpcMethod;
import dev.roosthold.relay.socket.ConnectionListener;
import dev.roosthold.relay.socket.ErrorForm;
import dev.roosthold.relay.socket.Reply;
import dev.roosthold.relay.socket.SocketCaller;
import dev.roosthold.relay.socket.SocketEvents;
import dev.roosthold.relay.updates.Router;
import dev.roosthold.relay.updates.SentEvent;
import dev.roosthold.socketio.DisconnectReason;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/// The socket events of RPC.
///
/// Registrations are confirmed or refused by an event of their own. Clients ask for no
/// acknowledgement of them; one that does gets what the event says.
public final class RpcEvents implements ConnectionListener {
    private static final Logger LOG = LoggerFactory.getLogger(RpcEvents.class);

    private static final String REGISTER = "register";
    private static final String UNREGISTER = "unregister";
    private static final String INVALID_NAME = "Invalid method name";
    private static final RpcAnswer NO_METHOD =
            RpcAnswer.failed("Invalid parameters: method is required");
    private static final RpcAnswer NO_SUCH_METHOD = RpcAnswer.failed("RPC method not available");

    private final Rpc rpc;
    private final Router router;

    public RpcEvents(Rpc rpc, Router router) {
        this.rpc = rpc;
        this.router = router;
    }

    public void register(SocketEvents events) {
        events.onAny("rpc-register", ErrorForm.OK_WITH_ERROR, this::registerMethod);
        events.onAny("rpc-unregister", ErrorForm.OK_WITH_ERROR, this::unregisterMethod);
        events.onPrompt("rpc-call", ErrorForm.OK_WITH_ERROR, this::call);
    }

    @Override
    public void connected(SocketCaller socket) {
        rpc.connected(socket);
    }

    @Override
    public void disconnected(SocketCaller socket, DisconnectReason reason) {
        rpc.disconnected(socket);
    }

    private void registerMethod(SocketCaller socket, JsonNode argument, Reply reply) {
        String method = method(argument);
        if (method.isEmpty() || method.length() > Names.MAX_LENGTH) {
            refuse(socket, REGISTER, INVALID_NAME, reply);
            return;
        }
        try {
            switch (rpc.register(
                    socket, method, () -> tell(socket, SentEvent.RPC_REGISTERED, method))) {
                case DONE -> reply.send(RpcAnswer.of(null));
                case GONE -> reply.send(NO_SUCH_METHOD);
                case NOT_ALLOWED ->
                        refuse(socket, REGISTER, "Method name belongs to another client", reply);
                case TOO_MANY -> refuse(socket, REGISTER, "Too many methods", reply);
            }
        } catch (RuntimeException e) {
            LOG.warn("a registration failed", e);
            refuse(socket, REGISTER, "Internal error", reply);
        }
    }

    private void unregisterMethod(SocketCaller socket, JsonNode argument, Reply reply) {
        String method = method(argument);
        if (method.isEmpty() || method.length() > Names.MAX_LENGTH) {
            refuse(socket, UNREGISTER, INVALID_NAME, reply);
            return;
        }
        rpc.unregister(socket, method);
        tell(socket, SentEvent.RPC_UNREGISTERED, method);
        reply.send(RpcAnswer.of(null));
    }

    private void call(SocketCaller socket, JsonNode argument, Reply reply) {
        String method = method(argument);
        if (method.isEmpty()) {
            rpc.refused();
            reply.send(NO_METHOD);
        } else if (method.length() > Names.MAX_LENGTH) {
            reply.send(NO_SUCH_METHOD);
        } else {
            rpc.call(socket, method, argument.get("params"), reply);
        }
    }

    private void refuse(SocketCaller socket, String type, String error, Reply reply) {
        router.toSocket(socket.socketId(), SentEvent.RPC_ERROR, new RpcError(type, error));
        reply.send(RpcAnswer.failed(error));
    }

    private void tell(SocketCaller socket, SentEvent event, String method) {
        router.toSocket(socket.socketId(), event, new RpcMethod(method));
    }

    /// Empty when it is no text.
    private static String method(JsonNode argument) {
        JsonNode method = argument.path("method");
        return method.isString() ? method.stringValue() : "";
    }
}
