package dev.roosthold.dist;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// What is in the tarball, as CycloneDX: the list of Java libraries that Maven made, the packages
/// of the page and the Java runtime.
final class BillOfMaterials {
    private final ObjectMapper json =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
    private final ObjectNode bill;

    BillOfMaterials(Path made) throws IOException {
        bill = (ObjectNode) json.readTree(Files.readAllBytes(made));
    }

    ObjectNode bill() {
        return bill;
    }

    /// The names of the files of all Java libraries, ours too.
    Set<String> jars() {
        Set<String> names = new HashSet<>();
        for (JsonNode component : bill.path("components")) {
            names.add(
                    component.path("name").asString()
                            + "-"
                            + component.path("version").asString()
                            + ".jar");
        }
        return names;
    }

    /// Our jars are packed again, so the digests that Maven took are those of other files.
    void dropDigestsOf(String group) {
        for (JsonNode component : bill.path("components")) {
            if (component.path("group").asString("").equals(group)) {
                ((ObjectNode) component).remove("hashes");
            }
        }
    }

    void addPage(List<Part> parts) {
        ArrayNode components = (ArrayNode) bill.path("components");
        for (Part part : parts) {
            String purl =
                    "pkg:npm/" + part.coordinates().replace("@", "%40") + "@" + part.version();
            ObjectNode component = components.addObject();
            component.put("type", "library");
            component.put("bom-ref", purl);
            if (!part.group().isEmpty()) {
                component.put("group", part.group());
            }
            component.put("name", part.name());
            component.put("version", part.version());
            component
                    .putArray("licenses")
                    .addObject()
                    .putObject("license")
                    .put("id", part.license());
            component.put("purl", purl);
        }
    }

    /// @param vendor who made the JDK
    void addRuntime(String version, String vendor, Iterable<String> modules) {
        ObjectNode component = ((ArrayNode) bill.path("components")).addObject();
        component.put("type", "platform");
        component.put("bom-ref", "java-runtime");
        component.putObject("supplier").put("name", vendor);
        component.put("name", "OpenJDK runtime");
        component.put("version", version);
        component.put("description", "modules " + String.join(", ", modules));
        component
                .putArray("licenses")
                .addObject()
                .put("expression", "GPL-2.0-only WITH Classpath-exception-2.0");
    }

    void write(Path file) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, json.writeValueAsString(bill) + "\n");
    }
}
