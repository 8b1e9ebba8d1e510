package dev.roosthold.conformance.wire;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import javax.net.ssl.SSLSocketFactory;

/// A connection on which the caller sends every byte of a request itself. Used by one thread.
public final class RawHttp implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    private RawHttp(Socket socket) throws IOException {
        this.socket = socket;
        this.in = socket.getInputStream();
        this.out = socket.getOutputStream();
        socket.setSoTimeout(Math.toIntExact(PATIENCE.toMillis()));
    }

    /// Opens a connection to the server, with TLS for `https`.
    public static RawHttp open(URI server) throws IOException {
        boolean secure = server.getScheme().equals("https");
        int port = server.getPort() >= 0 ? server.getPort() : secure ? 443 : 80;
        return new RawHttp(
                secure
                        ? SSLSocketFactory.getDefault().createSocket(server.getHost(), port)
                        : new Socket(server.getHost(), port));
    }

    /// Sends bytes as they are.
    ///
    /// @throws IOException when the server has closed the connection
    public void send(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
    }

    /// Whether something of an answer is there.
    public boolean hasAnswer() throws IOException {
        return in.available() > 0;
    }

    /// The status of the answer; waits for it.
    ///
    /// @throws IOException when the connection ends without one
    public int status() throws IOException {
        String line =
                new BufferedReader(new InputStreamReader(in, StandardCharsets.ISO_8859_1))
                        .readLine();
        if (line == null || !line.startsWith("HTTP/1.1 ")) {
            throw new IOException("no status line: " + line);
        }
        return Integer.parseInt(line.split(" ", -1)[1]);
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
