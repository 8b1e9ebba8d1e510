package dev.roosthold.jazz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.jazz.encoding.Json;
import dev.roosthold.jazz.encoding.JsonText;
import dev.roosthold.jazz.sync.SyncCodec;
import dev.roosthold.jazz.sync.SyncMessage;
import dev.roosthold.jazz.value.Content;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.function.Executable;

/// Reads the vector files, which were made with the reference implementation.
final class Vectors {
    private Vectors() {}

    static Json.Obj file(String name) {
        try (var in = Vectors.class.getResourceAsStream("/vectors/" + name + ".json")) {
            return (Json.Obj) Json.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<Json.Obj> list(Json.Obj in, String name) {
        return ((Json.Arr) in.members().get(name))
                .items().stream().map(Json.Obj.class::cast).toList();
    }

    static Json.Obj object(Json.Obj in, String name) {
        return (Json.Obj) in.members().get(name);
    }

    static String text(Json.Obj in, String name) {
        return ((Json.Str) in.members().get(name)).value();
    }

    static byte[] hex(String text) {
        return HexFormat.of().parseHex(text);
    }

    static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    static Content content(Json message) {
        var read = SyncCodec.read(JsonText.compact(message));
        assertThat(read).isInstanceOf(SyncMessage.Push.class);
        return ((SyncMessage.Push) read).content();
    }

    static List<Content> contents(Json.Obj in, String name) {
        return list(in, name).stream().map(Vectors::content).toList();
    }

    interface Check {
        void run(Json.Obj vector) throws Exception;
    }

    /// One test for each vector of a list, which must not be empty.
    static Stream<DynamicTest> each(Json.Obj file, String name, Check check) {
        List<Json.Obj> vectors = list(file, name);
        assertThat(vectors).isNotEmpty();
        return IntStream.range(0, vectors.size())
                .mapToObj(
                        i -> {
                            Executable test = () -> check.run(vectors.get(i));
                            return DynamicTest.dynamicTest(name + " " + i, test);
                        });
    }
}
