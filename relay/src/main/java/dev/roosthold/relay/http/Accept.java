package dev.roosthold.relay.http;

import java.util.Locale;

/// What an `Accept` or `Accept-Encoding` header says (RFC 9110, section 12.5).
final class Accept {
    private Accept() {}

    /// Whether the client would rather have HTML than plain text. A client that names neither gets
    /// plain text.
    static boolean prefersHtml(String accept) {
        double html = quality(accept, "text/html", false);
        return html > 0
                && html >= quality(accept, "text/plain", true)
                && html > quality(accept, "text/plain", false);
    }

    /// Whether HTML is named as acceptable; wildcards do not count.
    static boolean namesHtml(String accept) {
        return quality(accept, "text/html", false) > 0;
    }

    static boolean takesGzip(String acceptEncoding) {
        return quality(acceptEncoding, "gzip", false) > 0;
    }

    /// @param wildcards whether `*/*` and `type/*` count
    private static double quality(String header, String wanted, boolean wildcards) {
        double best = 0;
        for (String range : header.split(",")) {
            String[] parts = range.split(";");
            String name = parts[0].strip().toLowerCase(Locale.ROOT);
            boolean matches =
                    name.equals(wanted)
                            || wildcards
                                    && (name.equals("*/*")
                                            || name.endsWith("/*")
                                                    && wanted.startsWith(
                                                            name.substring(0, name.length() - 1)));
            if (matches) {
                best = Math.max(best, weight(parts));
            }
        }
        return best;
    }

    private static double weight(String[] parts) {
        for (int i = 1; i < parts.length; i++) {
            String parameter = parts[i].strip();
            if (parameter.startsWith("q=")) {
                try {
                    return Double.parseDouble(parameter.substring(2));
                } catch (NumberFormatException e) {
                    return 0;
                }
            }
        }
        return 1;
    }
}
