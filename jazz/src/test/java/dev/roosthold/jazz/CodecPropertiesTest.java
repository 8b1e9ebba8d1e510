package dev.roosthold.jazz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.roosthold.jazz.crypto.Blake3;
import dev.roosthold.jazz.encoding.Base58;
import dev.roosthold.jazz.encoding.Base64Url;
import dev.roosthold.jazz.encoding.FormatException;
import dev.roosthold.jazz.encoding.Json;
import dev.roosthold.jazz.encoding.JsonReader;
import dev.roosthold.jazz.encoding.JsonText;
import dev.roosthold.jazz.encoding.Utf8Buffer;
import dev.roosthold.jazz.sync.SyncCodec;
import dev.roosthold.jazz.value.Content;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;

final class CodecPropertiesTest {
    private static final String ALPHABET =
            "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

    @Property
    void base58IsTheNumberInBase58(@ForAll @Size(max = 80) byte[] bytes) {
        String text = Base58.encode(bytes);
        assertThat(text).isEqualTo(slowBase58(bytes));
        assertThat(Base58.decode(text)).isEqualTo(bytes);
    }

    @Property
    void anyTextIsBase58OrRefused(@ForAll String text) {
        try {
            assertThat(Base58.encode(Base58.decode(text))).isEqualTo(text);
        } catch (FormatException e) {
            assertThat(text.chars().allMatch(c -> ALPHABET.indexOf(c) >= 0) && text.length() <= 256)
                    .isFalse();
        }
    }

    @Property
    void base64UrlComesBack(@ForAll byte[] bytes) {
        String text = Base64Url.encode(bytes);
        assertThat(text.length() % 4).isZero();
        assertThat(Base64Url.decode(text)).isEqualTo(bytes);
    }

    @Property
    void stableJsonComesBackAndStaysStable(@ForAll Random random) {
        Json value = Json.array(json(random, 4));
        String stable = JsonText.stable(value);
        Json read = Json.parse(stable);
        assertThat(JsonText.stable(read)).isEqualTo(stable);
        assertThat(Json.parse(JsonText.compact(value))).isEqualTo(value);
        new JsonReader(stable).skipValue();
    }

    @Property
    void printedNumbersAreTheSameNumber(@ForAll double number) {
        String text = JsonText.number(number);
        if (Double.isFinite(number)) {
            assertThat(Double.parseDouble(text)).isEqualTo(number + 0.0);
            assertThat(((Json.Num) Json.parse(text)).value()).isEqualTo(number + 0.0);
        } else {
            assertThat(text).isEqualTo("null");
        }
    }

    @Example
    void numbersAreShortest() {
        assertThat(JsonText.number(Double.MIN_VALUE)).isEqualTo("5e-324");
        assertThat(JsonText.number(-0.0)).isEqualTo("0");
        assertThat(JsonText.number(1e21)).isEqualTo("1e+21");
        assertThat(JsonText.number(123456789012345680000.0)).isEqualTo("123456789012345680000");
        assertThat(JsonText.number(0.000001)).isEqualTo("0.000001");
        assertThat(JsonText.number(1.5e-7)).isEqualTo("1.5e-7");
        assertThat(JsonText.number(2e23)).isEqualTo("2e+23");
        assertThat(JsonText.number(1e15)).isEqualTo("1000000000000000");
    }

    @Property
    void canonicalStringsAreTheEscapedTextInUtf8(@ForAll String text) {
        var escaped = new StringBuilder();
        JsonText.string(escaped, text);
        byte[] direct = new Utf8Buffer().string(text).toByteArray();
        if (StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            assertThat(direct).isEqualTo(escaped.toString().getBytes(StandardCharsets.UTF_8));
        }
        assertThat(new String(direct, StandardCharsets.UTF_8)).startsWith("\"").endsWith("\"");
    }

    @Property
    void theHashOfEveryPrefixIsTheRunningHash(
            @ForAll @Size(max = 9) List<@Size(max = 3000) byte[]> pieces) {
        var running = new Blake3();
        var all = new Blake3();
        for (byte[] piece : pieces) {
            var copy = running.copy().update(piece);
            all.update(piece);
            running.digest();
            running = copy;
            assertThat(running.digest()).isEqualTo(all.digest());
        }
    }

    @Property
    void anyTextIsJsonOrRefused(@ForAll String text) {
        try {
            Json.parse(text);
        } catch (FormatException expected) {
            assertThat(expected).hasMessageStartingWith("JSON");
        }
    }

