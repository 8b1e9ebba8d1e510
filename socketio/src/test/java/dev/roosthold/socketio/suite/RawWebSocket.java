package dev.roosthold.socketio.suite;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// A websocket client that can also do what no well-behaved client does: broken UTF-8, half
/// messages, an unread socket.
///
/// Engine.IO pings are answered and hidden unless it was opened with [#silent], so that a close
/// seen by a test has another cause than a missed heartbeat. One thread may send at a time.
final class RawWebSocket implements AutoCloseable {

    static final int CONTINUATION = 0;
    static final int TEXT = 1;
    static final int BINARY = 2;

    private static final int PATIENCE_SECONDS = 15;
    private static final Object END = new Object();

    private final Socket socket = new Socket();
    private final BlockingQueue<Object> incoming = new LinkedBlockingQueue<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final CountDownLatch resumed = new CountDownLatch(1);
    private final boolean answersPings;
    private final OutputStream out;
    private final int status;
    private volatile boolean paused;
    private volatile int closeCode = -1;

    private RawWebSocket(int port, String target, boolean answersPings, int receiveBuffer)
            throws IOException {
        this.answersPings = answersPings;
        if (receiveBuffer > 0) {
            socket.setReceiveBufferSize(receiveBuffer);
        }
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(PATIENCE_SECONDS * 4_000);
        socket.connect(new InetSocketAddress("127.0.0.1", port), PATIENCE_SECONDS * 1_000);
        out = new BufferedOutputStream(socket.getOutputStream());
        var request =
                "GET "
                        + target
                        + " HTTP/1.1\r\nHost: 127.0.0.1:"
                        + port
                        + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                        + "Sec-WebSocket-Version: 13\r\n"
                        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
        out.write(request.getBytes(StandardCharsets.US_ASCII));
        out.flush();
        var in = new DataInputStream(new java.io.BufferedInputStream(socket.getInputStream()));
        status = readStatus(in);
        if (status == 101) {
            Thread.ofVirtual().name("raw-websocket").start(() -> read(in));
        } else {
            end();
        }
    }

    /// Opens a connection; [#status] says whether the server agreed.
    static RawWebSocket open(int port, String target) throws IOException {
        return new RawWebSocket(port, target, true, 0);
    }

    /// Like [#open], but pings of the server are left to the test.
    static RawWebSocket silent(int port, String target) throws IOException {
        return new RawWebSocket(port, target, false, 0);
    }

    /// Like [#open] with a small receive buffer, for readers that stop.
    static RawWebSocket narrow(int port, String target, int receiveBuffer) throws IOException {
        return new RawWebSocket(port, target, true, receiveBuffer);
    }

    /// Opens, reads the Engine.IO handshake and enters the main namespace.
    static RawWebSocket inMainNamespace(int port, String path) throws IOException {
        var socket = open(port, path + "?EIO=4&transport=websocket");
        assertThat(socket.nextText()).startsWith("0{");
        socket.text("40");
        assertThat(socket.nextText()).startsWith("40{\"sid\":");
        return socket;
    }

    /// The HTTP status of the handshake's answer; 101 when the websocket is open.
    int status() {
        return status;
    }

    /// The code of the server's close frame, -1 when none came.
    int closeCode() {
        return closeCode;
    }

    void text(String message) throws IOException {
        frame(true, TEXT, message.getBytes(StandardCharsets.UTF_8));
    }

    /// Sends several messages in one write.
    synchronized void texts(String... messages) throws IOException {
        for (String message : messages) {
            write(true, TEXT, message.getBytes(StandardCharsets.UTF_8));
        }
        out.flush();
    }

    void binary(byte... message) throws IOException {
        frame(true, BINARY, message);
    }

    /// Sends one frame as given, masked with zeroes.
    synchronized void frame(boolean last, int opcode, byte[] payload) throws IOException {
        write(last, opcode, payload);
        out.flush();
    }

    private void write(boolean last, int opcode, byte[] payload) throws IOException {
        out.write((last ? 0x80 : 0) | opcode);
        if (payload.length < 126) {
            out.write(0x80 | payload.length);
        } else if (payload.length < 65_536) {
            out.write(0x80 | 126);
            out.write(payload.length >> 8);
            out.write(payload.length);
        } else {
            out.write(0x80 | 127);
            for (int shift = 56; shift >= 0; shift -= 8) {
                out.write((int) ((long) payload.length >> shift));
            }
        }
        out.write(new byte[4]);
        out.write(payload);
    }

