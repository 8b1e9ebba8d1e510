package dev.roosthold.relay.backup;

import dev.roosthold.protocol.Codec;
import dev.roosthold.protocol.MalformedJson;
import dev.roosthold.relay.attachments.AttachmentArchive;
import dev.roosthold.relay.store.DatabaseFile;
import dev.roosthold.relay.store.Migration;
import dev.roosthold.relay.store.SqliteStore;
import dev.roosthold.relay.store.Store;
import dev.roosthold.relay.store.StoreConfig;
import dev.roosthold.relay.store.StoreException;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/// Puts a backup into an empty or absent folder. Everything is copied to a place beside it, checked
/// there and then moved: a backup that is damaged, cut short or not one leaves nothing behind.
public final class Restore {
    /// The key that seals what clients continue with: without it none continues, all read anew.
    private static final String RECOVERY_KEY = "recovery.key";

    private static final int BUFFER = 64 << 10;

    /// The manifest names each attachment in about 150 bytes.
    private static final long MAX_MANIFEST = 1L << 30;

    private final Path source;
    private final Path target;
    private final Store.WriteOperation<?> renumber;

    /// @param source an archive or a folder that [Backup] made
    /// @param target where the relay will keep its data
    /// @param renumber takes all numbers forward that clients remember; run once, on the restored
    ///     database before it is put in place
    public Restore(Path source, Path target, Store.WriteOperation<?> renumber) {
        this.source = source.toAbsolutePath().normalize();
        this.target = target.toAbsolutePath().normalize();
        this.renumber = renumber;
    }

    /// What was restored.
    ///
    /// @param mark ISO 8601, UTC: what was acknowledged later is lost
    /// @param relayVersion of the program that made the backup
    public record Report(String mark, String relayVersion, int files, long bytes) {}

    private record Copied(long size, String sha256) {}

    /// @throws BackupException with a message for the operator
    public Report run() {
        refuseTakenTarget();
        if (!Files.exists(source)) {
            throw new BackupException("there is no backup " + source, "");
        }
        Path work = null;
        try {
            boolean inside = Files.isDirectory(target) && !isOnDiskOfParent();
            Path near = inside ? target : PrivateFiles.parent(target);
            PrivateFiles.createFolders(near);
            work = near.resolve("." + target.getFileName() + "." + UUID.randomUUID() + ".tmp");
            PrivateFiles.createFolder(work);
            PrivateFiles.createFolder(work.resolve("attachments"));
            Map<String, Copied> files = Files.isDirectory(source) ? copyFolder(work) : unpack(work);
            Manifest manifest = check(work, files);
            prepare(work, manifest);
            putInPlace(work, inside);
            long bytes = manifest.files().stream().mapToLong(Manifest.Part::size).sum();
            return new Report(
                    manifest.mark(), manifest.relayVersion(), manifest.files().size(), bytes);
        } catch (IOException | UncheckedIOException | StoreException e) {
            throw new BackupException(
                    "nothing was restored: " + Backup.reason(e),
                    "Nothing is in " + target + ".",
                    e);
        } finally {
            if (work != null) {
                PrivateFiles.deleteTree(work);
            }
        }
    }

