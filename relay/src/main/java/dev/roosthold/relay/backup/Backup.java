package dev.roosthold.relay.backup;

import dev.roosthold.protocol.Codec;
import dev.roosthold.relay.attachments.AttachmentArchive;
import dev.roosthold.relay.store.DatabaseFile;
import dev.roosthold.relay.store.Migration;
import dev.roosthold.relay.store.SqliteStore;
import dev.roosthold.relay.store.StoreConfig;
import dev.roosthold.relay.store.StoreException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Makes a backup of a data directory, whether its relay runs or not. The package's description
/// says in which order and why.
public final class Backup {
    /// Free space that is left to others.
    private static final long RESERVE = 64L << 20;

    private final Path data;
    private final Path target;
    private final String relayVersion;
    private final InstantSource clock;

    /// @param dataDirectory of the relay
    /// @param target a name that ends in `.tar.gz` or `.tgz` for an archive, otherwise a folder
    public Backup(Path dataDirectory, Path target, String relayVersion, InstantSource clock) {
        this.data = dataDirectory;
        this.target = target.toAbsolutePath().normalize();
        this.relayVersion = relayVersion;
        this.clock = clock;
    }

    /// What was made.
    ///
    /// @param target where it is
    /// @param mark ISO 8601, UTC: everything that was acknowledged before this moment is inside
    /// @param files how many, without the manifest
    /// @param bytes of all files, before compression
    /// @param lost attachments that the relay has a row for and no file: they are not in it
    /// @param noted whether the data directory knows of it now
    public record Report(
            String target, String mark, int files, long bytes, int lost, boolean noted) {}

    /// Makes it. Nothing is at the target until everything is there.
    ///
    /// @param force replaces an earlier backup at the target
    /// @throws BackupException with a message for the operator
    public Report make(boolean force) {
        String mark = clock.instant().toString();
        refuseTakenTarget(force);
        Path parent = PrivateFiles.parent(target);
        Path work = parent.resolve("." + target.getFileName() + "." + UUID.randomUUID() + ".tmp");
        try {
            PrivateFiles.createFolders(parent);
            requireSpace(neededBytes(), Files.getFileStore(parent).getUsableSpace(), parent);
            removeLeftOver(parent);
            PrivateFiles.createFolder(work);
            Path made = work.resolve("backup");
            int lost;
            List<Manifest.Part> parts;
            try (Output out =
                    isArchive()
                            ? new Output.Archive(made, clock.millis())
                            : new Output.Folder(made)) {
                lost = copy(out, work, mark);
                parts = out.parts();
                out.finish();
            }
            putInPlace(made, force);
            long bytes = parts.stream().mapToLong(Manifest.Part::size).sum();
            return new Report(target.toString(), mark, parts.size(), bytes, lost, note(mark));
        } catch (IOException | UncheckedIOException | StoreException e) {
            throw new BackupException(
                    "no backup was made: " + reason(e),
                    "What was written of it is removed; the relay's data is as it was.",
                    e);
        } finally {
            PrivateFiles.deleteTree(work);
        }
    }

    /// Removes what backups to the same target have left that were killed; a backup of the last day
    /// may still be running.
    private void removeLeftOver(Path parent) throws IOException {
        var name =
                Pattern.compile(
                        Pattern.quote("." + target.getFileName() + ".") + "[0-9a-f-]{36}\\.tmp");
        FileTime yesterday = FileTime.from(Instant.now().minus(1, ChronoUnit.DAYS));
        try (Stream<Path> siblings = Files.list(parent)) {
            for (Path sibling : siblings.toList()) {
                if (name.matcher(String.valueOf(sibling.getFileName())).matches()
                        && Files.getLastModifiedTime(sibling, LinkOption.NOFOLLOW_LINKS)
                                        .compareTo(yesterday)
                                < 0) {
                    PrivateFiles.deleteTree(sibling);
                }
            }
        }
    }

