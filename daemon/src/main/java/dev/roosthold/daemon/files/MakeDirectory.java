package dev.roosthold.daemon.files;

import dev.roosthold.daemon.roots.Place;
import dev.roosthold.daemon.roots.Roots;
import dev.roosthold.daemon.rpc.MethodFailure;
import dev.roosthold.daemon.rpc.Params;
import dev.roosthold.daemon.rpc.RpcMethod;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// `make-directory {path}`: `{success, path, created}`. The directory above must exist; one that is
/// there already is fine.
record MakeDirectory(Supplier<Roots> roots) implements RpcMethod {
    @Override
    public JsonNode answer(Params params) throws IOException {
        try (Place place = roots.get().resolve(params.text("path"))) {
            boolean created = false;
            try {
                if (!place.exists()) {
                    place.directory().makeDirectory(place.name());
                    created = true;
                }
            } catch (FileAlreadyExistsException _) {
                // Somebody was faster; what it is comes next.
            }
            if (!place.directory().attributes(place.name()).isDirectory()) {
                throw new MethodFailure("It exists already and is no directory");
            }
            return JsonNodeFactory.instance
                    .objectNode()
                    .put("success", true)
                    .put("path", place.real().toString())
                    .put("created", created);
        }
    }
}
