package dev.roosthold.cli;

import dev.roosthold.relay.Relay;
import dev.roosthold.relay.RelayConfig;
import dev.roosthold.relay.auth.Invites;
import dev.roosthold.relay.store.Store;
import java.nio.file.Files;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

@Command(
        name = "create",
        description = "Prints a new code. It is shown once; the relay keeps only its hash.",
        showDefaultValues = true)
final class InviteCreateCommand implements Callable<Integer> {
    @Option(
            names = "--uses",
            defaultValue = "1",
            description = "Accounts that can be created with it, 1 to 10000.")
    private int uses;

    @Option(
            names = "--expires",
            defaultValue = "24h",
            paramLabel = "TIME",
            converter = TimeSpan.class,
            description = "How long it is valid: a number with m, h or d.")
    private Duration expires;

    @Mixin private DataOption data;

    @Override
    public Integer call() {
        if (uses < 1 || uses > 10_000) {
            throw new CommandFailure("--uses " + uses + " is not between 1 and 10000", "");
        }
        if (!Files.isDirectory(data.path())) {
            throw new CommandFailure(
                    "there is no relay in " + data.path(),
                    "Start it once with `roost up`, or name its directory with --data.");
        }
        try (Store store = Relay.openStore(RelayConfig.defaults().withDataDirectory(data.path()))) {
            System.out.println(Invites.create(store, uses, expires));
        }
        return 0;
    }

    /// `90m`, `24h`, `7d`.
    static final class TimeSpan implements ITypeConverter<Duration> {
        private static final Pattern FORM = Pattern.compile("([1-9][0-9]{0,5})([mhd])");

        @Override
        public Duration convert(String text) {
            Matcher matcher = FORM.matcher(text);
            if (!matcher.matches()) {
                throw new TypeConversionException("a time is a number with m, h or d, as in 24h");
            }
            long number = Long.parseLong(matcher.group(1));
            return switch (matcher.group(2)) {
                case "m" -> Duration.ofMinutes(number);
                case "h" -> Duration.ofHours(number);
                default -> Duration.ofDays(number);
            };
        }
    }
}
