package dev.roosthold.jazz.encoding;

import java.math.BigDecimal;
import java.util.Map;
import java.util.TreeMap;

/// Prints JSON exactly as the reference implementation does.
///
/// *Stable* form: no spaces, members sorted by UTF-16 code units, numbers as ECMAScript prints
/// them, only `"`, `\` and U+0000 to U+001F escaped (lower-case hex). Thread-safe.
public final class JsonText {
    private static final char[] HEX = "0123456789abcdef".toCharArray();

    private JsonText() {}

    /// The stable form. A text that starts with `encrypted_U` or `binary_U` is quoted without
    /// escaping when it is the whole value; the reference implementation does that to save time.
    public static String stable(Json value) {
        if (value instanceof Json.Str(String text)
                && (text.startsWith("encrypted_U") || text.startsWith("binary_U"))) {
            return '"' + text + '"';
        }
        var out = new StringBuilder();
        append(out, value, true);
        return out.toString();
    }

    /// Without spaces, members in their own order.
    public static String compact(Json value) {
        var out = new StringBuilder();
        append(out, value, false);
        return out.toString();
    }

    /// A quoted, escaped string.
    public static void string(StringBuilder out, String text) {
        out.append('"');
        int from = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 0x20 && c != '"' && c != '\\' && !Character.isSurrogate(c)) {
                continue;
            }
            if (Character.isHighSurrogate(c)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
                continue;
            }
            out.append(text, from, i);
            from = i + 1;
            switch (c) {
                case '"', '\\' -> out.append('\\').append(c);
                case '\b' -> out.append("\\b");
                case '\t' -> out.append("\\t");
                case '\n' -> out.append("\\n");
                case '\f' -> out.append("\\f");
                case '\r' -> out.append("\\r");
                // Control characters, and halves of a pair: they have no UTF-8 form.
                default ->
                        out.append("\\u")
                                .append(HEX[c >> 12])
                                .append(HEX[(c >> 8) & 15])
                                .append(HEX[(c >> 4) & 15])
                                .append(HEX[c & 15]);
            }
        }
        out.append(text, from, text.length()).append('"');
    }

    /// A number as ECMAScript prints it; `null` when it is not finite.
    public static String number(double value) {
        if (value == Math.rint(value) && Math.abs(value) < 1e15) {
            return Long.toString((long) value);
        }
        if (!Double.isFinite(value)) {
            return "null";
        }
        BigDecimal shortest = shortest(Math.abs(value));
        String digits = shortest.unscaledValue().toString();
        int point = digits.length() - shortest.scale();
        var out = new StringBuilder(value < 0 ? "-" : "");
        if (point > 21 || point < -5) {
            out.append(digits.charAt(0));
            if (digits.length() > 1) {
                out.append('.').append(digits, 1, digits.length());
            }
            return out.append('e').append(point > 0 ? "+" : "").append(point - 1).toString();
        }
        if (point <= 0) {
            return out.append("0.").repeat('0', -point).append(digits).toString();
        }
        if (digits.length() <= point) {
            return out.append(digits).repeat('0', point - digits.length()).toString();
        }
        return out.append(digits, 0, point)
                .append('.')
                .append(digits, point, digits.length())
                .toString();
    }

    /// Java prints at least two digits and then the nearest such number; ECMAScript prints one
    /// digit where one is enough (5e-324, not 4.9e-324).
    private static BigDecimal shortest(double value) {
        var printed = new BigDecimal(Double.toString(value)).stripTrailingZeros();
        if (printed.precision() == 2) {
            var one = printed.round(new java.math.MathContext(1)).stripTrailingZeros();
            if (one.doubleValue() == value) {
                return one;
            }
        }
        return printed;
    }

    private static void append(StringBuilder out, Json value, boolean sorted) {
        switch (value) {
            case Json.Null _ -> out.append("null");
            case Json.Bool(boolean b) -> out.append(b);
            case Json.Num(double n) -> out.append(number(n));
            case Json.Str(String text) -> string(out, text);
            case Json.Arr(var items) -> {
                out.append('[');
                for (int i = 0; i < items.size(); i++) {
                    if (i > 0) {
                        out.append(',');
                    }
                    append(out, items.get(i), sorted);
                }
                out.append(']');
            }
            case Json.Obj(var members) -> {
                Map<String, Json> ordered =
                        sorted && members.size() > 1 ? new TreeMap<>(members) : members;
                out.append('{');
                boolean first = true;
                for (var member : ordered.entrySet()) {
                    if (!first) {
                        out.append(',');
                    }
                    first = false;
                    string(out, member.getKey());
                    out.append(':');
                    append(out, member.getValue(), sorted);
                }
                out.append('}');
            }
        }
    }
}
