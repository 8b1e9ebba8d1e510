package dev.roosthold.cli;

import dev.roosthold.protocol.Codec;
import dev.roosthold.relay.JazzServer;
import dev.roosthold.relay.jazz.JazzConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "jazz-relay",
        description = {
            "Runs a relay for Jazz clients and nothing else, in the foreground.",
            "`roost up` has one too, at /jazz, for its accounts."
        },
        showDefaultValues = true)
final class JazzRelayCommand implements Callable<Integer> {
    private static final Duration LONGEST_STOP = Duration.ofMillis(4_800);

    @Option(
            names = "--host",
            defaultValue = "127.0.0.1",
            paramLabel = "ADDRESS",
            description = "Address to listen on.")
    private String host;

    @Option(
            names = "--port",
            defaultValue = "4200",
            description = "Port to listen on; 0 takes a free one.")
    private int port;

    @Mixin private DataOption data;

    @Option(
            names = "--key",
            paramLabel = "KEY",
            description = {
                "What clients put behind ?key= in the address. Needed unless only this computer can"
                        + " connect.",
                "Better as ROOST_KEY or in the settings file than on the command line, which others"
                        + " can see."
            })
    private @Nullable String key;

    @Option(
            names = "--space",
            defaultValue = "1024",
            paramLabel = "MB",
            description = "What all values together may take.")
    private int space;

    @Option(
            names = "--metrics-port",
            defaultValue = "off",
            paramLabel = "PORT",
            description =
                    "Port on which Prometheus metrics are served to this computer; 0 takes a free one,"
                            + " off serves none.")
    private String metricsPort;

    @Mixin private JsonOption json;
    @Mixin private LogOptions log;
    @Mixin private PrintConfigOption printConfig;
    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        log.apply();
        UpCommand.requirePort("--port", port);
        JazzConfig config = JazzConfig.USUAL.withSpaceBytes(JazzOptions.bytes("--space", space));
        if (key != null) {
            config = config.withKey(JazzOptions.key("--key", key));
        }
        OptionalInt metrics =
                metricsPort.equals("off")
                        ? OptionalInt.empty()
                        : OptionalInt.of(UpCommand.parseMetricsPort(metricsPort));
        if (printConfig.isGiven()) {
            printConfig.print(spec);
            return 0;
        }
        if (key == null && !isLoopback(host)) {
            throw new CommandFailure(
                    "without --key anybody who reaches " + host + " could fill this disk",
                    "Give a key, for example ROOST_KEY=$(openssl rand -hex 24), or listen on"
                            + " 127.0.0.1.");
        }
        JazzServer server = start(config, metrics);
        var stopped = new CountDownLatch(1);
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(
                                () -> {
                                    UpCommand.endAnyway(LONGEST_STOP);
                                    server.close();
                                    stopped.countDown();
                                },
                                "stop"));
        System.out.println(json.wanted() ? asJson(server) : asText(server));
        stopped.await();
        return 0;
    }

    private String asText(JazzServer server) {
        return "Jazz clients connect to "
                + server.address()
                + (key == null ? "" : "/?key=...")
                + " - Ctrl-C stops it.";
    }

    private static String asJson(JazzServer server) {
        Map<String, Object> said = new LinkedHashMap<>();
        said.put("address", server.address().toString());
        said.put("pid", ProcessHandle.current().pid());
        server.metricsPort().ifPresent(number -> said.put("metricsPort", number));
        return Codec.printText(said);
    }

    private JazzServer start(JazzConfig config, OptionalInt metrics) {
        try {
            return JazzServer.start(host, port, data.path(), config, metrics);
        } catch (IOException e) {
            throw new CommandFailure(
                    String.valueOf(e.getMessage()),
                    "Another program may be using it; --port and --data choose other ones.");
        }
    }

    private static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            throw new CommandFailure("there is no address " + host + " here", "");
        }
    }
}
