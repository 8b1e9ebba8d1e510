package dev.roosthold.relay.http;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// Which pages may use the relay (RFC 6454). Thread-safe.
final class Origins {
    private final Set<String> allowed;

    /// @param allowed in the plain form; with none of them all pages may
    Origins(List<String> allowed, Optional<String> own) {
        var all = new java.util.HashSet<>(allowed);
        if (!allowed.isEmpty()) {
            own.map(Origins::plain).ifPresent(all::add);
        }
        this.allowed = Set.copyOf(all);
    }

    boolean all() {
        return allowed.isEmpty();
    }

    /// Whether a page of that origin may send this request. The relay's own page comes from the
    /// host that it now asks; the scheme is not compared, because a proxy may have changed it.
    boolean admits(String origin, Optional<String> authority) {
        if (all()) {
            return true;
        }
        String plain = plain(origin);
        if (allowed.contains(plain)) {
            return true;
        }
        return authority.isPresent()
                && (plain.equals(plain("http://" + authority.get()))
                        || plain.equals(plain("https://" + authority.get())));
    }

    /// Lower case, without the port that goes without saying.
    static String plain(String origin) {
        String text = origin.strip().toLowerCase(Locale.ROOT);
        if (text.startsWith("https://") && text.endsWith(":443")) {
            return text.substring(0, text.length() - 4);
        }
        return text.startsWith("http://") && text.endsWith(":80")
                ? text.substring(0, text.length() - 3)
                : text;
    }
}
