package dev.roosthold.relay.http;

import dev.roosthold.relay.limits.AddressRange;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Reads what trusted proxies tell about a request. Thread-safe.
///
/// Each proxy writes the address of its own client behind what it received, so the list is read
/// from its end: the first address that is no trusted proxy is the client, and what stands before
/// it is the client's word only. Where both kinds of header came, `X-Forwarded-` counts: that is
/// what most proxies write, and they let a `Forwarded` of the client pass.
final class Proxies {
    private static final String FORWARDED = "forwarded";
    private static final String FOR = "x-forwarded-for";
    private static final String PROTO = "x-forwarded-proto";
    private static final String HOST = "x-forwarded-host";

    /// More proxies in a row than anybody has; bounds the work for a made-up header.
    private static final int MAX_HOPS = 32;

    private final List<AddressRange> trusted;

    Proxies(List<AddressRange> trusted) {
        this.trusted = trusted;
    }

    boolean trusts(InetSocketAddress peer) {
        return peer.getAddress() != null && trusts(peer.getAddress());
    }

    private boolean trusts(InetAddress address) {
        return trusted.stream().anyMatch(range -> range.contains(address));
    }

    /// @param tls whether the connection itself is encrypted
    Visit visit(InetSocketAddress peer, boolean tls, HttpHeaders headers) {
        Optional<String> host = Visit.authority(headers.get(HttpHeaderNames.HOST, ""));
        if (trusted.isEmpty() || !trusts(peer)) {
            return new Visit(peer, tls, host);
        }
        boolean common = headers.contains(FOR) || headers.contains(PROTO) || headers.contains(HOST);
        List<Map<String, String>> elements = common ? List.of() : elements(headers);
        List<String> addresses =
                common
                        ? values(headers, FOR)
                        : elements.stream().map(e -> e.getOrDefault("for", "")).toList();
        List<String> schemes =
                common
                        ? values(headers, PROTO)
                        : elements.stream().map(e -> e.getOrDefault("proto", "")).toList();
        List<String> hosts =
                common
                        ? values(headers, HOST)
                        : elements.stream().map(e -> e.getOrDefault("host", "")).toList();
        InetSocketAddress client = peer;
        int hop = 0;
        for (int i = 0; i < addresses.size() && i < MAX_HOPS; i++) {
            Optional<InetAddress> told = address(addresses.get(addresses.size() - 1 - i));
            if (told.isEmpty()) {
                break;
            }
            client = new InetSocketAddress(told.get(), 0);
            hop = i;
            if (!trusts(told.get())) {
                break;
            }
        }
        boolean secure =
                switch (at(schemes, hop).toLowerCase(Locale.ROOT)) {
                    case "https", "wss" -> true;
                    case "http", "ws" -> false;
                    default -> tls;
                };
        return new Visit(client, secure, Visit.authority(at(hosts, hop)).or(() -> host));
    }

    /// What the proxy that many steps from here said; proxies that say it once say it for all.
    private static String at(List<String> values, int hop) {
        return values.isEmpty() ? "" : values.get(Math.max(0, values.size() - 1 - hop));
    }

    private static List<String> values(HttpHeaders headers, String name) {
        var values = new ArrayList<String>();
        for (String line : headers.getAll(name)) {
            for (String value : line.split(",", -1)) {
                values.add(value.strip());
            }
        }
        return values;
    }

    /// The elements of `Forwarded` (RFC 7239, section 4), names in lower case.
    private static List<Map<String, String>> elements(HttpHeaders headers) {
        var elements = new ArrayList<Map<String, String>>();
        for (String line : headers.getAll(FORWARDED)) {
            for (String element : split(line, ',')) {
                var pairs = new java.util.HashMap<String, String>();
                for (String pair : split(element, ';')) {
                    int equals = pair.indexOf('=');
                    if (equals > 0) {
                        pairs.putIfAbsent(
                                pair.substring(0, equals).strip().toLowerCase(Locale.ROOT),
                                unquoted(pair.substring(equals + 1).strip()));
                    }
                }
                elements.add(pairs);
            }
        }
        return elements;
    }

    /// Splits outside of quoted texts.
    private static List<String> split(String text, char separator) {
        var parts = new ArrayList<String>();
        boolean quoted = false;
        int from = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"') {
                quoted = !quoted;
            } else if (c == '\\' && quoted) {
                i++;
            } else if (c == separator && !quoted) {
                parts.add(text.substring(from, i));
                from = i + 1;
            }
        }
        parts.add(text.substring(from));
        return parts;
    }

    private static String unquoted(String text) {
        return text.length() >= 2 && text.startsWith("\"") && text.endsWith("\"")
                ? text.substring(1, text.length() - 1).replace("\\", "")
                : text;
    }

    /// An address, with or without a port; empty for `unknown`, made-up names and nonsense.
    private static Optional<InetAddress> address(String text) {
        String address = text;
        if (text.startsWith("[")) {
            int end = text.indexOf(']');
            address = end < 0 ? "" : text.substring(1, end);
        } else if (text.indexOf(':') >= 0 && text.indexOf(':') == text.lastIndexOf(':')) {
            address = text.substring(0, text.indexOf(':'));
        }
        // Zones (%eth0) mean nothing on this computer and are not taken.
        if (address.isEmpty() || address.indexOf('%') >= 0) {
            return Optional.empty();
        }
        try {
            return Optional.of(InetAddress.ofLiteral(address));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
