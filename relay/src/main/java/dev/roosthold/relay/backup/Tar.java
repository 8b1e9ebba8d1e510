package dev.roosthold.relay.backup;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/// The part of the `tar` format (POSIX.1-1988, ustar) that a backup needs: regular files with short
/// names. Reading takes nothing else, so neither links nor devices can come out of an archive.
final class Tar {
    static final int BLOCK = 512;
    private static final int MAX_NAME = 100;
    private static final int SIZE_AT = 124;
    private static final int SIZE_LENGTH = 12;
    private static final int SUM_AT = 148;
    private static final int SUM_LENGTH = 8;
    private static final int TYPE_AT = 156;
    private static final int MAGIC_AT = 257;
    private static final byte[] MAGIC = {'u', 's', 't', 'a', 'r', 0, '0', '0'};

    /// The largest size that fits into octal digits; beyond it the field is a binary number with
    /// its first bit set, as GNU tar writes it.
    private static final long MAX_OCTAL = 077777777777L;

    private Tar() {}

    record Header(String name, long size) {}

    static byte[] header(String name, long size, long timeMs) {
        byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
        if (bytes.length > MAX_NAME) {
            throw new IllegalArgumentException("name of " + bytes.length + " bytes");
        }
        byte[] block = new byte[BLOCK];
        System.arraycopy(bytes, 0, block, 0, bytes.length);
        octal(block, 100, 8, 0600);
        octal(block, 108, 8, 0);
        octal(block, 116, 8, 0);
        if (size <= MAX_OCTAL) {
            octal(block, SIZE_AT, SIZE_LENGTH, size);
        } else {
            block[SIZE_AT] = (byte) 0x80;
            for (int i = 0; i < Long.BYTES; i++) {
                block[SIZE_AT + SIZE_LENGTH - 1 - i] = (byte) (size >>> (8 * i));
            }
        }
        octal(block, 136, 12, timeMs / 1000);
        block[TYPE_AT] = '0';
        System.arraycopy(MAGIC, 0, block, MAGIC_AT, MAGIC.length);
        octal(block, SUM_AT, SUM_LENGTH - 1, sum(block));
        block[SUM_AT + SUM_LENGTH - 1] = ' ';
        return block;
    }

    static void pad(OutputStream out, long size) throws IOException {
        out.write(new byte[padding(size)]);
    }

    static void end(OutputStream out) throws IOException {
        out.write(new byte[2 * BLOCK]);
    }

    /// The next header; empty at the end of the archive.
    ///
    /// @throws IOException when it is not one that this class writes
    static Optional<Header> next(InputStream in) throws IOException {
        byte[] block = block(in);
        if (isZero(block)) {
            if (!isZero(block(in))) {
                throw new IOException("the archive does not end where it says");
            }
            // Reads to the end, where gzip compares its sum.
            byte[] rest = new byte[BLOCK];
            for (int n = in.read(rest); n >= 0; n = in.read(rest)) {
                if (!isZero(Arrays.copyOf(rest, n))) {
                    throw new IOException("something follows the end of the archive");
                }
            }
            return Optional.empty();
        }
        byte[] expected = new byte[SUM_LENGTH];
        octal(expected, 0, SUM_LENGTH - 1, sum(block));
        if (number(block, SUM_AT, SUM_LENGTH) != number(expected, 0, SUM_LENGTH)) {
            throw new IOException("the header of a file is damaged");
        }
        boolean ustar = Arrays.equals(block, MAGIC_AT, MAGIC_AT + 5, MAGIC, 0, 5);
        if (!ustar || (block[TYPE_AT] != '0' && block[TYPE_AT] != 0)) {
            throw new IOException("there is something in it that is not a file");
        }
        int end = 0;
        while (end < MAX_NAME && block[end] != 0) {
            end++;
        }
        return Optional.of(
                new Header(new String(block, 0, end, StandardCharsets.US_ASCII), size(block)));
    }

    static void skipPadding(InputStream in, long size) throws IOException {
        in.skipNBytes(padding(size));
    }

    private static int padding(long size) {
        return (int) ((BLOCK - size % BLOCK) % BLOCK);
    }

    private static long size(byte[] block) throws IOException {
        if (block[SIZE_AT] >= 0) {
            return number(block, SIZE_AT, SIZE_LENGTH);
        }
        long size = 0;
        for (int i = SIZE_AT + 1; i < SIZE_AT + SIZE_LENGTH; i++) {
            if (size >= 1L << 54) {
                throw new IOException("a file is too large");
            }
            size = size << 8 | (block[i] & 0xff);
        }
        return size;
    }

    private static byte[] block(InputStream in) throws IOException {
        byte[] block = in.readNBytes(BLOCK);
        if (block.length < BLOCK) {
            throw new EOFException("it is cut short");
        }
        return block;
    }

    private static boolean isZero(byte[] block) {
        for (byte b : block) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }

    /// Digits and a closing zero byte.
    private static void octal(byte[] block, int at, int length, long value) {
        String digits = Long.toOctalString(value);
        int zeros = length - 1 - digits.length();
        for (int i = 0; i < length - 1; i++) {
            block[at + i] = (byte) (i < zeros ? '0' : digits.charAt(i - zeros));
        }
    }

    private static long number(byte[] block, int at, int length) throws IOException {
        String text = new String(block, at, length, StandardCharsets.US_ASCII);
        String digits = text.replace('\0', ' ').strip();
        try {
            return digits.isEmpty() ? 0 : Long.parseLong(digits, 8);
        } catch (NumberFormatException e) {
            throw new IOException("the header of a file is damaged", e);
        }
    }

    /// The sum of all bytes, its own field counted as blanks.
    private static long sum(byte[] block) {
        long sum = 0;
        for (int i = 0; i < BLOCK; i++) {
            boolean own = i >= SUM_AT && i < SUM_AT + SUM_LENGTH;
            sum += own ? ' ' : block[i] & 0xff;
        }
        return sum;
    }
}
