package dev.roosthold.jazz.encoding;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A JSON value with the meaning that JavaScript gives it: numbers are doubles, of equal member
/// names the last counts. Immutable. Deeper than [JsonReader#MAX_DEPTH] it cannot be read.
public sealed interface Json {
    Null NULL = new Null();

    /// `null`.
    record Null() implements Json {}

    /// `true` or `false`.
    record Bool(boolean value) implements Json {}

    /// A number, as JavaScript sees it.
    record Num(double value) implements Json {}

    /// A string.
    record Str(String value) implements Json {}

    /// An array.
    record Arr(List<Json> items) implements Json {
        public Arr {
            items = List.copyOf(items);
        }
    }

    /// An object; members keep the order in which they came.
    record Obj(Map<String, Json> members) implements Json {
        public Obj {
            members = Collections.unmodifiableMap(new LinkedHashMap<>(members));
        }

        /// The member, or null when there is none.
        public @Nullable Json get(String name) {
            return members.get(name);
        }

        /// The text of a string member, or null when it is missing or no string.
        public @Nullable String text(String name) {
            return members.get(name) instanceof Str(String value) ? value : null;
        }
    }

    static Json of(String text) {
        return new Str(text);
    }

    static Json of(double number) {
        return new Num(number);
    }

    static Json of(boolean value) {
        return new Bool(value);
    }

    static Arr array(Json... items) {
        return new Arr(List.of(items));
    }

    static Obj object(Map<String, Json> members) {
        return new Obj(members);
    }

    /// Reads one value and nothing after it.
    ///
    /// @throws FormatException when the text is not JSON or nested too deeply
    static Json parse(String text) {
        var reader = new JsonReader(text);
        Json value = read(reader);
        reader.end();
        return value;
    }

    /// Reads the next value of a reader. Recursion is bounded by the reader's depth limit.
    static Json read(JsonReader reader) {
        return switch (reader.peek()) {
            case '{' -> {
                var members = new LinkedHashMap<String, Json>();
                reader.beginObject();
                for (String name = reader.nextName(); name != null; name = reader.nextName()) {
                    members.put(name, read(reader));
                }
                yield new Obj(members);
            }
            case '[' -> {
                var items = new ArrayList<Json>();
                reader.beginArray();
                while (reader.nextElement()) {
                    items.add(read(reader));
                }
                yield new Arr(items);
            }
            case '"' -> new Str(reader.nextString());
            case 't', 'f' -> new Bool(reader.nextBoolean());
            case 'n' -> {
                reader.nextNull();
                yield NULL;
            }
            default -> new Num(reader.nextDouble());
        };
    }
}
