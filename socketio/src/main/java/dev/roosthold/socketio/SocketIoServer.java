package dev.roosthold.socketio;

import io.netty.channel.ChannelHandler;
import java.util.concurrent.CompletionStage;

/// A Socket.IO server. Create with [#create], register namespaces, then either put [#httpHandler()]
/// into the pipeline of an existing Netty HTTP server, behind its `HttpServerCodec`, or let
/// [StandaloneServer] bind a port. Thread-safe.
public interface SocketIoServer {

    static SocketIoServer create(SocketIoConfig config) {
        return new DefaultServer(config);
    }

    /// The namespace of that name, made on first use. Clients that name one that was never made are
    /// refused with `Invalid namespace`.
    Namespace namespace(String name);

    /// A new handler for one channel. It takes the HTTP requests (`HttpRequest` and its
    /// `HttpContent`s) whose path is the configured one and passes on all others untouched. After a
    /// websocket handshake it removes the HTTP codec and every handler behind it; handlers in front
    /// of the codec (TLS, traffic limits) stay.
    ChannelHandler httpHandler();

    /// Closes every connection without a Socket.IO DISCONNECT packet, what was queued being sent
    /// first. New connections are refused with 503 from the first moment. Completes when all are
    /// gone.
    CompletionStage<Void> drain();
}