    private void refuseTakenTarget() {
        if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        boolean empty = false;
        if (Files.isDirectory(target)) {
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(target)) {
                empty = !entries.iterator().hasNext();
            } catch (IOException e) {
                throw new BackupException("cannot read " + target, "", e);
            }
        }
        if (!empty) {
            throw new BackupException(
                    target + " is not an empty folder",
                    "A backup is restored into an empty or absent folder only. Move the old data"
                            + " aside, or restore next to it and start the relay with --data.");
        }
    }

    private boolean isOnDiskOfParent() throws IOException {
        return Files.getFileStore(target).equals(Files.getFileStore(PrivateFiles.parent(target)));
    }

    private Map<String, Copied> unpack(Path work) throws IOException {
        var files = new TreeMap<String, Copied>();
        try (InputStream in =
                new BufferedInputStream(
                        new GZIPInputStream(Files.newInputStream(source), BUFFER), BUFFER)) {
            for (Optional<Tar.Header> next = Tar.next(in); next.isPresent(); next = Tar.next(in)) {
                Tar.Header header = next.get();
                take(work, files, header.name(), header.size(), in);
                Tar.skipPadding(in, header.size());
            }
        } catch (EOFException e) {
            throw damaged("it is cut short", e);
        } catch (ZipException e) {
            throw damaged(
                    files.isEmpty()
                            ? "it is no archive of a backup"
                            : String.valueOf(e.getMessage()),
                    e);
        } catch (FileSystemException e) {
            throw e;
        } catch (IOException e) {
            if (isOfDisk(e)) {
                throw e;
            }
            throw damaged(String.valueOf(e.getMessage()), e);
        }
        return files;
    }

    /// Whether writing failed rather than reading the archive.
    private static boolean isOfDisk(IOException e) {
        String message = String.valueOf(e.getMessage());
        return message.contains("No space left") || message.contains("quota");
    }

    private Map<String, Copied> copyFolder(Path work) throws IOException {
        var files = new TreeMap<String, Copied>();
        for (String folder : List.of("", Manifest.ATTACHMENTS)) {
            Path from = source.resolve(folder);
            if (!Files.isDirectory(from, LinkOption.NOFOLLOW_LINKS) && !folder.isEmpty()) {
                continue;
            }
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(from)) {
                for (Path entry : entries) {
                    String name = folder + entry.getFileName();
                    if (name.equals("attachments")) {
                        continue;
                    }
                    if (!Files.isRegularFile(entry, LinkOption.NOFOLLOW_LINKS)) {
                        throw damaged("it holds " + name + ", which is not a file", null);
                    }
                    try (InputStream in = Files.newInputStream(entry)) {
                        take(work, files, name, Files.size(entry), in);
                    }
                }
            }
        }
        return files;
    }

    /// Copies one file, under one of the names that a backup has and no other.
    private void take(Path work, Map<String, Copied> files, String name, long size, InputStream in)
            throws IOException {
        if (!isName(name)) {
            throw damaged("it holds a file that no backup has: " + printable(name), null);
        }
        if (files.containsKey(name)) {
            throw damaged("it holds " + name + " twice", null);
        }
        MessageDigest digest = PrivateFiles.sha256();
        PrivateFiles.write(
                work.resolve(name),
                out -> {
                    byte[] buffer = new byte[BUFFER];
                    long left = size;
                    while (left > 0) {
                        int n = in.read(buffer, 0, (int) Math.min(buffer.length, left));
                        if (n < 0) {
                            throw new EOFException("it is cut short");
                        }
                        digest.update(buffer, 0, n);
                        out.write(buffer, 0, n);
                        left -= n;
                    }
                });
        files.put(name, new Copied(size, HexFormat.of().formatHex(digest.digest())));
    }

    private static boolean isName(String name) {
        return name.equals(Manifest.DATABASE)
                || name.equals(Manifest.JAZZ)
                || name.equals(Manifest.NAME)
                || name.equals(Manifest.SUM_NAME)
                || Manifest.isSecret(name)
                || (name.startsWith(Manifest.ATTACHMENTS)
                        && AttachmentArchive.isName(name.substring(Manifest.ATTACHMENTS.length())));
    }

    private Manifest check(Path work, Map<String, Copied> files) throws IOException {
        Manifest manifest = manifest(work, files);
        var named = new HashSet<String>();
        for (Manifest.Part part : manifest.files()) {
            Copied copied = files.get(part.name());
            if (copied == null) {
                throw damaged(printable(part.name()) + " is missing in it", null);
            }
            if (copied.size() != part.size() || !copied.sha256().equals(part.sha256())) {
                throw damaged(part.name() + " is not as it was saved", null);
            }
            named.add(part.name());
        }
        for (String name : files.keySet()) {
            boolean own = name.equals(Manifest.NAME) || name.equals(Manifest.SUM_NAME);
            if (!own && !named.contains(name)) {
                throw damaged("its manifest does not name " + name, null);
            }
        }
        if (!named.contains(Manifest.DATABASE)) {
            throw damaged("it holds no database", null);
        }
        checkDatabase(work.resolve(Manifest.DATABASE), manifest, named);
        if (named.contains(Manifest.JAZZ)) {
            checkJazz(work.resolve(Manifest.JAZZ));
        }
        return manifest;
    }

    private Manifest manifest(Path work, Map<String, Copied> files) throws IOException {
        Copied manifest = files.get(Manifest.NAME);
        Copied sum = files.get(Manifest.SUM_NAME);
        if (manifest == null || sum == null) {
            throw damaged(
                    "it has no "
                            + (manifest == null ? Manifest.NAME : Manifest.SUM_NAME)
                            + ": it is no backup of a relay, or was cut short",
                    null);
        }
        if (manifest.size() > MAX_MANIFEST || sum.size() > 100) {
            throw damaged("its manifest is too long", null);
        }
        String expected =
                Files.readString(work.resolve(Manifest.SUM_NAME), StandardCharsets.ISO_8859_1);
        if (!expected.equals(manifest.sha256() + "\n")) {
            throw damaged(Manifest.NAME + " is not as it was saved", null);
        }
        Manifest read;
        try {
            read = Codec.parse(Files.readAllBytes(work.resolve(Manifest.NAME)), Manifest.class);
        } catch (MalformedJson e) {
            throw damaged(Manifest.NAME + " cannot be read", e);
        }
        if (!Manifest.PROGRAM.equals(read.program()) || read.files() == null) {
            throw damaged("it was not made by this program", null);
        }
        if (read.format() != Manifest.FORMAT) {
            throw new BackupException(
                    source
                            + " has format "
                            + read.format()
                            + ", this program knows "
                            + Manifest.FORMAT,
                    "Restore it with the program that made it (" + read.relayVersion() + ").");
        }
        return read;
    }

    private void checkDatabase(Path file, Manifest manifest, HashSet<String> named) {
        try (var database = DatabaseFile.open(file)) {
            List<String> damage = database.damage(true);
            if (!damage.isEmpty()) {
                throw damaged("its database is damaged: " + String.join("; ", damage), null);
            }
            int schema = database.schema(Migration.ofProgram());
            if (schema != manifest.schema()) {
                throw damaged("its database has another schema than its manifest says", null);
            }
            for (String name : database.read(AttachmentArchive::uploaded)) {
                if (!named.contains(Manifest.ATTACHMENTS + name)) {
                    throw damaged("its database names an attachment that is missing", null);
                }
            }
        } catch (StoreException e) {
            throw new BackupException(
                    source + " cannot be restored: " + e.getMessage(), "Nothing was restored.", e);
        }
    }

    private void checkJazz(Path file) {
        try (var database = DatabaseFile.open(file)) {
            List<String> damage = database.damage(true);
            if (!damage.isEmpty()) {
                throw damaged("its Jazz values are damaged: " + String.join("; ", damage), null);
            }
        } catch (StoreException e) {
            throw damaged("its Jazz values cannot be read: " + e.getMessage(), e);
        }
    }

    /// Makes a data directory of what was copied.
    private void prepare(Path work, Manifest manifest) throws IOException {
        Files.delete(work.resolve(Manifest.NAME));
        Files.delete(work.resolve(Manifest.SUM_NAME));
        Files.deleteIfExists(work.resolve(RECOVERY_KEY));
        try (var store = SqliteStore.open(StoreConfig.of(work.resolve(Manifest.DATABASE)))) {
            var _ = store.writeNow(renumber);
        }
        for (Manifest.Part part : manifest.files()) {
            if (Files.exists(work.resolve(part.name()))) {
                PrivateFiles.flush(work.resolve(part.name()));
            }
        }
        PrivateFiles.sync(work.resolve("attachments"));
        PrivateFiles.sync(work);
    }

    private void putInPlace(Path work, boolean inside) throws IOException {
        if (!inside) {
            // Takes the place of an empty folder too, and of nothing else.
            Files.move(work, target, StandardCopyOption.ATOMIC_MOVE);
            PrivateFiles.sync(PrivateFiles.parent(target));
            return;
        }
        // The folder is a disk of its own. The database comes last: without it there is no relay.
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(work)) {
            for (Path entry : entries) {
                if (!entry.endsWith(Manifest.DATABASE)) {
                    Files.move(entry, target.resolve(String.valueOf(entry.getFileName())));
                }
            }
        }
        PrivateFiles.sync(target);
        Files.move(work.resolve(Manifest.DATABASE), target.resolve(Manifest.DATABASE));
        PrivateFiles.sync(target);
    }

    private BackupException damaged(String how, @Nullable Throwable cause) {
        String what = source + " cannot be restored: " + how;
        String advice = "Nothing was restored. Use another backup.";
        return cause == null
                ? new BackupException(what, advice)
                : new BackupException(what, advice, cause);
    }

    /// A name from an archive may hold what a terminal takes for commands.
    private static String printable(String name) {
        return name.replaceAll("[^ -~]", "?");
    }
}
