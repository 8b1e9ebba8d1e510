package dev.roosthold.dist;

import java.util.List;
import java.util.Map;

/// One piece of other people's work in the tarball.
///
/// @param group Maven group or npm scope; may be empty
/// @param version as its project counts
/// @param license SPDX expression, or the licence in the project's own words
/// @param texts licence and notices by file name; at least one
/// @param note what was changed or how it is used; may be empty
record Part(
        String group,
        String name,
        String version,
        String license,
        Map<String, byte[]> texts,
        String note) {

    /// `org.slf4j:slf4j-api`, `@noble/hashes`.
    String coordinates() {
        if (group.isEmpty()) {
            return name;
        }
        return group + (group.startsWith("@") ? "/" : ":") + name;
    }

    /// As part of the name of a folder.
    String folder() {
        return (group.startsWith("@") ? group.substring(1) + "-" + name : name) + "-" + version;
    }

    List<String> fileNames() {
        return texts.keySet().stream().sorted().toList();
    }
}
