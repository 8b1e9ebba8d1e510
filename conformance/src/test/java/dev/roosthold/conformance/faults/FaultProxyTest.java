package dev.roosthold.conformance.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class FaultProxyTest {
    private ServerSocket server;
    private FaultProxy proxy;

    @BeforeEach
    void start() throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::echo);
        proxy = FaultProxy.before(URI.create("http://127.0.0.1:" + server.getLocalPort()));
    }

    @AfterEach
    void stop() throws IOException {
        proxy.close();
        server.close();
    }

    @Test
    void passesBytesAndTheEndInBothDirections() throws IOException {
        try (Socket socket = connect()) {
            byte[] large = "x".repeat(300_000).getBytes();
            Thread.ofVirtual()
                    .start(
                            () -> {
                                try {
                                    socket.getOutputStream().write(large);
                                    socket.shutdownOutput();
                                } catch (IOException e) {
                                    throw new IllegalStateException(e);
                                }
                            });
            assertThat(socket.getInputStream().readAllBytes()).isEqualTo(large);
        }
        await().until(() -> proxy.connections() == 0);
    }

    @Test
    void cutsOpenConnectionsAndTakesNewOnes() throws IOException {
        try (Socket socket = connect()) {
            ask(socket, "a");
            assertThat(proxy.cut()).isEqualTo(1);
            assertThatThrownBy(() -> ask(socket, "b")).isInstanceOf(IOException.class);
        }
        try (Socket again = connect()) {
            ask(again, "c");
        }
        assertThat(proxy.accepted()).isEqualTo(2);
    }

    @Test
    void delaysWhatPasses() throws IOException {
        proxy.set(new LinkFault.Delay(Duration.ofMillis(120)));
        try (Socket socket = connect()) {
            long begin = System.nanoTime();
            ask(socket, "a");
            assertThat(System.nanoTime() - begin).isGreaterThan(230_000_000L);
        }
    }

    @Test
    void slowsDownWhatPasses() throws IOException {
        proxy.set(new LinkFault.Slow(20_000));
        try (Socket socket = connect()) {
            long begin = System.nanoTime();
            ask(socket, "x".repeat(8_000));
            assertThat(System.nanoTime() - begin).isGreaterThan(350_000_000L);
        }
    }

    @Test
    void aHalfOpenLinkTakesConnectionsAndDeliversNothingUntilItIsOver() throws IOException {
        proxy.set(new LinkFault.HalfOpen());
        try (Socket socket = connect()) {
            socket.setSoTimeout(150);
            socket.getOutputStream().write('a');
            assertThatThrownBy(() -> socket.getInputStream().read())
                    .isInstanceOf(SocketTimeoutException.class);
            proxy.set(LinkFault.NONE);
            socket.setSoTimeout(5_000);
            assertThat(socket.getInputStream().read()).isEqualTo('a');
        }
    }

    @Test
    void stopsOneDirectionOnly() throws IOException {
        try (Socket socket = connect()) {
            ask(socket, "a");
            proxy.set(new LinkFault.Stopped(LinkFault.Direction.TO_CLIENT));
            socket.getOutputStream().write('b');
            socket.setSoTimeout(150);
            assertThatThrownBy(() -> socket.getInputStream().read())
                    .isInstanceOf(SocketTimeoutException.class);
            proxy.set(LinkFault.NONE);
            socket.setSoTimeout(5_000);
            assertThat(socket.getInputStream().read()).isEqualTo('b');
        }
    }

    @Test
    void refusesNewConnectionsOnly() throws IOException {
        try (Socket old = connect()) {
            ask(old, "a");
            proxy.set(new LinkFault.Refusing());
            try (Socket fresh = connect()) {
                assertThatThrownBy(() -> ask(fresh, "b")).isInstanceOf(IOException.class);
            }
            ask(old, "c");
        }
    }

    @Test
    void standsOnlyBeforeServersOfThisComputer() {
        assertThatThrownBy(() -> FaultProxy.before(URI.create("http://192.0.2.1:80")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private Socket connect() throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), proxy.url().getPort());
    }

    private static void ask(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes());
        byte[] answer = socket.getInputStream().readNBytes(text.length());
        if (answer.length < text.length()) {
            throw new IOException("the connection has ended");
        }
        assertThat(new String(answer)).isEqualTo(text);
    }

    private void echo() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                Thread.ofVirtual()
                        .start(
                                () -> {
                                    try (socket) {
                                        InputStream in = socket.getInputStream();
                                        in.transferTo(socket.getOutputStream());
                                    } catch (IOException e) {
                                        // The test has cut it.
                                    }
                                });
            } catch (IOException e) {
                return;
            }
        }
    }
}
