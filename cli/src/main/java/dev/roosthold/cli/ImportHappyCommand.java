package dev.roosthold.cli;

import dev.roosthold.importer.DumpSource;
import dev.roosthold.importer.HappyImport;
import dev.roosthold.importer.HappySource;
import dev.roosthold.importer.ImportFailure;
import dev.roosthold.importer.ImportReport;
import dev.roosthold.importer.PostgresSource;
import dev.roosthold.protocol.Codec;
import dev.roosthold.relay.RelayConfig;
import dev.roosthold.relay.StoppedRelay;
import dev.roosthold.relay.store.PostgresUrl;
import dev.roosthold.relay.store.StoreException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "import-happy",
        description = {
            "Takes over the accounts, sessions, messages and machines of a happy server.",
            "The relay must not be running. It can be repeated: what is there already stays as it is."
        },
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:everything that can be taken over is there",
            "1:it failed; what was imported are whole rows, and the same command again goes on",
            "2:it was called wrongly",
            "3:done, but of some rows the relay has others or could not take them; the report says which"
        })
final class ImportHappyCommand implements Callable<Integer> {
    private static final int INCOMPLETE = 3;
    private static final int MAX_PASSWORD = 4_096;

    @Parameters(
            paramLabel = "SOURCE",
            description = {
                "Address of the happy server's PostgreSQL database (postgresql://user@host/database), or a"
                        + " dump of it: plain SQL as pg_dump writes it, .sql or .sql.gz."
            })
    private String source;

    @Mixin private RelayData data;

    @Option(
            names = "--password-file",
            paramLabel = "FILE",
            description =
                    "File with the password of the database; - reads it from standard input. Otherwise"
                            + " PGPASSWORD, the address, or ~/.pgpass.")
    private @Nullable String passwordFile;

    @Option(
            names = "--temp",
            paramLabel = "DIR",
            description =
                    "Where temporary files are made: the rows of a dump, and with --dry-run a copy of the"
                            + " relay's database (default: the system's directory for them).")
    private @Nullable Path temp;

    @Option(names = "--dry-run", description = "Changes nothing and reports what would happen.")
    private boolean dryRun;

    @Mixin private JsonOption json;

    @Override
    public Integer call() {
        RelayConfig config = data.config();
        if (dryRun && data.isServer()) {
            throw new CommandFailure(
                    "--dry-run works on a copy, which is made of a file only",
                    "Leave --database out: what would happen to an empty relay is shown then.");
        }
        Path temporary = temp == null ? Path.of(System.getProperty("java.io.tmpdir")) : temp;
        if (!Files.isDirectory(temporary)) {
            throw new CommandFailure(
                    "there is no directory " + temporary, "--temp names another one.");
        }
        try {
            StoppedRelay.check(config);
            ImportReport report;
            try (HappySource from = open(temporary)) {
                report = dryRun ? rehearse(from, config, temporary) : run(from, config);
            }
            print(report);
            return report.isComplete() ? 0 : INCOMPLETE;
        } catch (ImportFailure e) {
            throw new CommandFailure(String.valueOf(e.getMessage()), e.advice());
        } catch (StoreException e) {
            throw new CommandFailure(
                    "the relay's database: " + e.getMessage(),
                    "What was imported so far are whole rows; the same command again goes on.");
        } catch (FileSystemException e) {
            throw new CommandFailure(
                    "cannot use " + e.getFile() + " (" + e.getClass().getSimpleName() + ")",
                    "--data names the relay's directory, --temp the one for temporary files.");
        } catch (IOException e) {
            throw new CommandFailure(
                    String.valueOf(e.getMessage()),
                    "The relay must not be running during an import: stop it, import, start it again.");
        }
    }

    private ImportReport run(HappySource from, RelayConfig config) throws IOException {
        try (StoppedRelay relay = StoppedRelay.open(config)) {
            return HappyImport.run(from, relay.store(), false, System.err::println);
        }
    }

    /// The same as [#run], with a copy that is thrown away.
    private ImportReport rehearse(HappySource from, RelayConfig config, Path temporary)
            throws IOException {
        Path directory = Files.createTempDirectory(temporary, "roost-dry-run");
        try (StoppedRelay relay = StoppedRelay.copy(config, directory)) {
            return HappyImport.run(from, relay.store(), true, System.err::println);
        } finally {
            delete(directory);
        }
    }

    private HappySource open(Path temporary) {
        if (!PostgresUrl.isOne(source)) {
            if (source.contains("://")) {
                // Not repeated: there may be a password in it.
                throw new CommandFailure(
                        "the source is an address, but not one of PostgreSQL",
                        "It begins with postgresql:// or postgres://.");
            }
            return DumpSource.open(Path.of(source), temporary);
        }
        PostgresUrl url;
        try {
            url = PostgresUrl.parse(source);
        } catch (PostgresUrl.Malformed e) {
            throw new CommandFailure(String.valueOf(e.getMessage()), e.advice());
        }
        Optional<String> password = password();
        if (url.password().isPresent()) {
            System.err.println(
                    "note: the password stands in the command line, where others on this computer can see"
                            + " it; --password-file and PGPASSWORD keep it out of there");
        }
        return PostgresSource.open(url, password);
    }

    private Optional<String> password() {
        if (passwordFile == null) {
            return Optional.ofNullable(System.getenv("PGPASSWORD"));
        }
        try (InputStream in =
                passwordFile.equals("-")
                        ? System.in
                        : Files.newInputStream(Path.of(passwordFile))) {
            byte[] bytes = in.readNBytes(MAX_PASSWORD);
            return Optional.of(
                    new String(bytes, StandardCharsets.UTF_8).lines().findFirst().orElse(""));
        } catch (IOException e) {
            throw new CommandFailure("cannot read the password file " + passwordFile, "");
        }
    }

    private void print(ImportReport report) {
        if (json.wanted()) {
            System.out.println(Codec.printText(report));
            return;
        }
        report.lines().forEach(System.out::println);
        if (!dryRun && !report.changedNothing()) {
            System.out.println();
            System.out.println(
                    "Imported into " + data.path() + ". Start the relay with `roost up`.");
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
