package dev.roosthold.relay.store;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.ResultSet;

/// PostgreSQL stores every character but U+0000, and clients may send it. It is written as two
/// others, of which the first is from the private area and is written as two itself.
final class PostgresText {
    private static final char MARK = '\uF8FF';
    private static final char NUL = '0';
    private static final char SELF = '1';

    private PostgresText() {}

    static String written(String text) {
        if (text.indexOf('\0') < 0 && text.indexOf(MARK) < 0) {
            return text;
        }
        StringBuilder written = new StringBuilder(text.length() + 8);
        for (int i = 0; i < text.length(); i++) {
            char letter = text.charAt(i);
            switch (letter) {
                case '\0' -> written.append(MARK).append(NUL);
                case MARK -> written.append(MARK).append(SELF);
                default -> written.append(letter);
            }
        }
        return written.toString();
    }

    static String read(String written) {
        if (written.indexOf(MARK) < 0) {
            return written;
        }
        StringBuilder text = new StringBuilder(written.length());
        for (int i = 0; i < written.length(); i++) {
            char letter = written.charAt(i);
            if (letter == MARK && i + 1 < written.length()) {
                text.append(written.charAt(++i) == NUL ? '\0' : MARK);
            } else {
                text.append(letter);
            }
        }
        return text.toString();
    }

    /// Rows whose texts are read as they were before they were written.
    static ResultSet read(ResultSet rows) {
        return (ResultSet)
                Proxy.newProxyInstance(
                        PostgresText.class.getClassLoader(),
                        new Class<?>[] {ResultSet.class},
                        (_, method, arguments) -> {
                            try {
                                Object value = method.invoke(rows, arguments);
                                return value instanceof String text ? read(text) : value;
                            } catch (InvocationTargetException e) {
                                throw e.getCause() == null ? e : e.getCause();
                            }
                        });
    }
}