    /// @return how many attachments have a row and no file
    private int copy(Output out, Path work, String mark) throws IOException {
        Path folder = AttachmentArchive.folder(data);
        for (String name : AttachmentArchive.files(folder)) {
            try {
                out.add(Manifest.ATTACHMENTS + name, folder.resolve(name));
            } catch (NoSuchFileException e) {
                // Deleted since the folder was listed.
            }
        }
        Path snapshot = work.resolve(Manifest.DATABASE);
        PrivateFiles.create(snapshot).close();
        DatabaseFile.copy(data.resolve(Manifest.DATABASE), snapshot);
        var missing = new ArrayList<String>();
        try (var database = DatabaseFile.open(snapshot)) {
            // A database that this program must not use is refused before anything is done with it.
            var _ = database.schema(Migration.ofProgram());
            for (String name : database.read(AttachmentArchive::uploaded)) {
                if (!out.has(Manifest.ATTACHMENTS + name) && !addIfThere(out, folder, name)) {
                    missing.add(name);
                }
            }
        }
        int lost = missing.isEmpty() ? 0 : drop(snapshot, missing);
        int schema;
        try (var database = DatabaseFile.open(snapshot)) {
            schema = database.schema(Migration.ofProgram());
        }
        out.add(Manifest.DATABASE, snapshot);
        copyJazz(out, work);
        for (Path secret : secrets()) {
            out.add(String.valueOf(secret.getFileName()), Files.readAllBytes(secret));
        }
        byte[] manifest =
                Codec.print(
                        new Manifest(
                                Manifest.FORMAT,
                                Manifest.PROGRAM,
                                relayVersion,
                                schema,
                                mark,
                                clock.instant().toString(),
                                out.parts()));
        out.put(Manifest.NAME, manifest.length, to -> to.write(manifest));
        byte[] sum =
                (HexFormat.of().formatHex(PrivateFiles.sha256().digest(manifest)) + "\n")
                        .getBytes(StandardCharsets.US_ASCII);
        out.put(Manifest.SUM_NAME, sum.length, to -> to.write(sum));
        return lost;
    }

    /// The file of Jazz knows nothing of the other database but ids of accounts: it may be a moment
    /// younger.
    private void copyJazz(Output out, Path work) throws IOException {
        Path jazz = data.resolve(Manifest.JAZZ);
        if (Files.isRegularFile(jazz, LinkOption.NOFOLLOW_LINKS)) {
            Path copy = work.resolve(Manifest.JAZZ);
            PrivateFiles.create(copy).close();
            DatabaseFile.copy(jazz, copy);
            out.add(Manifest.JAZZ, copy);
        }
    }

    private static boolean addIfThere(Output out, Path folder, String name) throws IOException {
        try {
            out.add(Manifest.ATTACHMENTS + name, folder.resolve(name));
            return true;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /// Drops the rows of files that are gone from the copy, so that each row in it has its file.
    ///
    /// @return how many of them the relay still has a row for, which nobody deleted
    private int drop(Path snapshot, List<String> missing) {
        try (var copy = SqliteStore.open(StoreConfig.of(snapshot))) {
            copy.writeNow(
                    tx -> {
                        for (String name : missing) {
                            AttachmentArchive.forget(tx, name);
                        }
                        return missing.size();
                    });
        }
        try (var live = DatabaseFile.open(data.resolve(Manifest.DATABASE))) {
            var still = new HashSet<>(live.read(AttachmentArchive::uploaded));
            return (int) missing.stream().filter(still::contains).count();
        }
    }

    private List<Path> secrets() throws IOException {
        var secrets = new ArrayList<Path>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(data)) {
            for (Path entry : entries) {
                if (Manifest.isSecret(String.valueOf(entry.getFileName()))
                        && Files.isRegularFile(entry, LinkOption.NOFOLLOW_LINKS)) {
                    secrets.add(entry);
                }
            }
        }
        secrets.sort(null);
        return secrets;
    }

    private boolean isArchive() {
        String name = String.valueOf(target.getFileName()).toLowerCase(Locale.ROOT);
        return name.endsWith(".tar.gz") || name.endsWith(".tgz");
    }

    private void refuseTakenTarget(boolean force) {
        if (!Files.isRegularFile(data.resolve(Manifest.DATABASE))) {
            throw new BackupException(
                    "there is no relay in " + data,
                    "Name its directory with --data; it is the one that holds relay.db.");
        }
        if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        boolean folder = Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS);
        if (isArchive() == folder) {
            throw new BackupException(
                    target + (folder ? " is a folder" : " is a file"),
                    "A name that ends in .tar.gz makes an archive, every other name a folder.");
        }
        if (!force) {
            throw new BackupException(
                    target + " exists already", "Choose another name, or replace it with --force.");
        }
        if (folder && !Files.exists(target.resolve(Manifest.NAME))) {
            throw new BackupException(
                    target + " is not a backup, so it is not replaced", "Choose another name.");
        }
    }