    /// Sends only the head of a frame of that length.
    synchronized void header(int opcode, long length) throws IOException {
        out.write(0x80 | opcode);
        out.write(0x80 | 127);
        for (int shift = 56; shift >= 0; shift -= 8) {
            out.write((int) (length >> shift));
        }
        out.write(new byte[4]);
        out.flush();
    }

    /// Sends bytes as they are.
    synchronized void bytes(int... bytes) throws IOException {
        for (int b : bytes) {
            out.write(b);
        }
        out.flush();
    }

    /// The next message: a `String`, or a `byte[]` for a binary one. Fails when the connection ends
    /// first.
    Object next() {
        var message = poll(PATIENCE_SECONDS * 1_000L);
        assertThat(message).as("a message, not silence").isNotNull();
        assertThat(message)
                .as("a message, not the end (close code %d)", closeCode)
                .isNotSameAs(END);
        return message;
    }

    String nextText() {
        var message = next();
        assertThat(message).isInstanceOf(String.class);
        return (String) message;
    }

    byte[] nextBinary() {
        var message = next();
        assertThat(message).isInstanceOf(byte[].class);
        return (byte[]) message;
    }

    /// Everything that has arrived and was not taken, without waiting.
    List<Object> arrived() {
        var messages = new ArrayList<Object>();
        incoming.drainTo(messages);
        messages.remove(END);
        return messages;
    }

    /// Waits until the server ends the connection, dropping what comes before.
    void awaitEnd() throws InterruptedException {
        assertThat(ended.await(PATIENCE_SECONDS, TimeUnit.SECONDS))
                .as("the server ends the connection")
                .isTrue();
    }

    boolean isOpen() {
        return ended.getCount() > 0;
    }

    /// Stops taking bytes from the network until [#resumeReading].
    void stopReading() {
        paused = true;
    }

    void resumeReading() {
        paused = false;
        resumed.countDown();
    }

    /// Ends the TCP connection without a word.
    @Override
    public void close() {
        resumeReading();
        try {
            socket.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private Object poll(long millis) {
        try {
            return incoming.poll(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    private void read(DataInputStream in) {
        try {
            var message = new ByteArrayOutputStream();
            int kind = TEXT;
            while (true) {
                if (paused) {
                    resumed.await();
                }
                int head = in.readUnsignedByte();
                byte[] payload = in.readNBytes(length(in));
                int opcode = head & 0x0f;
                if (opcode == 8) {
                    closeCode =
                            payload.length >= 2
                                    ? (payload[0] & 0xff) << 8 | (payload[1] & 0xff)
                                    : 1005;
                    frame(true, 8, payload);
                    return;
                }
                if (opcode == 9) {
                    frame(true, 10, payload);
                    continue;
                }
                if (opcode != CONTINUATION) {
                    kind = opcode;
                }
                message.write(payload);
                if ((head & 0x80) != 0) {
                    deliver(kind, message.toByteArray());
                    message.reset();
                }
            }
        } catch (EOFException e) {
            // the usual end
        } catch (IOException e) {
            // a reset is an end too
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            end();
        }
    }

    private void deliver(int kind, byte[] payload) throws IOException {
        if (kind == BINARY) {
            incoming.add(payload);
            return;
        }
        var text = new String(payload, StandardCharsets.UTF_8);
        if (answersPings && text.equals("2")) {
            text("3");
        } else {
            incoming.add(text);
        }
    }

    private void end() {
        incoming.add(END);
        ended.countDown();
        try {
            socket.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static int length(DataInputStream in) throws IOException {
        int length = in.readUnsignedByte();
        return switch (length) {
            case 126 -> in.readUnsignedShort();
            case 127 -> Math.toIntExact(in.readLong());
            default -> length;
        };
    }

    private static int readStatus(DataInputStream in) throws IOException {
        var head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int c = in.read();
            if (c < 0) {
                return 0;
            }
            head.append((char) c);
        }
        return Integer.parseInt(head.substring(9, 12));
    }
}
