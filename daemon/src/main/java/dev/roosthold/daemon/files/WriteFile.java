package dev.roosthold.daemon.files;

import dev.roosthold.daemon.roots.Directory;
import dev.roosthold.daemon.roots.Place;
import dev.roosthold.daemon.roots.Roots;
import dev.roosthold.daemon.rpc.MethodFailure;
import dev.roosthold.daemon.rpc.Params;
import dev.roosthold.daemon.rpc.RpcMethod;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// `writeFile {path, content, expectedHash}`: `{success, hash}`.
///
/// The content goes to a file beside the old one, to the disk, and then takes the name in one step:
/// a reader sees the old content or the new, and so does the next start after a power failure.
/// Between comparing and replacing no other call comes in; another program of this computer may.
/// "Must not exist" is kept against other programs too. The rights of the old file stay; further
/// hard links to it keep the old content.
final class WriteFile implements RpcMethod {
    private static final Pattern HASH = Pattern.compile("[0-9a-fA-F]{64}");

    private final Supplier<Roots> roots;

    /// One for all files: a write takes milliseconds, and one file can have several names.
    private final ReentrantLock oneAtATime = new ReentrantLock();

    WriteFile(Supplier<Roots> roots) {
        this.roots = roots;
    }

    @Override
    public JsonNode answer(Params params) throws IOException {
        byte[] content = decode(params.content("content"));
        Optional<String> expected = params.optionalText("expectedHash");
        if (expected.isPresent() && !HASH.matcher(expected.get()).matches()) {
            throw new MethodFailure("expectedHash must be 64 hexadecimal digits or null");
        }
        oneAtATime.lock();
        try (Place place = roots.get().resolve(params.text("path"))) {
            if (expected.isPresent()) {
                replace(place.directory(), place.name(), content, expected.get());
            } else {
                create(place.directory(), place.name(), content);
            }
        } finally {
            oneAtATime.unlock();
        }
        return JsonNodeFactory.instance
                .objectNode()
                .put("success", true)
                .put("hash", Contents.hash(content));
    }

    private static byte[] decode(String base64) throws MethodFailure {
        try {
            byte[] content = Base64.getDecoder().decode(base64);
            if (content.length > Contents.MAX_BYTES) {
                throw Contents.tooLarge();
            }
            return content;
        } catch (IllegalArgumentException _) {
            throw new MethodFailure("content must be base64");
        }
    }

    private static void replace(Directory directory, Path name, byte[] content, String expected)
            throws IOException {
        byte[] old;
        try {
            old = Contents.read(directory, name);
        } catch (NoSuchFileException _) {
            throw new MethodFailure("The file does not exist");
        }
        if (!HexFormat.of()
                .formatHex(HexFormat.of().parseHex(expected))
                .equals(Contents.hash(old))) {
            throw new MethodFailure("The file has changed: its hash is not the expected one");
        }
        // Replacing would succeed on a file that may not be written.
        directory.open(name, Set.of(StandardOpenOption.WRITE)).close();
        Path fresh = writeBeside(directory, content);
        try {
            var rights = directory.permissions(name);
            if (rights.isPresent()) {
                directory.setPermissions(fresh, rights.get());
            }
            directory.rename(fresh, name);
        } catch (IOException e) {
            discard(directory, fresh);
            throw e;
        }
        directory.sync();
    }

    private static void create(Directory directory, Path name, byte[] content) throws IOException {
        if (name.toString().equals(".")) {
            throw new MethodFailure("It is a directory");
        }
        Path fresh = writeBeside(directory, content);
        try {
            // Takes the name, or fails when anybody has it.
            directory
                    .open(name, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE))
                    .close();
            directory.rename(fresh, name);
        } catch (FileAlreadyExistsException _) {
            discard(directory, fresh);
            throw new MethodFailure("The file exists already");
        } catch (IOException e) {
            discard(directory, fresh);
            throw e;
        }
        directory.sync();
    }

    private static Path writeBeside(Directory directory, byte[] content) throws IOException {
        Path fresh = Path.of(".roost-" + UUID.randomUUID() + ".tmp");
        try (FileChannel channel =
                directory.open(
                        fresh, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE))) {
            ByteBuffer bytes = ByteBuffer.wrap(content);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
            return fresh;
        } catch (FileAlreadyExistsException e) {
            throw e;
        } catch (IOException e) {
            discard(directory, fresh);
            throw e;
        }
    }

    private static void discard(Directory directory, Path fresh) {
        try {
            directory.delete(fresh);
        } catch (IOException _) {
            // The first failure is the one to tell.
        }
    }
}
