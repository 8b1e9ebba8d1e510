package dev.roosthold.cli;

import dev.roosthold.relay.Relay;
import dev.roosthold.relay.RelayConfig;
import dev.roosthold.relay.auth.RegistrationPolicy;
import dev.roosthold.relay.store.StoreException;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "up",
        description = "Runs the relay and its web page, in the foreground.",
        showDefaultValues = true)
final class UpCommand implements Callable<Integer> {
    private static final Duration LONGEST_STOP = Duration.ofMillis(4_800);

    /// What the Java runtime ends with after SIGTERM too.
    private static final int TERMINATED = 143;

    @Option(
            names = "--host",
            defaultValue = "127.0.0.1",
            paramLabel = "ADDRESS",
            description = "Address to listen on.")
    private String host;

    @Option(
            names = "--port",
            defaultValue = "3005",
            description = "Port to listen on; 0 takes a free one.")
    private int port;

    @Mixin private RelayData data;

    @Option(
            names = "--registration",
            defaultValue = "auto",
            paramLabel = "POLICY",
            description = {
                "Who may create an account: open, invite, closed or auto.",
                "auto is open while only this computer can reach the relay; otherwise for the first"
                        + " account and then for invited ones."
            })
    private RegistrationPolicy registration;

    @Option(
            names = "--public-url",
            paramLabel = "URL",
            description = "Address under which others reach the relay.")
    private @Nullable URI publicUrl;

    @Option(
            names = "--expo-push",
            arity = "0..1",
            fallbackValue = ExpoPushOption.ON,
            defaultValue = ExpoPushOption.OFF,
            paramLabel = "URL",
            description = {
                "Sends notifications to phones through the Expo push service, which can read them.",
                "on, off, or the address of another such service."
            })
    private String expoPush;

    @Option(
            names = "--metrics-port",
            defaultValue = "9090",
            paramLabel = "PORT",
            description =
                    "Port on which Prometheus metrics are served to this computer; 0 takes a free one,"
                            + " off serves none.")
    private String metricsPort;

    @Mixin private LogOptions log;

    @Mixin private PrintConfigOption printConfig;

    @Spec private CommandSpec spec;
    @Mixin private AuditOptions audit;
    @Mixin private FrontOptions front;
    @Mixin private DeviceOptions devices;
    @Mixin private PushOptions push;
    @Mixin private JazzOptions jazz;
    @Mixin private ClusterOptions cluster;

    @Override
    public Integer call() throws InterruptedException {
        log.apply();
        requirePort("--port", port);
        RelayConfig config =
                data.config()
                        .withHost(host)
                        .withPort(port)
                        .withRegistration(registration)
                        .withFront(front.front(host))
                        .withJazz(jazz.config())
                        .withPush(push.apply(ExpoPushOption.apply(expoPush)))
                        .withAudit(audit.retention());
        config = config.withLimits(config.limits().withDevices(devices.lifetime()));
        config = cluster.apply(config);
        if (publicUrl != null) {
            requireWebAddress(publicUrl);
            config = config.withPublicUrl(publicUrl);
        }
        if (!metricsPort.equals("off")) {
            config = config.withMetricsPort(parseMetricsPort(metricsPort));
        }
        if (printConfig.isGiven()) {
            printConfig.print(spec);
            return 0;
        }
        Relay relay = start(config);
        var stopped = new CountDownLatch(1);
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(
                                () -> {
                                    endAnyway(LONGEST_STOP);
                                    relay.close();
                                    stopped.countDown();
                                },
                                "stop"));
        System.out.println(
                "Roosthold is at "
                        + relay.address()
                        + " - open it in a browser and press “Add machine”. Ctrl-C stops it.");
        stopped.await();
        return 0;
    }

    /// A stop that hangs, on a disk that does not answer for example, is ended as by a kill, which
    /// loses nothing that was acknowledged: whoever asked for the stop waits 5 seconds.
    static void endAnyway(Duration patience) {
        Thread.ofPlatform()
                .daemon()
                .name("end-anyway")
                .start(
                        () -> {
                            try {
                                Thread.sleep(patience);
                                Runtime.getRuntime().halt(TERMINATED);
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        });
    }

    static int parseMetricsPort(String text) {
        try {
            int number = Integer.parseInt(text);
            requirePort("--metrics-port", number);
            return number;
        } catch (NumberFormatException e) {
            throw new CommandFailure("--metrics-port " + text + " is neither a port nor off", "");
        }
    }

    private static void requireWebAddress(URI url) {
        boolean web = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
        if (!web || url.getHost() == null || url.getUserInfo() != null || url.getQuery() != null) {
            throw new CommandFailure(
                    "--public-url is not an address like https://roost.example",
                    "It names scheme and host, and where needed a port and a path.");
        }
    }

    static void requirePort(String option, int number) {
        if (number < 0 || number > 65_535) {
            throw new CommandFailure(option + " " + number + " is not between 0 and 65535", "");
        }
    }

    private Relay start(RelayConfig config) {
        try {
            return Relay.start(config);
        } catch (IOException e) {
            throw new CommandFailure(
                    String.valueOf(e.getMessage()),
                    "Another program may be using it; --port and --data choose other ones.");
        } catch (StoreException e) {
            throw new CommandFailure(
                    String.valueOf(e.getMessage()), "Nothing in " + data.path() + " was changed.");
        }
    }
}
