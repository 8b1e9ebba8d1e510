package dev.roosthold.relay.attachments;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.relay.store.Sql;
import dev.roosthold.relay.store.Transaction;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// The attachments as rows and files, for commands of the operator beside a running relay.
public final class AttachmentArchive {
    private static final Pattern NAME = Pattern.compile("[0-9A-Za-z_-]{1,80}\\.enc");

    private AttachmentArchive() {}

    /// The folder in a data directory.
    public static Path folder(Path dataDirectory) {
        return dataDirectory.resolve("attachments");
    }

    /// Whether a file of the folder can have this name.
    public static boolean isName(String name) {
        return NAME.matcher(name).matches();
    }

    /// The files that lie in the folder complete; none when there is no folder.
    public static List<String> files(Path folder) throws IOException {
        var names = new ArrayList<String>();
        if (Files.isDirectory(folder)) {
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
                for (Path entry : entries) {
                    String name = String.valueOf(entry.getFileName());
                    if (isName(name)) {
                        names.add(name);
                    }
                }
            }
        }
        names.sort(null);
        return names;
    }

    /// The files that the database says are there.
    public static List<String> uploaded(Sql sql) throws SQLException {
        return AttachmentTable.uploaded(sql);
    }

    /// Like [#uploaded(Sql)], of one account.
    public static List<String> uploaded(Sql sql, AccountId account) throws SQLException {
        return AttachmentTable.uploaded(sql, account);
    }

    /// Drops the row of a file that is gone.
    public static void forget(Transaction tx, String file) throws SQLException {
        AttachmentTable.delete(tx, file);
    }
}
