package dev.roosthold.bench;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Ten thousand machines lose their connections at once and come back at once: first because the
/// network fails, then because the relay is killed and started again. Each registers a method and
/// is called after it. Measured is the time from the cut until the last one is registered.
///
/// Options: `--machines` (10,000), `--rounds` (3) of cut connections.
public final class StormLoad {
    private static final int ACCOUNTS = 100;
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(60);

    private StormLoad() {}

    public static void main(String[] args) throws Exception {
        int machines = 10_000;
        int rounds = 3;
        for (int i = 0; i + 1 < args.length; i += 2) {
            int value = Integer.parseInt(args[i + 1]);
            switch (args[i]) {
                case "--machines" -> machines = value;
                case "--rounds" -> rounds = value;
                default -> throw new IllegalArgumentException("unknown option " + args[i]);
            }
        }
        Path parent = Path.of("bench/target");
        Files.createDirectories(parent);
        Path folder = Files.createTempDirectory(parent, "storm");
        try {
            run(folder, machines, rounds);
        } finally {
            RelayLoad.delete(folder);
        }
        System.exit(0);
    }

    private static void run(Path folder, int machines, int rounds) throws Exception {
        System.out.printf(
                Locale.ROOT,
                "fsync of 4 KB: median %.2f ms; load %s; %d processors%n",
                Host.fsyncMs(folder),
                Host.loadAverage(),
                Host.processors());
        var relay = ServerProcess.relay(RelayLoad.JVM, folder.resolve("data"));
        int port = relay.port();
        double slowest = 0;
        boolean right = true;
        try (var client = new LoadClient()) {
            var town = Town.build(new RelayApi(port), ACCOUNTS, machines, 0);
            LoadClient.Sockets sockets = register(client, port, town, "first time");
            for (int round = 1; round <= rounds; round++) {
                long cut = System.nanoTime();
                sockets.cut();
                sockets = register(client, port, town, "connections cut, " + round);
                slowest = Math.max(slowest, (System.nanoTime() - cut) / 1e9);
                right &= check(client, port, town, machines);
            }
            sockets.expectEnd();
            long killed = System.nanoTime();
            relay.kill();
            relay = ServerProcess.relay(RelayLoad.JVM, folder.resolve("data"), port);
            System.out.printf(
                    Locale.ROOT,
                    "relay killed; serves again after %.1f s%n",
                    (System.nanoTime() - killed) / 1e9);
            sockets = register(client, port, town, "relay killed");
            slowest = Math.max(slowest, (System.nanoTime() - killed) / 1e9);
            right &= check(client, port, town, machines);
            sockets.close();
            System.out.printf(
                    Locale.ROOT,
                    "relay: %.1f s of processor since its start, %.0f MB resident%n",
                    relay.cpuSeconds(),
                    relay.residentBytes() / 1e6);
        } finally {
            relay.close();
        }
        System.out.println(
                RelayLoad.verdict(
                        "seconds until all are registered, slowest",
                        slowest,
                        slowest < 10,
                        "below",
                        10));
        System.out.println((right ? "met" : "MISSED") + ": all online, every call answered");
    }

    private static LoadClient.Sockets register(LoadClient client, int port, Town town, String what)
            throws Exception {
        long start = System.nanoTime();
        var registered = new AtomicInteger();
        int wanted = town.machineEntrances().size();
        LoadClient.Sockets sockets =
                client.open(port, town.machineEntrances(), new Machines(registered));
        double connected = (System.nanoTime() - start) / 1e9;
        client.onLoop(
                () -> {
                    for (LoadSocket socket : sockets.all()) {
                        if (!Machines.hasRegistered(socket)) {
                            Machines.register(socket);
                        }
                    }
                });
        while (registered.get() < wanted && System.nanoTime() - start < PATIENCE) {
            Thread.sleep(5);
        }
        System.out.printf(
                Locale.ROOT,
                "%s: %d connected in %.2f s, %d registered in %.2f s%n",
                what,
                sockets.all().size(),
                connected,
                registered.get(),
                (System.nanoTime() - start) / 1e9);
        return sockets;
    }

    /// Whether every machine is shown online and answers a call.
    private static boolean check(LoadClient client, int port, Town town, int machines)
            throws Exception {
        int offline = town.offline().size();
        var answers = new Answers();
        int accounts = town.tokens().size();
        List<LoadSocket.Entrance> apps = town.tokens().stream().map(RelayApi::user).toList();
        long start = System.nanoTime();
        try (var opened = client.open(port, apps, answers)) {
            var byAccount = new LoadSocket[accounts];
            opened.all().forEach(socket -> byAccount[socket.counter] = socket);
            client.onLoop(
                    () -> {
                        for (int i = 0; i < machines; i++) {
                            byAccount[i % accounts].send(
                                    LoadSocket.frame(
                                            "42%d[\"rpc-call\",{\"method\":\"%s:ping\",\"params\":\"p\"}]"
                                                    .formatted(i, Town.machine(i))));
                        }
                        opened.all().forEach(LoadSocket::flush);
                    });
            while (answers.all.get() < machines && System.nanoTime() - start < PATIENCE) {
                Thread.sleep(5);
            }
        }
        System.out.printf(
                Locale.ROOT,
                "    not online: %d; calls: %d of %d answered by their machine, in %.2f s%n",
                offline,
                answers.good.get(),
                machines,
                (System.nanoTime() - start) / 1e9);
        String wrong = answers.wrong;
        if (wrong != null) {
            System.out.println("    answered otherwise: " + wrong);
        }
        return offline == 0 && answers.good.get() == machines;
    }

    /// What comes to the machines.
    private record Machines(AtomicInteger registered) implements LoadClient.Traffic {
        private static final byte[] REGISTERED =
                "\"rpc-registered\"".getBytes(StandardCharsets.US_ASCII);

        /// Marks a socket whose registration was sent; its number is not needed any more.
        private static final int SENT = 1 << 30;

        static boolean hasRegistered(LoadSocket socket) {
            return socket.counter >= SENT;
        }

        static void register(LoadSocket socket) {
            String machine = Town.machine(socket.counter);
            socket.counter += SENT;
            socket.send(
                    LoadSocket.frame("42[\"rpc-register\",{\"method\":\"" + machine + ":ping\"}]"));
            socket.flush();
        }

        @Override
        public void packet(LoadSocket socket, ByteBuf packet) {
            if (Bytes.indexOf(packet, REGISTERED) >= 0) {
                registered.incrementAndGet();
            } else {
                RpcTraffic.answer(socket, packet);
            }
        }
    }

    /// What comes to the apps that call.
    private static final class Answers implements LoadClient.Traffic {
        private static final byte[] OK = "[{\"ok\":true,".getBytes(StandardCharsets.US_ASCII);

        private final AtomicInteger all = new AtomicInteger();
        private final AtomicInteger good = new AtomicInteger();
        private volatile @Nullable String wrong;

        @Override
        public void packet(LoadSocket socket, ByteBuf packet) {
            if (packet.getByte(1) == '3') {
                if (Bytes.indexOf(packet, OK) >= 0) {
                    good.incrementAndGet();
                } else {
                    wrong = packet.toString(StandardCharsets.UTF_8);
                }
                all.incrementAndGet();
            }
        }
    }
}