    private long neededBytes() throws IOException {
        long snapshot = 0;
        for (String database : List.of(Manifest.DATABASE, Manifest.JAZZ)) {
            for (String name : List.of(database, database + "-wal")) {
                Path file = data.resolve(name);
                snapshot += Files.exists(file) ? Files.size(file) : 0;
            }
        }
        Path folder = AttachmentArchive.folder(data);
        long attachments = 0;
        for (String name : AttachmentArchive.files(folder)) {
            try {
                attachments += Files.size(folder.resolve(name));
            } catch (NoSuchFileException e) {
                // Deleted meanwhile.
            }
        }
        // The copies of the databases lie beside what is made of it.
        return 2 * snapshot + attachments;
    }

    static void requireSpace(long needed, long usable, Path where) {
        if (usable - RESERVE < needed) {
            throw new BackupException(
                    "not enough space in "
                            + where
                            + ": a backup may need "
                            + megabytes(needed)
                            + " there and "
                            + megabytes(Math.max(0, usable - RESERVE))
                            + " are free",
                    "Make room, or name a place on another disk. Nothing was written.");
        }
    }

    private static String megabytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f MB", bytes / 1e6);
    }

    private void putInPlace(Path made, boolean force) throws IOException {
        Path parent = PrivateFiles.parent(target);
        if (isArchive() && force) {
            Files.move(
                    made,
                    target,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } else if (isArchive()) {
            // A rename would replace what somebody has put there meanwhile; a second name does not.
            linkOrMove(made, target);
        } else {
            Path old = PrivateFiles.parent(made).resolve("replaced");
            if (force && Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
                Files.move(target, old, StandardCopyOption.ATOMIC_MOVE);
            }
            Files.move(made, target, StandardCopyOption.ATOMIC_MOVE);
        }
        PrivateFiles.sync(parent);
    }

    private static void linkOrMove(Path made, Path target) throws IOException {
        try {
            Files.createLink(target, made);
        } catch (UnsupportedOperationException | AtomicMoveNotSupportedException e) {
            Files.move(made, target);
        } catch (FileAlreadyExistsException e) {
            throw new IOException(target + " has appeared meanwhile", e);
        } catch (FileSystemException e) {
            // Some file systems know no links.
            Files.move(made, target);
        }
    }

    private boolean note(String mark) {
        try {
            new LastBackup(mark, target.toString()).save(data);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    static String reason(Throwable e) {
        Throwable told =
                e instanceof UncheckedIOException && e.getCause() != null ? e.getCause() : e;
        return switch (told) {
            case FileSystemException file ->
                    file.getFile()
                            + ": "
                            + (file.getReason() == null
                                    ? file.getClass().getSimpleName()
                                    : file.getReason());
            default -> String.valueOf(told.getMessage());
        };
    }
}
