package dev.roosthold.dist;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/// Writes a folder as a POSIX ustar archive, compressed. Order, owner (root), times and permissions
/// (755 for folders and what anybody may execute, 644 otherwise) come from here, not from the disk.
final class TarGz {
    private static final int BLOCK = 512;
    private static final int NAME_BYTES = 100;
    private static final int PREFIX_BYTES = 155;

    private final OutputStream out;
    private final long mtime;

    private TarGz(OutputStream out, Instant mtime) {
        this.out = out;
        this.mtime = mtime.getEpochSecond();
    }

    /// @param top name of the folder in the archive
    static void write(Path folder, String top, Instant mtime, Path archive) throws IOException {
        try (OutputStream file = Files.newOutputStream(archive);
                OutputStream compressed =
                        new GZIPOutputStream(file, 1 << 16) {
                            {
                                def.setLevel(Deflater.BEST_COMPRESSION);
                            }
                        };
                OutputStream out = new BufferedOutputStream(compressed, 1 << 16)) {
            var tar = new TarGz(out, mtime);
            tar.entry(top + "/", '5', 0, "", 0755);
            for (Path path : Folder.content(folder)) {
                tar.add(path, top + "/" + Folder.name(folder, path));
            }
            out.write(new byte[2 * BLOCK]);
        }
    }

    private void add(Path path, String name) throws IOException {
        if (Files.isSymbolicLink(path)) {
            entry(name, '2', 0, Files.readSymbolicLink(path).toString(), 0777);
        } else if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            entry(name + "/", '5', 0, "", 0755);
        } else {
            long size = Files.size(path);
            entry(name, '0', size, "", Files.isExecutable(path) ? 0755 : 0644);
            Files.copy(path, out);
            int rest = (int) (size % BLOCK);
            if (rest > 0) {
                out.write(new byte[BLOCK - rest]);
            }
        }
    }

    private void entry(String name, char type, long size, String link, int mode)
            throws IOException {
        byte[] header = new byte[BLOCK];
        int split = name.length() <= NAME_BYTES ? -1 : split(name);
        put(header, 0, NAME_BYTES, name.substring(split + 1));
        octal(header, 100, 8, mode);
        octal(header, 108, 8, 0);
        octal(header, 116, 8, 0);
        octal(header, 124, 12, size);
        octal(header, 136, 12, mtime);
        Arrays.fill(header, 148, 156, (byte) ' ');
        header[156] = (byte) type;
        put(header, 157, NAME_BYTES, link);
        put(header, 257, 6, "ustar");
        put(header, 263, 2, "00");
        put(header, 265, 32, "root");
        put(header, 297, 32, "root");
        if (split >= 0) {
            put(header, 345, PREFIX_BYTES, name.substring(0, split));
        }
        int sum = 0;
        for (byte b : header) {
            sum += b & 0xff;
        }
        octal(header, 148, 7, sum);
        out.write(header);
    }

    /// Where a long name is parted: the first slash after which the rest is short enough.
    private static int split(String name) {
        int slash = name.indexOf('/', name.length() - NAME_BYTES - 1);
        if (slash < 0 || slash > PREFIX_BYTES || slash == name.length() - 1) {
            throw new BuildException("the name is too long for an archive: " + name);
        }
        return slash;
    }

    private static void put(byte[] header, int at, int length, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > length) {
            throw new BuildException("too long for an archive: " + text);
        }
        System.arraycopy(bytes, 0, header, at, bytes.length);
    }

    private static void octal(byte[] header, int at, int length, long number) {
        String digits = Long.toOctalString(number);
        if (digits.length() > length - 1) {
            throw new BuildException("too large for an archive: " + number);
        }
        put(header, at, length, "0".repeat(length - 1 - digits.length()) + digits);
    }
}
