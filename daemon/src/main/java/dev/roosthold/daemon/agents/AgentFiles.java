package dev.roosthold.daemon.agents;

import dev.roosthold.daemon.acp.AcpConnection;
import dev.roosthold.daemon.acp.AcpFailure;
import dev.roosthold.daemon.roots.Place;
import dev.roosthold.daemon.roots.Roots;
import dev.roosthold.daemon.rpc.MethodFailure;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// `fs/read_text_file` and `fs/write_text_file`: an agent's files through the client, inside the
/// session's directory. Thread-safe.
///
/// @param roots of the session, asked at each call
record AgentFiles(Supplier<Roots> roots) {
    private static final int MAX_BYTES = 10 << 20;

    JsonNode read(JsonNode params) {
        String text = text(path(params));
        long line = params.path("line").asLong(1);
        JsonNode limit = params.path("limit");
        if (line > 1 || limit.isNumber()) {
            List<String> lines = List.of(text.split("\n", -1));
            int from = (int) Math.clamp(line - 1, 0, lines.size());
            int to = (int) Math.clamp(from + limit.asLong(lines.size()), from, lines.size());
            text = String.join("\n", lines.subList(from, to));
        }
        return JsonNodeFactory.instance.objectNode().put("content", text);
    }

    private String text(String path) {
        try (Place place = roots.get().resolve(path)) {
            if (!place.directory().attributes(place.name()).isRegularFile()) {
                throw new AcpFailure(AcpFailure.INVALID_PARAMS, "Not a regular file");
            }
            try (FileChannel channel =
                    place.directory().open(place.name(), Set.of(StandardOpenOption.READ))) {
                ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                bytes.writeBytes(Channels.newInputStream(channel).readNBytes(MAX_BYTES + 1));
                if (bytes.size() > MAX_BYTES) {
                    throw new AcpFailure(AcpFailure.INVALID_PARAMS, "The file is too large");
                }
                return bytes.toString(StandardCharsets.UTF_8);
            }
        } catch (NoSuchFileException _) {
            throw new AcpFailure(AcpFailure.NOT_FOUND, "No such file");
        } catch (IOException e) {
            throw failure(e);
        }
    }

    JsonNode write(JsonNode params) {
        byte[] content = params.path("content").asString("").getBytes(StandardCharsets.UTF_8);
        if (content.length > MAX_BYTES) {
            throw new AcpFailure(AcpFailure.INVALID_PARAMS, "The text is too long");
        }
        try (Place place = roots.get().resolve(path(params))) {
            // The new content takes the name in one step, so that no reader sees half of it.
            Path fresh = Path.of(".roost-" + UUID.randomUUID() + ".tmp");
            try {
                try (FileChannel channel =
                        place.directory()
                                .open(
                                        fresh,
                                        Set.of(
                                                StandardOpenOption.CREATE_NEW,
                                                StandardOpenOption.WRITE))) {
                    ByteBuffer bytes = ByteBuffer.wrap(content);
                    while (bytes.hasRemaining()) {
                        channel.write(bytes);
                    }
                }
                if (place.exists()) {
                    var rights = place.directory().permissions(place.name());
                    if (rights.isPresent()) {
                        place.directory().setPermissions(fresh, rights.get());
                    }
                }
                place.directory().rename(fresh, place.name());
            } catch (IOException e) {
                try {
                    place.directory().delete(fresh);
                } catch (IOException _) {
                    // The first failure is the one to tell.
                }
                throw e;
            }
        } catch (IOException e) {
            throw failure(e);
        }
        return AcpConnection.nothing();
    }

    private static String path(JsonNode params) {
        String path = params.path("path").asString("");
        if (path.isEmpty()) {
            throw new AcpFailure(AcpFailure.INVALID_PARAMS, "path is required");
        }
        return path;
    }

    private static AcpFailure failure(IOException e) {
        return new AcpFailure(
                AcpFailure.INVALID_PARAMS,
                e instanceof MethodFailure
                        ? String.valueOf(e.getMessage())
                        : "The file cannot be used: " + e.getClass().getSimpleName());
    }
}