    /// Damaged messages are read or refused; no other error leaves the reader.
    @Property(tries = 2000)
    void damagedMessagesAreReadOrRefused(@ForAll Random random) {
        var text = new StringBuilder(MESSAGES.get(random.nextInt(MESSAGES.size())));
        for (int i = random.nextInt(4); i >= 0 && !text.isEmpty(); i--) {
            int at = random.nextInt(Math.max(1, text.length()));
            switch (random.nextInt(4)) {
                case 0 -> text.deleteCharAt(at);
                case 1 -> text.setCharAt(at, (char) random.nextInt(0x180));
                case 2 -> text.insert(at, "{[\"\\-e19,:".charAt(random.nextInt(10)));
                default -> text.setLength(Math.max(1, at));
            }
        }
        try {
            SyncCodec.read(text.toString());
        } catch (FormatException expected) {
            assertThat(expected.getMessage()).isNotEmpty();
        }
    }

    @Example
    void deepJsonIsRefused() {
        assertThatThrownBy(() -> Json.parse("[".repeat(1_000_000)))
                .isInstanceOf(FormatException.class);
        assertThatThrownBy(() -> new JsonReader("{\"a\":".repeat(100_000)).skipValue())
                .isInstanceOf(FormatException.class);
        assertThatThrownBy(
                        () -> SyncCodec.read("{\"action\":\"load\",\"x\":" + "[".repeat(100_000)))
                .isInstanceOf(FormatException.class);
        Json.parse("[".repeat(256) + "]".repeat(256));
    }

    @Example
    void badNumbersAreRefused() {
        for (String text : List.of("01", "-", "1.", ".5", "1e", "+1", "NaN", "0x1", "1 2")) {
            assertThatThrownBy(() -> Json.parse(text)).isInstanceOf(FormatException.class);
        }
        assertThat(new JsonReader("1e3").nextLong()).isEqualTo(1000);
        assertThat(new JsonReader("9007199254740991").nextLong())
                .isEqualTo(JsonReader.MAX_SAFE_INTEGER);
        for (String text : List.of("9007199254740992", "1.5", "1e400", "99999999999999999999")) {
            assertThatThrownBy(() -> new JsonReader(text).nextLong())
                    .isInstanceOf(FormatException.class);
        }
    }

    /// A tree of up to four levels.
    private static Json json(Random random, int levels) {
        return switch (random.nextInt(levels == 0 ? 4 : 6)) {
            case 0 -> Json.NULL;
            case 1 -> Json.of(random.nextBoolean());
            case 2 -> Json.of(number(random));
            case 3 -> Json.of(string(random));
            case 4 -> {
                var items = new ArrayList<Json>();
                for (int i = random.nextInt(4); i > 0; i--) {
                    items.add(json(random, levels - 1));
                }
                yield new Json.Arr(items);
            }
            default -> {
                var members = new LinkedHashMap<String, Json>();
                for (int i = random.nextInt(4); i > 0; i--) {
                    members.put(string(random), json(random, levels - 1));
                }
                yield new Json.Obj(members);
            }
        };
    }

    private static double number(Random random) {
        double any = Double.longBitsToDouble(random.nextLong());
        return random.nextBoolean() || !Double.isFinite(any) ? random.nextInt() : any;
    }

    /// Also halves of pairs and control characters.
    private static String string(Random random) {
        var text = new StringBuilder();
        for (int i = random.nextInt(8); i > 0; i--) {
            text.append((char) (random.nextBoolean() ? random.nextInt(0x90) : random.nextInt()));
        }
        return text.toString();
    }

    private static final List<String> MESSAGES =
            Vectors.contents(Vectors.file("covalue-account-group-map"), "messages").stream()
                    .map(CodecPropertiesTest::message)
                    .toList();

    private static String message(Content content) {
        return SyncCodec.write(new dev.roosthold.jazz.sync.SyncMessage.Push(content));
    }

    private static String slowBase58(byte[] bytes) {
        var number = new BigInteger(1, bytes);
        var text = new StringBuilder();
        while (number.signum() > 0) {
            var parts = number.divideAndRemainder(BigInteger.valueOf(58));
            text.append(ALPHABET.charAt(parts[1].intValue()));
            number = parts[0];
        }
        for (int i = 0; i < bytes.length && bytes[i] == 0; i++) {
            text.append('1');
        }
        return text.reverse().toString();
    }
}
