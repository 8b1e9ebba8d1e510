package dev.roosthold.daemon.files;

import dev.roosthold.daemon.roots.Place;
import dev.roosthold.daemon.roots.Roots;
import dev.roosthold.daemon.rpc.Params;
import dev.roosthold.daemon.rpc.RpcMethod;
import java.io.IOException;
import java.util.Base64;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// `readFile {path}`: `{success, content: base64}`.
record ReadFile(Supplier<Roots> roots) implements RpcMethod {
    @Override
    public JsonNode answer(Params params) throws IOException {
        try (Place place = roots.get().resolve(params.text("path"))) {
            byte[] content = Contents.read(place.directory(), place.name());
            return JsonNodeFactory.instance
                    .objectNode()
                    .put("success", true)
                    .put("content", Base64.getEncoder().encodeToString(content));
        }
    }
}
