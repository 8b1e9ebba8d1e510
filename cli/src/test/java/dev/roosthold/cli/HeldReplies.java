package dev.roosthold.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// Stands between a command and the sync daemon, and holds back the reply to one method, so that
/// the command can be killed at that moment.
final class HeldReplies implements AutoCloseable {
    private final ServerSocketChannel server;
    private final Path at;
    private final Path daemon;
    private final String method;
    private volatile CountDownLatch replied = new CountDownLatch(1);
    private volatile boolean heard;

    HeldReplies(Path at, Path daemon, String method) throws IOException {
        this.at = at;
        this.daemon = daemon;
        this.method = method;
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(at));
        Thread.ofVirtual().start(this::accept);
    }

    /// For the next command.
    ///
    /// @param passOn whether it gets the reply, or never does
    void next(boolean passOn) {
        heard = passOn;
        replied = new CountDownLatch(1);
    }

    /// Waits until the daemon has replied.
    void awaitReply() throws InterruptedException {
        if (!replied.await(30, TimeUnit.SECONDS)) {
            throw new AssertionError("the daemon was not asked");
        }
    }

    private void accept() {
        try {
            while (true) {
                SocketChannel client = server.accept();
                SocketChannel to = SocketChannel.open(UnixDomainSocketAddress.of(daemon));
                var asked = new LinkedBlockingQueue<String>();
                Thread.ofPlatform().daemon().start(() -> up(client, to, asked));
                Thread.ofPlatform().daemon().start(() -> down(to, client, asked));
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private static BufferedReader lines(SocketChannel of) {
        return new BufferedReader(
                new InputStreamReader(Channels.newInputStream(of), StandardCharsets.UTF_8));
    }

    private static void up(
            SocketChannel from, SocketChannel to, LinkedBlockingQueue<String> asked) {
        try (BufferedReader in = lines(from);
                OutputStream out = Channels.newOutputStream(to)) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                asked.add(line);
                out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            // Killed.
        }
    }

    private void down(SocketChannel from, SocketChannel to, LinkedBlockingQueue<String> asked) {
        try (BufferedReader in = lines(from);
                OutputStream out = Channels.newOutputStream(to)) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                boolean ours = asked.take().contains("\"method\":\"" + method + "\"");
                if (!ours || heard) {
                    out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
                }
                if (ours) {
                    replied.countDown();
                }
            }
        } catch (IOException e) {
            // Killed.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        Files.deleteIfExists(at);
    }
}
