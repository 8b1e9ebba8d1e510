package dev.roosthold.sync;

import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Entries as a program would push them; their content is noise.
final class Entries {
    static final String DEVICE = "00000000-0000-4000-8000-000000000001";
    private static final Random RANDOM = new Random(1);

    private Entries() {}

    static String blob(int plain) {
        byte[] bytes = new byte[plain + 29];
        synchronized (RANDOM) {
            RANDOM.nextBytes(bytes);
        }
        bytes[0] = 1;
        return Base64.getEncoder().encodeToString(bytes);
    }

    static String id() {
        return UUID.randomUUID().toString();
    }

    static ObjectNode command(String id) {
        return command(id, System.currentTimeMillis());
    }

    static ObjectNode command(String id, long at) {
        ObjectNode entry = JsonNodeFactory.instance.objectNode();
        entry.put("id", id).put("type", "command").put("encrypted", blob(120));
        entry.putObject("metadata")
                .put("deviceId", DEVICE)
                .put("createdAt", at)
                .put("safetyLevel", "safe")
                .put("executed", true);
        return entry;
    }

    static ObjectNode preference(String key, long at, String device, String encrypted) {
        ObjectNode entry = JsonNodeFactory.instance.objectNode();
        entry.put("id", key).put("type", "preference").put("encrypted", encrypted);
        entry.putObject("metadata")
                .put("deviceId", device)
                .put("createdAt", at)
                .put("updatedAt", at);
        return entry;
    }

    static ObjectNode preference(String key, long at) {
        return preference(key, at, DEVICE, blob(40));
    }

    static ObjectNode deleted(ObjectNode entry, long at) {
        ObjectNode copy = entry.deepCopy();
        copy.put("encrypted", "");
        ((ObjectNode) copy.get("metadata")).put("deletedAt", at).put("updatedAt", at);
        return copy;
    }

    static ObjectNode push(List<ObjectNode> entries) {
        ObjectNode params = JsonNodeFactory.instance.objectNode();
        ArrayNode list = params.putArray("entries");
        entries.forEach(list::add);
        return params;
    }

    static ObjectNode push(ObjectNode... entries) {
        return push(List.of(entries));
    }
}
