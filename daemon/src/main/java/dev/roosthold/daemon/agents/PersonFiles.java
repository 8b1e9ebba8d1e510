package dev.roosthold.daemon.agents;

import dev.roosthold.client.Reply;
import dev.roosthold.client.files.PrivateFiles;
import dev.roosthold.crypto.Blob;
import dev.roosthold.crypto.CryptoException;
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

/// Files that a person attaches to what they say next. Apps send them before the words. They wait
/// in the session's record, by reference, until the agent has answered the words that they came
/// with; when the daemon or the agent ends before that, they come with the next ones. So an agent
/// may see a file twice and never misses one. With the words they are fetched, decrypted and given
/// to the agent:
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

    /// An agent that ends over a file would otherwise do so with all that the person says after it.
    private static final int MOST_GIVEN = 2;

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

    /// Adds the files that wait to a prompt. They wait on, until [#taken].
    ///
    /// @param say told of each that is not given, with a sentence for the person
    void give(Accepted accepted, ArrayNode blocks, Consumer<String> say) {
        List<ObjectNode> kept = new ArrayList<>();
        for (ObjectNode file : record.files()) {
            try {
                give(file, accepted, blocks, say).ifPresent(kept::add);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return;
            }
        }
        replace(kept);
    }

    /// @return the file as it waits on; empty when it is given up
    private Optional<ObjectNode> give(
            ObjectNode file, Accepted accepted, ArrayNode blocks, Consumer<String> say)
            throws InterruptedException {
        String name = "The file " + file.path("name").asString("");
        int given = file.path("given").asInt(0);
        if (given >= MOST_GIVEN) {
            say.accept(
                    name
                            + " is not given to the agent again: it has ended twice without an"
                            + " answer. Attach it anew if it is needed.");
            return Optional.empty();
        }
        String why;
        try {
            switch (fetch(file.path("ref").asString(""))) {
                case Reply.Success(byte[] sealed) -> {
                    byte[] bytes = Blob.open(sealed, Blob.keyOf(record.key()));
                    add(file, bytes, accepted, blocks);
                    return Optional.of(file.put("given", given + 1).put("now", true));
                }
                case Reply.Denied<byte[]> _ -> why = "the relay does not hand it out";
                case Reply.CredentialsRefused<byte[]> _, Reply.Unavailable<byte[]> _ -> {
                    say.accept(
                            name
                                    + " cannot be fetched from the relay now; it goes to the agent"
                                    + " with what you write next.");
                    file.remove("now");
                    return Optional.of(file);
                }
            }
        } catch (CryptoException _) {
            why = "it is damaged or encrypted for something else";
        } catch (IOException _) {
            why = "it cannot be stored on the machine";
        }
        say.accept(name + " was not given to the agent: " + why + ".");
        return Optional.empty();
    }

    /// The agent has answered the prompt that the files came with.
    void taken() {
        List<ObjectNode> files = record.files();
        if (!files.isEmpty()) {
            replace(files.stream().filter(file -> !file.has("now")).toList());
        }
    }

    private void replace(List<ObjectNode> files) {
        if (!files.equals(record.files())) {
            record.change(json -> json.putArray("files").addAll(files));
        }
    }

    /// What the person should know of files that wait when a turn has ended without an answer.
    Optional<String> left() {
        boolean some =
                record.files().stream().anyMatch(file -> file.path("given").asInt(0) < MOST_GIVEN);
        return some
                ? Optional.of("The files that you attached go with what you write next.")
                : Optional.empty();
    }

    /// The content, encrypted. Tries again for a moment while the relay is away.
    private Reply<byte[]> fetch(String ref) throws InterruptedException {
        for (int attempt = 1; ; attempt++) {
            Reply<byte[]> reply = relay.download(session, ref);
            if (reply instanceof Reply.Success<byte[]>
                    || reply instanceof Reply.Denied<byte[]>
                    || attempt == ATTEMPTS) {
                return reply;
            }
            Thread.sleep(relay.pauses().pause(attempt));
        }
    }

    private void add(ObjectNode shown, byte[] bytes, Accepted accepted, ArrayNode blocks)
            throws IOException {
        String name = shown.path("name").asString("");
        String mimeType = shown.path("mimeType").asString("");
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
