package dev.roosthold.sync;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ServerSocketFactory;

/// A wire to a relay, which can end TLS and can fall silent without breaking.
final class Wire implements AutoCloseable {
    private final ServerSocket server;
    private final int target;
    private final List<Socket> open = new ArrayList<>();
    final AtomicInteger accepted = new AtomicInteger();
    private volatile boolean silent;

    /// @param target port of the relay
    Wire(ServerSocketFactory factory, int target) {
        this.target = target;
        try {
            server = factory.createServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    /// What is sent from now on does not arrive; the connections stay.
    void silent(boolean value) {
        silent = value;
    }

    private void accept() {
        try {
            while (true) {
                Socket from = server.accept();
                accepted.incrementAndGet();
                Socket to = new Socket(InetAddress.getLoopbackAddress(), target);
                synchronized (open) {
                    open.add(from);
                    open.add(to);
                }
                Thread.ofVirtual().start(() -> pump(from, to));
                Thread.ofVirtual().start(() -> pump(to, from));
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private void pump(Socket from, Socket to) {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] buffer = new byte[1 << 16];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                if (!silent) {
                    out.write(buffer, 0, read);
                    out.flush();
                }
            }
        } catch (IOException e) {
            // One side has ended, or TLS did not come about.
        }
    }

    @Override
    public void close() {
        try {
            server.close();
            synchronized (open) {
                for (Socket one : open) {
                    one.close();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
