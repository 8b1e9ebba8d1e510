package dev.roosthold.daemon.agents;

import dev.roosthold.protocol.messages.SessionEvent.Picture;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// A file that an agent shows: a picture, a sound, or a resource that is no text.
///
/// @param name for the person
/// @param mimeType as the agent says
/// @param picture empty when it is none that this program knows
record AgentFile(String name, Optional<String> mimeType, byte[] bytes, Optional<Picture> picture) {
    private static final int MAX_NAME = 200;
    private static final Map<String, String> ENDINGS =
            Map.of("jpeg", "jpg", "svg+xml", "svg", "mpeg", "mp3", "x-wav", "wav", "plain", "txt");

    /// Reads one block of content of the agents' protocol; empty when there are no bytes in it.
    static Optional<AgentFile> of(JsonNode content) {
        return switch (content.path("type").asString("")) {
            case "image" -> of(content, content.path("data"), "image");
            case "audio" -> of(content, content.path("data"), "sound");
            case "resource" -> of(content.path("resource"), content.at("/resource/blob"), "file");
            default -> Optional.empty();
        };
    }

    private static Optional<AgentFile> of(JsonNode about, JsonNode data, String kind) {
        if (!data.isString()) {
            return Optional.empty();
        }
        byte[] bytes;
        try {
            bytes = Base64.getMimeDecoder().decode(data.asString());
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
        if (bytes.length == 0) {
            return Optional.empty();
        }
        Optional<String> mimeType =
                Optional.of(about.path("mimeType").asString("").strip())
                        .filter(type -> type.matches("[\\w.+-]{1,100}/[\\w.+-]{1,100}"));
        return Optional.of(
                new AgentFile(
                        name(about.path("uri").asString(""), mimeType, kind),
                        mimeType,
                        bytes,
                        PictureSize.of(bytes)));
    }

    /// The last part of the address, or what it is.
    private static String name(String uri, Optional<String> mimeType, String kind) {
        String path = uri.replaceAll("[?#].*$", "");
        String last =
                path.substring(path.lastIndexOf('/') + 1).replaceAll("\\p{Cntrl}", "").strip();
        if (!uri.startsWith("data:") && !last.isEmpty() && last.length() <= MAX_NAME) {
            return last;
        }
        String subtype =
                mimeType.map(type -> type.substring(type.indexOf('/') + 1))
                        .orElse("")
                        .toLowerCase(Locale.ROOT);
        String ending = ENDINGS.getOrDefault(subtype, subtype);
        return ending.matches("[a-z0-9]{1,8}") ? kind + "." + ending : kind;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof AgentFile file
                && name.equals(file.name)
                && mimeType.equals(file.mimeType)
                && Arrays.equals(bytes, file.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return "AgentFile[" + bytes.length + " bytes]";
    }
}
