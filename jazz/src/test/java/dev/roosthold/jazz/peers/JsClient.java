package dev.roosthold.jazz.peers;

import dev.roosthold.jazz.encoding.FormatException;
import dev.roosthold.jazz.encoding.Json;
import dev.roosthold.jazz.encoding.JsonText;
import dev.roosthold.jazz.ids.CoId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The published client in a process of its own. For one thread.
public final class JsClient extends NodeProcess {
    private int count;

    public JsClient(Path npm, String... flags) {
        super(npm, arguments(flags));
    }

    private static List<String> arguments(String... flags) {
        var all = new ArrayList<String>(List.of("client.mjs"));
        all.addAll(List.of(flags));
        return all;
    }

    /// Runs a command of `client.mjs` and returns its result.
    ///
    /// @throws IllegalStateException when it failed
    public Json call(String command, Map<String, Json> arguments) {
        var members = new LinkedHashMap<String, Json>();
        members.put("n", Json.of(++count));
        members.put("cmd", Json.of(command));
        members.putAll(arguments);
        try {
            in.write(JsonText.compact(new Json.Obj(members)) + "\n");
            in.flush();
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                if (answer(line) instanceof Json.Obj answer) {
                    if (answer.get("error") != null) {
                        throw new IllegalStateException(command + ": " + answer.text("error"));
                    }
                    Json result = answer.get("result");
                    return result == null ? Json.NULL : result;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        throw new IllegalStateException("the client has ended, see client.mjs.log");
    }

    public Json call(String command) {
        return call(command, Map.of());
    }

    public Json call(String command, String name, Json value) {
        return call(command, Map.of(name, value));
    }

    /// For commands that return an id.
    public CoId id(String command, Map<String, Json> arguments) {
        return new CoId(text(call(command, arguments)));
    }

    public Json read(CoId id) {
        return call("read", "id", id.json());
    }

    static String text(Json json) {
        return ((Json.Str) json).value();
    }

    /// Null for lines that libraries print.
    private Json answer(String line) {
        try {
            return Json.parse(line) instanceof Json.Obj answer
                            && Json.of(count).equals(answer.get("n"))
                    ? answer
                    : null;
        } catch (FormatException e) {
            return null;
        }
    }
}
