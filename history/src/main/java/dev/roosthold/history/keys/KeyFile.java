package dev.roosthold.history.keys;

import dev.roosthold.protocol.Codec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// `keys.json`, mode 0600: format version, key id, master key, and the master keys of before a
/// rotation. Keys are decoded from the bytes of the file; none becomes a text.
///
/// Thread-safe: it has no state. Writing replaces the file in one step.
public final class KeyFile {
    private static final int FORMAT = 1;
    private static final long MAX_BYTES = 64 * 1024;

    private final Path file;

    public KeyFile(Path file) {
        this.file = file;
    }

    public Path path() {
        return file;
    }

    public boolean exists() {
        return Files.exists(file);
    }

    /// Empty when there is no such file.
    ///
    /// @throws KeyFileException when it cannot be read, is damaged, or was made by a newer program
    public Optional<HistoryKeys> read() {
        byte[] content;
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new KeyFileException(file + " is too large to be a file of keys");
            }
            content = Files.readAllBytes(file);
        } catch (NoSuchFileException _) {
            return Optional.empty();
        } catch (IOException e) {
            throw new KeyFileException(file + " cannot be read: " + e.getClass().getSimpleName());
        }
        try {
            return Optional.of(parse(content));
        } catch (JacksonException | IllegalArgumentException _) {
            throw new KeyFileException(
                    file + " is damaged; `roost sync join` makes it again from your phrase");
        } finally {
            Arrays.fill(content, (byte) 0);
        }
    }

    private HistoryKeys parse(byte[] content) {
        int version = 0;
        String keyId = "";
        @Nullable MasterKey master = null;
        List<MasterKey> older = new ArrayList<>();
        try (JsonParser json = Codec.mapper().createParser(content)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new IllegalArgumentException("no object");
            }
            while (json.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = json.currentName();
                json.nextToken();
                switch (name) {
                    case "version" -> version = json.getIntValue();
                    case "keyId" -> keyId = json.getString();
                    case "masterKey" -> master = key(json);
                    case "olderMasterKeys" -> {
                        while (json.nextToken() != JsonToken.END_ARRAY) {
                            older.add(key(json));
                        }
                    }
                    default -> json.skipChildren();
                }
            }
        }
        if (version > FORMAT) {
            throw new KeyFileException(
                    file + " was written by a newer version of this program; upgrade it");
        }
        if (version < 1 || master == null || !MasterKey.sameId(master.keyId(), keyId)) {
            throw new IllegalArgumentException("incomplete");
        }
        return new HistoryKeys(master, older);
    }

    private static MasterKey key(JsonParser json) {
        byte[] bytes = json.getBinaryValue();
        try {
            return new MasterKey(bytes);
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    /// Keeps the keys.
    ///
    /// @throws KeyFileException when that fails; what was there is still there
    public void write(MasterKey master, List<MasterKey> older) {
        var buffer = new WipedBuffer();
        try (JsonGenerator json = Codec.mapper().createGenerator(buffer)) {
            json.writeStartObject();
            json.writeNumberProperty("version", FORMAT);
            json.writeStringProperty("keyId", master.keyId());
            json.writeBinaryProperty("masterKey", master.shared());
            json.writeArrayPropertyStart("olderMasterKeys");
            for (MasterKey one : older) {
                json.writeBinary(one.shared());
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        byte[] content = buffer.toByteArray();
        try {
            OwnerFiles.write(file, content);
        } catch (IOException e) {
            throw new KeyFileException(
                    file + " cannot be written: " + e.getClass().getSimpleName());
        } finally {
            Arrays.fill(content, (byte) 0);
            buffer.wipe();
        }
    }

    /// Makes the file what it was.
    ///
    /// @param before what [#read] gave; empty deletes the file
    public void restore(Optional<HistoryKeys> before) {
        if (before.isPresent()) {
            write(before.get().master(), before.get().older());
            return;
        }
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new KeyFileException(
                    file + " cannot be deleted: " + e.getClass().getSimpleName());
        }
    }

    /// Whether others than the owner may read it, or write to it.
    public boolean isOpenToOthers() throws IOException {
        PosixFileAttributeView view =
                Files.getFileAttributeView(file, PosixFileAttributeView.class);
        if (view == null) {
            return false;
        }
        Set<PosixFilePermission> modes = view.readAttributes().permissions();
        return modes.stream().anyMatch(mode -> !mode.name().startsWith("OWNER"));
    }

    private static final class WipedBuffer extends ByteArrayOutputStream {
        synchronized void wipe() {
            Arrays.fill(buf, (byte) 0);
        }
    }
}
