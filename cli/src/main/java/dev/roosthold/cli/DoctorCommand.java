package dev.roosthold.cli;

import dev.roosthold.protocol.Codec;
import dev.roosthold.relay.Operator;
import dev.roosthold.relay.RelayConfig;
import dev.roosthold.relay.auth.RegistrationPolicy;
import dev.roosthold.relay.doctor.Finding;
import dev.roosthold.relay.http.Front;
import dev.roosthold.relay.http.TlsFiles;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "doctor",
        description = {
            "Looks your relay over, says what is wrong and what to do. Changes nothing.",
            "Exit status 1 when something is wrong; warnings alone give 0."
        })
final class DoctorCommand implements Callable<Integer> {
    /// Read from the same environment and file as those of `roost up`; a running relay's own words
    /// win.
    @Option(names = "--host", hidden = true, defaultValue = "127.0.0.1")
    private String host;

    @Option(names = "--port", hidden = true, defaultValue = "3005")
    private int port;

    @Option(names = "--public-url", hidden = true)
    private @Nullable URI publicUrl;

    @Option(names = "--registration", hidden = true, defaultValue = "auto")
    private RegistrationPolicy registration;

    @Option(names = "--metrics-port", hidden = true, defaultValue = "9090")
    private String metricsPort;

    @Option(names = "--tls-cert", hidden = true)
    private @Nullable Path tlsCert;

    @Option(names = "--tls-key", hidden = true)
    private @Nullable Path tlsKey;

    @Mixin private JsonOption json;
    @Mixin private RelayData data;

    @Override
    public Integer call() {
        List<Finding> findings = new Operator(config()).doctor();
        if (json.wanted()) {
            System.out.println(Codec.printText(findings));
        } else {
            print(findings);
        }
        return findings.stream().anyMatch(one -> one.level() == Finding.Level.WRONG) ? 1 : 0;
    }

    private RelayConfig config() {
        RelayConfig config =
                data.config().withHost(host).withPort(port).withRegistration(registration);
        if (publicUrl != null) {
            config = config.withPublicUrl(publicUrl);
        }
        if (tlsCert != null && tlsKey != null) {
            config = config.withFront(Front.USUAL.withTls(new TlsFiles(tlsCert, tlsKey)));
        }
        if (!metricsPort.equals("off")) {
            try {
                config = config.withMetricsPort(Integer.parseInt(metricsPort));
            } catch (NumberFormatException e) {
                throw new CommandFailure(
                        "--metrics-port " + metricsPort + " is neither a port nor off", "");
            }
        }
        return config;
    }

    private static void print(List<Finding> findings) {
        int width = findings.stream().mapToInt(one -> one.check().length()).max().orElse(0);
        for (Finding one : findings) {
            System.out.printf(
                    Locale.ROOT,
                    "%-7s  %-" + Math.max(1, width) + "s  %s%n",
                    word(one.level()),
                    one.check(),
                    one.what());
            one.advice()
                    .lines()
                    .forEach(line -> System.out.println(" ".repeat(width + 11) + "-> " + line));
        }
        long wrong = count(findings, Finding.Level.WRONG);
        long warnings = count(findings, Finding.Level.WARNING);
        System.out.println();
        System.out.println(
                wrong == 0 && warnings == 0
                        ? "All is well."
                        : wrong + " wrong, " + warnings + " to think about.");
    }

    private static long count(List<Finding> findings, Finding.Level level) {
        return findings.stream().filter(one -> one.level() == level).count();
    }

    private static String word(Finding.Level level) {
        return switch (level) {
            case OK -> "ok";
            case SKIPPED -> "-";
            case WARNING -> "warning";
            case WRONG -> "WRONG";
        };
    }
}
