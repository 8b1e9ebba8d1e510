package dev.roosthold.importer;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.zip.GZIPInputStream;

/// A dump as plain SQL, packed with gzip or not. It is read to its end before the first row is
/// given out, into a temporary database.
public final class DumpSource implements HappySource {
    private static final int HEAD = 512;

    private static final String PGLITE_STEPS =
            """
            A data folder can be read only by the PostgreSQL that wrote it. Make a dump of it:
              1. Stop the happy server.
              2. In an empty folder: npm install @electric-sql/pglite @electric-sql/pglite-tools
                 (in the versions that fit the happy server: see pglite in its package.json)
              3. Put this into dump.mjs:
                   import { writeFileSync } from 'node:fs'
                   import { PGlite } from '@electric-sql/pglite'
                   import { pgDump } from '@electric-sql/pglite-tools/pg_dump'
                   const pg = await PGlite.create({ dataDir: process.argv[2] })
                   const dump = await pgDump({ pg })
                   writeFileSync('happy.sql', await dump.text())
                   await pg.close()
              4. node dump.mjs <a copy of the data folder, unpacked>
              5. roost import-happy happy.sql""";

    private static final String PLAIN =
            "Only plain SQL can be read. Make it with:  pg_dump --file happy.sql <address>\n"
                    + "or from this dump with:  pg_restore --file happy.sql <dump>";

    private final Staging staging;
    private final Map<HappyTable, Set<String>> columns;

    private DumpSource(Staging staging, Map<HappyTable, Set<String>> columns) {
        this.staging = staging;
        this.columns = columns;
    }

    /// Reads a dump to its end.
    ///
    /// @param file the dump
    /// @param temporary where the temporary database is made; it needs about the size of the
    ///     unpacked dump
    /// @throws ImportFailure when the dump cannot be used
    public static DumpSource open(Path file, Path temporary) {
        if (Files.isDirectory(file)) {
            throw directory(file);
        }
        if (!Files.isReadable(file)) {
            throw new ImportFailure(
                    "there is no dump " + file + " that can be read",
                    "The source is the address of a PostgreSQL database or the name of a dump.");
        }
        Staging staging = Staging.create(temporary);
        try (InputStream in = sql(new BufferedInputStream(Files.newInputStream(file), 1 << 16))) {
            Map<HappyTable, Set<String>> columns =
                    DumpParser.parse(new DumpReader(in), staging.sink());
            Schema.check(columns);
            staging.finish();
            return new DumpSource(staging, columns);
        } catch (IOException e) {
            staging.close();
            throw new ImportFailure(
                    "cannot read " + file + ": " + e.getMessage(), "Nothing was imported.");
        } catch (RuntimeException e) {
            staging.close();
            throw e;
        }
    }

    @Override
    public String describe() {
        return "dump";
    }

    @Override
    public boolean has(HappyTable table) {
        return columns.containsKey(table);
    }

    @Override
    public void read(HappyTable table, Visitor visitor) {
        staging.read(table, visitor);
    }

    @Override
    public void close() {
        staging.close();
    }

    /// The SQL in the file, unpacked; refuses everything else by its first bytes.
    private static InputStream sql(BufferedInputStream file) throws IOException {
        byte[] head = head(file);
        if (startsWith(head, 0x1f, 0x8b)) {
            var unpacked = new BufferedInputStream(new GZIPInputStream(file, 1 << 16), 1 << 16);
            refuseOthers(head(unpacked));
            return unpacked;
        }
        refuseOthers(head);
        if (startsWith(head, 0xef, 0xbb, 0xbf)) {
            file.skipNBytes(3);
        }
        return file;
    }

    private static byte[] head(BufferedInputStream in) throws IOException {
        in.mark(HEAD);
        byte[] head = in.readNBytes(HEAD);
        in.reset();
        return head;
    }

    private static void refuseOthers(byte[] head) {
        if (startsWith(head, 'P', 'G', 'D', 'M', 'P')) {
            throw new ImportFailure("the dump is in pg_dump's custom format", PLAIN);
        }
        if (head.length == HEAD
                && new String(head, 257, 5, StandardCharsets.US_ASCII).equals("ustar")) {
            boolean ofPgDump =
                    new String(head, 0, 100, StandardCharsets.ISO_8859_1).startsWith("toc.dat");
            throw ofPgDump
                    ? new ImportFailure("the dump is in pg_dump's tar format", PLAIN)
                    : new ImportFailure(
                            "this is a tar archive, probably of a data folder", PGLITE_STEPS);
        }
        if (startsWith(head, 0xff, 0xfe) || startsWith(head, 0xfe, 0xff)) {
            throw new ImportFailure(
                    "the dump is in UTF-16",
                    "A redirection in PowerShell writes that; use pg_dump --file happy.sql instead.");
        }
        for (byte b : head) {
            if (b == 0) {
                throw new ImportFailure(
                        "the dump is neither plain SQL nor packed with gzip",
                        "Unpack it first. " + PLAIN);
            }
        }
    }

    private static boolean startsWith(byte[] head, int... bytes) {
        if (head.length < bytes.length) {
            return false;
        }
        for (int i = 0; i < bytes.length; i++) {
            if ((head[i] & 0xff) != bytes[i]) {
                return false;
            }
        }
        return true;
    }

    private static ImportFailure directory(Path file) {
        if (Files.exists(file.resolve("PG_VERSION"))) {
            return new ImportFailure(file + " is a data folder of PostgreSQL", PGLITE_STEPS);
        }
        if (Files.exists(file.resolve("toc.dat"))) {
            return new ImportFailure("the dump is in pg_dump's directory format", PLAIN);
        }
        return new ImportFailure(
                file + " is a directory",
                "The source is the address of a PostgreSQL database or the name of a dump.");
    }
}
