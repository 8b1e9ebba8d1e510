package dev.roosthold.daemon.files;

import java.nio.file.attribute.BasicFileAttributes;
import tools.jackson.databind.node.ObjectNode;

/// How what is in a directory is shown. Links are "other": what they lead to is not looked at.
final class Entries {
    private Entries() {}

    static void describe(ObjectNode entry, BasicFileAttributes attributes) {
        if (attributes.isDirectory()) {
            entry.put("type", "directory");
        } else if (attributes.isRegularFile()) {
            entry.put("type", "file");
            entry.put("size", attributes.size());
        } else {
            entry.put("type", "other");
        }
        entry.put("modified", attributes.lastModifiedTime().toMillis());
    }

    /// About the characters that an entry takes in an answer.
    static int cost(String text) {
        int cost = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            // A control character is written as six, others take up to three bytes.
            cost += c < 0x20 ? 6 : c < 0x80 ? (c == '"' || c == '\\' ? 2 : 1) : 3;
        }
        return cost;
    }
}
