package dev.roosthold.daemon.agents;

import dev.roosthold.client.Reply;
import dev.roosthold.client.files.PrivateFiles;
import dev.roosthold.crypto.Blob;
import dev.roosthold.crypto.CryptoException;
import dev.roosthold.crypto.SymmetricKey;
import dev.roosthold.protocol.SessionId;
import dev.roosthold.protocol.messages.Envelope;
import dev.roosthold.protocol.messages.SessionEvent.FileAttached;
import dev.roosthold.protocol.messages.SessionMessage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Files that a person attaches to what they say next. Apps send them before the words. Until then
/// they wait in the session's record, by reference; with the words they are fetched, decrypted and
/// given to the agent:
///
/// - a picture as it is, where the agent takes pictures;
/// - a text that is not long as a resource with its text, where the agent takes those;
/// - everything else as a file of the session, readable by its owner only, and a link to it, which
///   every agent takes. The file is deleted with the session's record.
///
/// For the thread of the session.
final class PersonFiles {
    /// Files that may wait for words; of more the oldest are left out.
    private static final int MOST_WAITING = 20;

    /// Files that a session keeps on the disk; the oldest make room.
    private static final int MOST_KEPT = 50;

    private static final int MAX_TEXT = 256 * 1024;
    private static final int MAX_NAME = 100;
    private static final int ATTEMPTS = 4;

    private static final Set<String> PICTURES =
            Set.of("image/png", "image/jpeg", "image/gif", "image/webp");

    private final SessionId session;
    private final SessionRecord record;
    private final RelayAccess relay;

    PersonFiles(SessionId session, SessionRecord record, RelayAccess relay) {
        this.session = session;
        this.record = record;
        this.relay = relay;
    }

    /// What an agent takes in a prompt besides words and links.
    record Accepted(boolean pictures, boolean resources) {
        /// @param capabilities of the agent, as it tells them when it begins
        static Accepted of(JsonNode capabilities) {
            JsonNode prompt = capabilities.path("promptCapabilities");
            return new Accepted(
                    prompt.path("image").asBoolean(false),
                    prompt.path("embeddedContext").asBoolean(false));
        }
    }

    /// The file that a message of a session attaches; empty when it is no such message of a person.
    static Optional<FileAttached> of(ObjectNode content) {
        return SessionMessage.read(content) instanceof SessionMessage.Protocol protocol
                        && protocol.envelope().role() == Envelope.Role.USER
                        && protocol.envelope().event() instanceof FileAttached file
                ? Optional.of(file)
                : Optional.empty();
    }

    /// Lets a file wait for the next words; on the disk when this returns.
    ///
    /// @param seq of its message, which is dealt with hereby
    void keep(long seq, FileAttached file) {
        record.change(
                json -> {
                    json.put("position", seq);
                    ArrayNode files = json.withArray("files");
                    ObjectNode one = files.addObject().put("ref", file.ref());
                    one.put("name", file.name());
                    file.mimeType().ifPresent(type -> one.put("mimeType", type));
                    while (files.size() > MOST_WAITING) {
                        files.remove(0);
                    }
                });
    }

    /// Adds the files to a prompt.
    ///
    /// @param files as [SessionRecord#files] tells them
    /// @param lost told of each that cannot be had, with a sentence for the person
    void give(List<JsonNode> files, Accepted accepted, ArrayNode blocks, Consumer<String> lost) {
        for (JsonNode file : files) {
            String name = file.path("name").asString("");
            try {
                Optional<byte[]> bytes = fetch(file.path("ref").asString(""));
                if (bytes.isPresent()) {
                    add(name, file.path("mimeType").asString(""), bytes.get(), accepted, blocks);
                } else {
                    lost.accept(
                            "The file "
                                    + name
                                    + " was not given to the agent: the relay"
                                    + " does not hand it out.");
                }
            } catch (CryptoException _) {
                lost.accept(
                        "The file "
                                + name
                                + " was not given to the agent: it is damaged or"
                                + " encrypted for something else.");
            } catch (IOException _) {
                lost.accept(
                        "The file "
                                + name
                                + " was not given to the agent: it cannot be"
                                + " stored on the machine.");
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /// The content, decrypted; empty when the relay has it not, or is away for long.
    private Optional<byte[]> fetch(String ref) throws InterruptedException {
        SymmetricKey key = Blob.keyOf(record.key());
        for (int attempt = 1; ; attempt++) {
            switch (relay.download(session, ref)) {
                case Reply.Success(byte[] sealed) -> {
                    return Optional.of(Blob.open(sealed, key));
                }
                case Reply.Denied<byte[]> _ -> {
                    return Optional.empty();
                }
                case Reply.CredentialsRefused<byte[]> _, Reply.Unavailable<byte[]> _ -> {
                    if (attempt == ATTEMPTS) {
                        return Optional.empty();
                    }
                    Thread.sleep(relay.pauses().pause(attempt));
                }
            }
        }
    }

    private void add(
            String name, String mimeType, byte[] bytes, Accepted accepted, ArrayNode blocks)
            throws IOException {
        if (accepted.pictures() && PICTURES.contains(mimeType)) {
            blocks.addObject()
                    .put("type", "image")
                    .put("mimeType", mimeType)
                    .put("data", Base64.getEncoder().encodeToString(bytes));
            return;
        }
        Path file = store(name, bytes);
        String address = file.toUri().toString();
        Optional<String> text =
                accepted.resources() && bytes.length <= MAX_TEXT ? text(bytes) : Optional.empty();
        ObjectNode block = blocks.addObject();
        ObjectNode about = block;
        if (text.isPresent()) {
            about = block.put("type", "resource").putObject("resource").put("text", text.get());
        } else {
            block.put("type", "resource_link").put("name", name).put("size", bytes.length);
        }
        about.put("uri", address);
        if (!mimeType.isEmpty()) {
            about.put("mimeType", mimeType);
        }
    }

    private static Optional<String> text(byte[] bytes) {
        try {
            String text =
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
            return text.indexOf('\0') < 0 ? Optional.of(text) : Optional.empty();
        } catch (CharacterCodingException _) {
            return Optional.empty();
        }
    }

    /// Under a number that rises, and a name that is safe everywhere.
    private Path store(String name, byte[] bytes) throws IOException {
        Path directory = record.fileDirectory();
        PrivateFiles.createDirectory(directory);
        List<Path> there = kept(directory);
        long number = there.isEmpty() ? 1 : number(there.getLast()) + 1;
        Path file = directory.resolve(number + "-" + plain(name));
        PrivateFiles.write(file, bytes);
        for (int i = 0; i <= there.size() - MOST_KEPT; i++) {
            Files.deleteIfExists(there.get(i));
        }
        return file;
    }

    /// The oldest first.
    private static List<Path> kept(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return new ArrayList<>(
                    files.sorted(Comparator.comparingLong(PersonFiles::number)).toList());
        }
    }

    private static long number(Path file) {
        String name = String.valueOf(file.getFileName());
        int end = name.indexOf('-');
        try {
            return end < 1 ? 0 : Long.parseLong(name.substring(0, end));
        } catch (NumberFormatException _) {
            return 0;
        }
    }

    /// Letters, digits, dots and dashes; the end, which tells the kind, is kept.
    private static String plain(String name) {
        String safe = name.replaceAll("[^\\p{L}\\p{N}._-]", "_");
        return safe.substring(Math.max(0, safe.length() - MAX_NAME));
    }
}
