package dev.roosthold.relay.operator;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.Codec;
import dev.roosthold.relay.account.Accounts;
import dev.roosthold.relay.attachments.AttachmentArchive;
import dev.roosthold.relay.store.OwnedRows;
import dev.roosthold.relay.store.Sql;
import dev.roosthold.relay.store.Store;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Reads one account out into a folder: `account.jsonl`, one row of the database in each line, and
/// its attachments. What clients encrypted is encrypted there too; bytes are in base64.
public final class AccountExport {
    private final Store store;
    private final List<OwnedRows> tables;
    private final Path attachments;
    private final OperatorRecord record;

    /// What was written.
    ///
    /// @param rows lines
    /// @param files attachments
    /// @param missing attachments that were deleted while they were copied
    public record Report(String target, long rows, int files, int missing) {}

    /// @param attachments the folder of the relay
    public AccountExport(
            Store store, List<OwnedRows> tables, Path attachments, OperatorRecord record) {
        this.store = store;
        this.tables = List.copyOf(tables);
        this.attachments = attachments;
        this.record = record;
    }

    /// Writes the account into a folder that does not exist yet, readable by its owner only.
    ///
    /// @throws IOException when the folder exists or cannot be written
    public Report write(AccountId account, Path folder) throws IOException {
        Path target = folder.toAbsolutePath().normalize();
        if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException(target + " exists already");
        }
        Path parent = target.getParent();
        if (parent == null) {
            throw new IOException(target + " is not the name of a folder");
        }
        Files.createDirectories(parent);
        Path work = parent.resolve("." + target.getFileName() + "." + UUID.randomUUID() + ".tmp");
        Files.createDirectory(work, owner(work, "rwx------"));
        try {
            store.writeNow(
                    tx -> {
                        record.record(tx, OperatorRecord.Action.ACCOUNT_EXPORTED, account);
                        return true;
                    });
            var files = new ArrayList<String>();
            long rows = writeRows(account, work.resolve("account.jsonl"), files);
            int missing = copy(files, work.resolve("attachments"));
            Files.move(work, target, StandardCopyOption.ATOMIC_MOVE);
            return new Report(target.toString(), rows, files.size() - missing, missing);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } finally {
            delete(work);
        }
    }

    /// All from one moment.
    private long writeRows(AccountId account, Path file, List<String> files) throws IOException {
        Files.createFile(file, owner(file, "rw-------"));
        try (Writer out =
                Files.newBufferedWriter(file, StandardCharsets.UTF_8, StandardOpenOption.WRITE)) {
            return store.readNow(
                    sql -> {
                        long rows = writeTable(sql, Accounts.ownRow(), account, out);
                        for (OwnedRows table : tables) {
                            rows += writeTable(sql, table, account, out);
                        }
                        files.addAll(AttachmentArchive.uploaded(sql, account));
                        return rows;
                    });
        }
    }

    private static long writeTable(Sql sql, OwnedRows table, AccountId account, Writer out)
            throws SQLException {
        if (table.select().isEmpty()) {
            return 0;
        }
        var count = new long[1];
        sql.each(
                table.select().get(),
                row -> {
                    var line = new LinkedHashMap<String, Object>();
                    line.put("table", table.table());
                    line.put("row", columns(row));
                    try {
                        out.write(Codec.printText(line));
                        out.write('\n');
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                    count[0]++;
                    return true;
                },
                account.value());
        return count[0];
    }

    private static Map<String, @Nullable Object> columns(ResultSet row) throws SQLException {
        var columns = new LinkedHashMap<String, @Nullable Object>();
        var about = row.getMetaData();
        for (int i = 1; i <= about.getColumnCount(); i++) {
            Object value = row.getObject(i);
            columns.put(
                    about.getColumnLabel(i),
                    value instanceof byte[] bytes
                            ? Base64.getEncoder().encodeToString(bytes)
                            : value);
        }
        return columns;
    }

    private int copy(List<String> files, Path folder) throws IOException {
        Files.createDirectory(folder, owner(folder, "rwx------"));
        int missing = 0;
        for (String file : files) {
            try {
                Files.copy(attachments.resolve(file), folder.resolve(file));
            } catch (NoSuchFileException e) {
                missing++;
            }
        }
        return missing;
    }

    private static void delete(Path work) throws IOException {
        if (Files.exists(work)) {
            try (Stream<Path> all = Files.walk(work)) {
                for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(path);
                }
            }
        }
    }

    private static FileAttribute<?>[] owner(Path near, String mode) {
        return near.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode))
                }
                : new FileAttribute<?>[0];
    }
}
