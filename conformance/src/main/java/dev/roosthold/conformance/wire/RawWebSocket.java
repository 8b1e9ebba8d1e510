package dev.roosthold.conformance.wire;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import javax.net.ssl.SSLSocketFactory;

/// A websocket client (RFC 6455) over a plain socket that lets the caller choose every byte of a
/// frame. Whole messages go to one receiver, on one thread, in order.
///
/// Thread-safe. A write to a connection that the server has ended is dropped: being ended is an
/// answer that the suites look for.
public final class RawWebSocket implements AutoCloseable {
    public static final int TEXT = 0x1;
    public static final int BINARY = 0x2;
    static final int CLOSE = 0x8;
    private static final int PING = 0x9;
    private static final int PONG = 0xA;
    private static final int FIN = 0x80;
    private static final int MASKED = 0x80;
    private static final int CONNECT_TIMEOUT_MS = 10_000;

    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;
    private volatile boolean ended;

    private RawWebSocket(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
        this.out = socket.getOutputStream();
    }

    /// One whole message.
    ///
    /// @param text its bytes read as UTF-8
    public record Message(boolean binary, String text) {}

    /// Opens a websocket.
    ///
    /// @param path path and query
    /// @throws WireException when the server does not switch protocols
    public static RawWebSocket open(URI server, String path, Consumer<Message> receiver) {
        return open(server, path, receiver, () -> {});
    }

    /// The same with a word about the end.
    ///
    /// @param whenEnded runs once, after the last message, when the connection has ended by
    ///     whichever side; on the thread of the receiver, which may run before this returns
    public static RawWebSocket open(
            URI server, String path, Consumer<Message> receiver, Runnable whenEnded) {
        try {
            RawWebSocket ws = new RawWebSocket(connect(server));
            try {
                ws.handshake(server, path);
            } catch (IOException | WireException e) {
                ws.close();
                throw e;
            }
            Thread.ofVirtual()
                    .name("raw-websocket")
                    .start(
                            () -> {
                                try {
                                    ws.receive(receiver);
                                } finally {
                                    whenEnded.run();
                                }
                            });
            return ws;
        } catch (IOException e) {
            throw new WireException("no websocket to " + server, e);
        }
    }

    public void sendText(String text) {
        sendFrame(FIN | TEXT, text.getBytes(StandardCharsets.UTF_8));
    }

    public void sendBinary(byte[] payload) {
        sendFrame(FIN | BINARY, payload);
    }

    /// Sends a masked frame.
    ///
    /// @param firstByte FIN, reserved bits and opcode as they go out
    public void sendFrame(int firstByte, byte[] payload) {
        byte[] mask = new byte[4];
        ThreadLocalRandom.current().nextBytes(mask);
        ByteBuffer frame = ByteBuffer.allocate(14 + payload.length);
        putHead(frame, firstByte, MASKED, payload.length);
        frame.put(mask);
        for (int i = 0; i < payload.length; i++) {
            frame.put((byte) (payload[i] ^ mask[i & 3]));
        }
        write(frame);
    }

    /// Sends a frame without a mask, which a client must not do.
    public void sendUnmasked(int firstByte, byte[] payload) {
        ByteBuffer frame = ByteBuffer.allocate(10 + payload.length);
        putHead(frame, firstByte, 0, payload.length);
        write(frame.put(payload));
    }

    /// Sends only the head of a frame and a mask; the payload never follows.
    public void sendHeadOnly(int firstByte, long announcedLength) {
        ByteBuffer head = ByteBuffer.allocate(14);
        putHead(head, firstByte, MASKED, announcedLength);
        write(head.putInt(0));
    }

    /// Whether the connection has ended, by whichever side.
    public boolean ended() {
        return ended;
    }

    /// Whether the connection ended within the time.
    public boolean awaitEnd(Duration patience) {
        return Polling.until(patience, () -> ended);
    }

    /// Breaks the connection without a closing handshake.
    @Override
    public void close() {
        ended = true;
        try {
            socket.close();
        } catch (IOException e) {
            // Nobody is left to tell: the descriptor is gone either way.
            ended = true;
        }
    }

    private static void putHead(ByteBuffer frame, int firstByte, int maskBit, long length) {
        frame.put((byte) firstByte);
        if (Long.compareUnsigned(length, 126) < 0) {
            frame.put((byte) (maskBit | length));
        } else if (Long.compareUnsigned(length, 65_536) < 0) {
            frame.put((byte) (maskBit | 126)).putShort((short) length);
        } else {
            frame.put((byte) (maskBit | 127)).putLong(length);
        }
    }

    private synchronized void write(ByteBuffer bytes) {
        try {
            bytes.flip();
            byte[] raw = new byte[bytes.remaining()];
            bytes.get(raw);
            out.write(raw);
            out.flush();
        } catch (IOException e) {
            ended = true;
        }
    }

    private static Socket connect(URI server) throws IOException {
        boolean secure = server.getScheme().equals("https");
        int port = server.getPort() >= 0 ? server.getPort() : secure ? 443 : 80;
        Socket socket =
                secure
                        ? SSLSocketFactory.getDefault().createSocket(server.getHost(), port)
                        : new Socket(server.getHost(), port);
        socket.setTcpNoDelay(true);
        return socket;
    }

    private void handshake(URI server, String path) throws IOException {
        byte[] key = new byte[16];
        ThreadLocalRandom.current().nextBytes(key);
        String request =
                """
                GET %s HTTP/1.1\r
                Host: %s\r
                Upgrade: websocket\r
                Connection: Upgrade\r
                Sec-WebSocket-Version: 13\r
                Sec-WebSocket-Key: %s\r
                \r
                """
                        .formatted(
                                path,
                                server.getAuthority(),
                                Base64.getEncoder().encodeToString(key));
        out.write(request.getBytes(StandardCharsets.US_ASCII));
        out.flush();
        socket.setSoTimeout(CONNECT_TIMEOUT_MS);
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                throw new WireException("connection ended during the handshake: " + head);
            }
            head.append((char) next);
        }
        socket.setSoTimeout(0);
        if (!head.toString().startsWith("HTTP/1.1 101")) {
            throw new WireException(
                    "no switch of protocols: " + head.toString().lines().findFirst());
        }
    }

    private void receive(Consumer<Message> receiver) {
        try {
            boolean binary = false;
            byte[] message = new byte[0];
            while (true) {
                int first = in.readUnsignedByte();
                int opcode = first & 0xF;
                byte[] payload = in.readNBytes(Math.toIntExact(length(in.readUnsignedByte())));
                switch (opcode) {
                    case CLOSE -> {
                        return;
                    }
                    case PING -> sendFrame(FIN | PONG, payload);
                    case PONG -> {}
                    default -> {
                        binary = opcode == 0 ? binary : opcode == BINARY;
                        message = opcode == 0 ? concat(message, payload) : payload;
                        if ((first & FIN) != 0) {
                            receiver.accept(
                                    new Message(
                                            binary, new String(message, StandardCharsets.UTF_8)));
                        }
                    }
                }
            }
        } catch (IOException e) {
            // The end of the stream, clean or not, is how this loop ends.
            ended = true;
        } finally {
            close();
        }
    }

    private long length(int secondByte) throws IOException {
        return switch (secondByte & 0x7F) {
            case 126 -> in.readUnsignedShort();
            case 127 -> in.readLong();
            default -> secondByte & 0x7F;
        };
    }

    private static byte[] concat(byte[] a, byte[] b) {
        byte[] joined = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, joined, a.length, b.length);
        return joined;
    }
}
