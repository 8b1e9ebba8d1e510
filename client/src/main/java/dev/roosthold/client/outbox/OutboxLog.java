package dev.roosthold.client.outbox;

import dev.roosthold.client.files.PrivateFiles;
import dev.roosthold.client.sessions.Draft;
import dev.roosthold.protocol.SessionId;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The file of the outbox: a log that only grows at its end.
///
/// ```
/// file   = "ROOSTOB1" record*
/// record = length of body 4 | CRC-32C of body 4 | body
/// body   = 1 | number 8 | session: length 2, UTF-8 | local id: length 2, UTF-8 | ciphertext, UTF-8
///        | 2 | number 8, as many as there are
///        | 3 | number 8 | session | local id | length of ciphertext 4 | ciphertext | file
/// ```
///
/// A record of kind 1 is a message, one of kind 2 names messages that need not be kept any more. A
/// record of kind 3 is a message with an encrypted file that has to be with the relay before it.
/// The file is made short when nothing is kept, and written anew when most of it is not needed: to
/// a second file that takes the first one's place in one step.
///
/// Only messages are forced to the disk. When the note that one is done gets lost with the power,
/// the message is sent again and the relay knows it by its local id.
///
/// What does not read as a record ends the log: a crash leaves at most a torn record, which nobody
/// was told is kept. It is cut off; a longer damaged part is put aside in a file of its own.
///
/// Thread-safe. [RandomAccessFile] and not a channel does the work, because an interrupt of the
/// calling thread would close a channel.
final class OutboxLog implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OutboxLog.class);
    private static final byte[] MAGIC = "ROOSTOB1".getBytes(StandardCharsets.US_ASCII);
    private static final int HEAD = 8;
    private static final byte MESSAGE = 1;
    private static final byte DONE = 2;
    private static final byte WITH_FILE = 3;
    private static final byte[] NO_FILE = {};
    private static final int MAX_BODY = OutboxLimits.MAX_MESSAGE_BYTES + (64 << 10);

    /// Below this, tidying up is not worth its writes.
    private static final long TIDY = 256 << 10;

    private final Path file;
    private final FileChannel lockChannel;

    /// Held while forcing, before the monitor of this object when both are taken.
    private final Object forcing = new Object();

    // Guarded by the monitor of this object.
    private RandomAccessFile log;
    private final Map<Long, Kept> kept = new LinkedHashMap<>();
    private long keptBytes;
    private long end;
    private long last;

    /// Whether there is a file in the log, needed or not.
    private boolean filesInside;

    private boolean broken;

    private volatile long forced;

    /// Where a message is.
    ///
    /// @param record offset of the record in the file
    /// @param recordBytes its length as a whole
    /// @param textBytes length of the ciphertext, before the file
    /// @param fileBytes length of the file at its end; 0 without
    private record Kept(
            SessionId session,
            String localId,
            long record,
            int recordBytes,
            int textBytes,
            int fileBytes) {
        long text() {
            return file() - textBytes;
        }

        long file() {
            return record + recordBytes - fileBytes;
        }

        Kept at(long place) {
            return new Kept(session, localId, place, recordBytes, textBytes, fileBytes);
        }
    }

    /// A message that the log kept.
    ///
    /// @param fileBytes of the file that has to go before it; 0 without
    record Found(long number, SessionId session, String localId, int bytes, int fileBytes) {}

    /// @throws OutboxException when another program uses it or it cannot be read
    static OutboxLog open(Path file) {
        try {
            PrivateFiles.prepare(file);
            Path lock = lockOf(file);
            PrivateFiles.prepare(lock);
            FileChannel channel = FileChannel.open(lock, StandardOpenOption.WRITE);
            try {
                FileLock held = tryLock(channel);
                if (held == null) {
                    throw new OutboxException(
                            "another program sends the messages of " + file + " already");
                }
                return new OutboxLog(file, channel);
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        } catch (IOException e) {
            throw new OutboxException("the outbox " + file + " cannot be opened", e);
        }
    }

    /// Whether a program uses it at present. Takes the lock for a moment to find out.
    static boolean isInUse(Path file) throws IOException {
        Path lock = lockOf(file);
        if (!Files.exists(lock)) {
            return false;
        }
        try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.WRITE)) {
            return tryLock(channel) == null;
        }
    }

    private static Path lockOf(Path file) {
        return file.resolveSibling(file.getFileName() + ".lock");
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    private OutboxLog(Path file, FileChannel lockChannel) throws IOException {
        this.file = file;
        this.lockChannel = lockChannel;
        // Left over when a crash came between writing and renaming.
        Files.deleteIfExists(successor());
        log = new RandomAccessFile(file.toFile(), "rw");
        recover();
        PrivateFiles.syncName(file);
    }

    private void recover() throws IOException {
        long length = log.length();
        if (length < MAGIC.length) {
            begin();
            return;
        }
        try (InputStream raw = Files.newInputStream(file);
                DataInputStream in = new DataInputStream(new BufferedInputStream(raw))) {
            if (!Arrays.equals(in.readNBytes(MAGIC.length), MAGIC)) {
                throw new OutboxException(file + " is not an outbox; move it away");
            }
            end = MAGIC.length;
            while (end < length) {
                int size = next(in);
                if (size < 0) {
                    cutOff(length);
                    break;
                }
                end += size;
            }
        }
        forced = last;
    }

    private void begin() throws IOException {
        log.setLength(0);
        log.write(MAGIC);
        log.getFD().sync();
        end = MAGIC.length;
    }

    /// Takes up the next record; -1 when there is none. Returns its length.
    private int next(DataInputStream in) throws IOException {
        try {
            int length = in.readInt();
            int sum = in.readInt();
            if (length < 1 || length > MAX_BODY) {
                return -1;
            }
            byte[] body = in.readNBytes(length);
            if (body.length != length || sum != sum(body) || !takeUp(body)) {
                return -1;
            }
            return HEAD + length;
        } catch (EOFException e) {
            return -1;
        }
    }

    /// False when the body has another form.
    private boolean takeUp(byte[] body) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(body, 1, body.length - 1);
        if (body[0] == DONE && in.remaining() % Long.BYTES == 0) {
            while (in.hasRemaining()) {
                forget(in.getLong());
            }
            return true;
        }
        if (body[0] != MESSAGE && body[0] != WITH_FILE) {
            return false;
        }
        try {
            long number = in.getLong();
            SessionId session = new SessionId(shortText(in));
            String localId = shortText(in);
            int text = body[0] == WITH_FILE ? in.getInt() : in.remaining();
            int file = in.remaining() - text;
            if (text < 0 || file < 0) {
                return false;
            }
            keep(number, new Kept(session, localId, end, HEAD + body.length, text, file));
            last = Math.max(last, number);
            return true;
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            return false;
        }
    }

    private static String shortText(ByteBuffer in) {
        byte[] bytes = new byte[in.getShort() & 0xffff];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private void cutOff(long length) throws IOException {
        if (!isTorn(length)) {
            Path aside = file.resolveSibling(file.getFileName() + ".damaged");
            Files.deleteIfExists(aside);
            PrivateFiles.prepare(aside);
            try (RandomAccessFile out = new RandomAccessFile(aside.toFile(), "rw")) {
                copy(end, length - end, out);
            }
            LOG.warn("a part of {} is damaged; it was put aside in {}", file, aside);
        }
        log.setLength(end);
        log.getFD().sync();
    }

    /// Whether what is left is what a crash leaves: a part of one record, or zeros.
    private boolean isTorn(long length) throws IOException {
        if (length - end < HEAD) {
            return true;
        }
        byte[] head = new byte[HEAD];
        log.seek(end);
        log.readFully(head);
        int body = ByteBuffer.wrap(head).getInt();
        return body == 0 || (body > 0 && body <= MAX_BODY && end + HEAD + body > length);
    }

    /// What is to be sent, in the order of [#append].
    synchronized List<Found> found() {
        List<Found> found = new ArrayList<>();
        kept.forEach(
                (number, one) ->
                        found.add(
                                new Found(
                                        number,
                                        one.session(),
                                        one.localId(),
                                        one.textBytes(),
                                        one.fileBytes())));
        return found;
    }

    /// Writes a message to the end and returns its number; on the disk only after [#force].
    long append(SessionId session, String localId, byte[] text) {
        return append(session, localId, text, NO_FILE);
    }

    /// Writes a message to the end, with the file that has to go before it.
    synchronized long append(SessionId session, String localId, byte[] text, byte[] sealed) {
        usable();
        long number = last + 1;
        try {
            ByteArrayOutputStream start = new ByteArrayOutputStream();
            DataOutputStream out = new DataOutputStream(start);
            out.writeByte(sealed.length == 0 ? MESSAGE : WITH_FILE);
            out.writeLong(number);
            writeShortText(out, session.value());
            writeShortText(out, localId);
            if (sealed.length > 0) {
                out.writeInt(text.length);
            }
            long record = end;
            int length = write(start.toByteArray(), text, sealed);
            keep(number, new Kept(session, localId, record, length, text.length, sealed.length));
            last = number;
            return number;
        } catch (IOException e) {
            undo();
            throw new OutboxException("the outbox " + file + " cannot be written", e);
        }
    }

    private static void writeShortText(DataOutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > 0xffff) {
            throw new IllegalArgumentException("an id is too long");
        }
        out.writeShort(bytes.length);
        out.write(bytes);
    }

    /// Writes a record and returns its length.
    ///
    /// @param body in parts
    private int write(byte[]... body) throws IOException {
        int length = 0;
        for (byte[] part : body) {
            length += part.length;
        }
        log.seek(end);
        log.write(ByteBuffer.allocate(HEAD).putInt(length).putInt(sum(body)).array());
        for (byte[] part : body) {
            log.write(part);
        }
        end += HEAD + length;
        return HEAD + length;
    }

    /// A full disk leaves half a record, which must not stand before the next one.
    private void undo() {
        try {
            log.setLength(end);
        } catch (IOException e) {
            broken = true;
        }
    }

    private void usable() {
        if (broken) {
            throw new OutboxException(
                    "the outbox "
                            + file
                            + " cannot be written any more; start again when the disk"
                            + " is well");
        }
    }

    /// Returns when the message is on the disk, and all before it. Callers that wait at the same
    /// time share one call.
    void force(long number) {
        if (forced >= number) {
            return;
        }
        synchronized (forcing) {
            if (forced >= number) {
                return;
            }
            RandomAccessFile now;
            long upTo;
            synchronized (this) {
                usable();
                now = log;
                upTo = last;
            }
            try {
                now.getFD().sync();
                forced = upTo;
            } catch (IOException e) {
                // What a failed call has left on the disk cannot be known.
                synchronized (this) {
                    broken = true;
                }
                throw new OutboxException("the outbox " + file + " cannot be written", e);
            }
        }
    }

    /// Number of the last message that is on the disk with all before it.
    long forced() {
        return forced;
    }

    synchronized Draft read(long number) {
        Kept one = kept(number);
        byte[] text = read(one.text(), one.textBytes());
        return new Draft(one.localId(), new String(text, StandardCharsets.UTF_8));
    }

    /// The file that has to go before the message.
    synchronized byte[] readFile(long number) {
        Kept one = kept(number);
        return read(one.file(), one.fileBytes());
    }

    private Kept kept(long number) {
        Kept one = kept.get(number);
        if (one == null) {
            throw new IllegalArgumentException("not kept");
        }
        return one;
    }

    private byte[] read(long from, int length) {
        try {
            byte[] bytes = new byte[length];
            log.seek(from);
            log.readFully(bytes);
            return bytes;
        } catch (IOException e) {
            throw new OutboxException("the outbox " + file + " cannot be read", e);
        }
    }

    /// These need not be kept any more.
    void done(Collection<Long> numbers) {
        synchronized (forcing) {
            synchronized (this) {
                numbers.forEach(this::forget);
                if (broken) {
                    return;
                }
                try {
                    note(numbers);
                    tidy();
                } catch (IOException e) {
                    LOG.warn("the outbox {} was not tidied up: {}", file, e.getMessage());
                    undo();
                }
            }
        }
    }

    private void note(Collection<Long> numbers) throws IOException {
        ByteBuffer body = ByteBuffer.allocate(1 + Long.BYTES * numbers.size());
        body.put(DONE);
        numbers.forEach(body::putLong);
        write(body.array());
    }

    private void tidy() throws IOException {
        // A file that the relay has is not left lying about, however small.
        if (kept.isEmpty() && (end >= TIDY || filesInside)) {
            log.setLength(MAGIC.length);
            end = MAGIC.length;
            filesInside = false;
        } else if (end >= TIDY && end > 2 * keptBytes) {
            writeAnew();
        }
    }

    private void writeAnew() throws IOException {
        Path successor = successor();
        Files.deleteIfExists(successor);
        PrivateFiles.prepare(successor);
        Map<Long, Kept> moved = new LinkedHashMap<>();
        RandomAccessFile out = new RandomAccessFile(successor.toFile(), "rw");
        try {
            out.write(MAGIC);
            for (Map.Entry<Long, Kept> entry : kept.entrySet()) {
                Kept one = entry.getValue();
                long to = out.getFilePointer();
                copy(one.record(), one.recordBytes(), out);
                moved.put(entry.getKey(), one.at(to));
            }
            out.getFD().sync();
            Files.move(
                    successor,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            out.close();
            throw e;
        }
        log.close();
        log = out;
        end = out.getFilePointer();
        kept.putAll(moved);
        filesInside = kept.values().stream().anyMatch(one -> one.fileBytes() > 0);
        forced = last;
        PrivateFiles.syncName(file);
    }

    private void copy(long from, long length, RandomAccessFile out) throws IOException {
        byte[] buffer = new byte[64 << 10];
        log.seek(from);
        for (long left = length; left > 0; ) {
            int n = log.read(buffer, 0, (int) Math.min(buffer.length, left));
            if (n < 0) {
                throw new EOFException();
            }
            out.write(buffer, 0, n);
            left -= n;
        }
    }

    private void keep(long number, Kept one) {
        kept.put(number, one);
        keptBytes += one.recordBytes();
        filesInside |= one.fileBytes() > 0;
    }

    private void forget(long number) {
        Kept one = kept.remove(number);
        if (one != null) {
            keptBytes -= one.recordBytes();
        }
    }

    private Path successor() {
        return file.resolveSibling(file.getFileName() + ".new");
    }

    private static int sum(byte[]... body) {
        CRC32C sum = new CRC32C();
        for (byte[] part : body) {
            sum.update(part);
        }
        return (int) sum.getValue();
    }

    @Override
    public void close() {
        synchronized (forcing) {
            synchronized (this) {
                broken = true;
                try (lockChannel) {
                    log.close();
                } catch (IOException e) {
                    LOG.debug("not closed", e);
                }
            }
        }
    }
}
