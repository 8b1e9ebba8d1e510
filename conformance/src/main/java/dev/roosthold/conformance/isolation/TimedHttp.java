package dev.roosthold.conformance.isolation;

import dev.roosthold.conformance.wire.WireException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/// One kept connection without anything that adds to the time of a request. Plain http only. Used
/// by one thread.
final class TimedHttp implements AutoCloseable {
    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private final String host;

    TimedHttp(URI server) {
        try {
            socket = new Socket(server.getHost(), server.getPort());
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(30_000);
            in = new BufferedInputStream(socket.getInputStream());
            out = socket.getOutputStream();
            host = server.getAuthority();
        } catch (IOException e) {
            throw new WireException("no connection to " + server, e);
        }
    }

    /// The bytes of a request.
    byte[] request(Rest.Request request, String bearer) {
        byte[] body = request.body().getBytes(StandardCharsets.UTF_8);
        String head =
                "%s %s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\n"
                                .formatted(request.method(), request.path(), host, bearer)
                        + (body.length == 0 ? "" : "Content-Type: application/json\r\n")
                        + "Content-Length: "
                        + body.length
                        + "\r\n\r\n";
        return (head + request.body()).getBytes(StandardCharsets.UTF_8);
    }

    /// Sends it, reads the whole answer, and tells how long that took.
    ///
    /// @return nanoseconds
    long time(byte[] request) {
        try {
            long begin = System.nanoTime();
            out.write(request);
            out.flush();
            readAnswer();
            return System.nanoTime() - begin;
        } catch (IOException e) {
            throw new WireException("a request was not answered", e);
        }
    }

    private void readAnswer() throws IOException {
        int length = 0;
        for (String line = line(); !line.isEmpty(); line = line()) {
            if (line.regionMatches(true, 0, "content-length:", 0, 15)) {
                length = Integer.parseInt(line.substring(15).strip());
            }
        }
        in.skipNBytes(length);
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new IOException("the connection ended");
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // Nobody is left to tell: the descriptor is gone either way.
        }
    }
}
