package dev.roosthold.client.network;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Which hosts are reached without the proxy: the value of `NO_PROXY`.
///
/// Entries stand between commas or blanks:
///
/// | Entry | Means |
/// |---|---|
/// | `*` | every host |
/// | `example.org` | that host and all below it |
/// | `.example.org`, `*.example.org` | the hosts below it |
/// | `192.0.2.7`, `2001:db8::1`, `[2001:db8::1]` | that address |
/// | `10.0.0.0/8`, `fd00::/8` | the addresses of that network |
/// | any of the above but a network, with `:port` | only at that port |
///
/// Addresses and networks are compared with addresses that stand in the relay's URL; names are
/// never looked up for this. An entry of another form matches nothing.
final class NoProxy {
    private final List<Entry> entries = new ArrayList<>();

    NoProxy(String list) {
        for (String entry : list.split("[,\\s]+", -1)) {
            if (!entry.isEmpty()) {
                parse(entry.toLowerCase(Locale.ROOT)).ifPresent(entries::add);
            }
        }
    }

    /// @param host name or address, IPv6 without brackets
    boolean matches(String host, int port) {
        String name = withoutFinalDot(host.toLowerCase(Locale.ROOT));
        Optional<byte[]> address = address(name);
        return entries.stream().anyMatch(entry -> entry.matches(name, address, port));
    }

    private sealed interface Entry {
        boolean matches(String host, Optional<byte[]> address, int port);
    }

    /// @param onlyPort 0 for all
    private record All(int onlyPort) implements Entry {
        @Override
        public boolean matches(String host, Optional<byte[]> address, int port) {
            return onlyPort == 0 || onlyPort == port;
        }
    }

    /// @param itself whether the domain's own name belongs to it
    /// @param onlyPort 0 for all
    private record Domain(String name, boolean itself, int onlyPort) implements Entry {
        @Override
        public boolean matches(String host, Optional<byte[]> address, int port) {
            return (onlyPort == 0 || onlyPort == port)
                    && address.isEmpty()
                    && (host.endsWith("." + name) || (itself && host.equals(name)));
        }
    }

    private static final class Block implements Entry {
        private final byte[] base;
        private final int bits;
        private final int onlyPort;

        /// @param bits how many leading bits count
        /// @param onlyPort 0 for all
        Block(byte[] base, int bits, int onlyPort) {
            this.base = base;
            this.bits = bits;
            this.onlyPort = onlyPort;
        }

        @Override
        public boolean matches(String host, Optional<byte[]> address, int port) {
            return (onlyPort == 0 || onlyPort == port)
                    && address.filter(this::contains).isPresent();
        }

        private boolean contains(byte[] address) {
            if (address.length != base.length) {
                return false;
            }
            for (int bit = 0; bit < bits; bit++) {
                int mask = 0x80 >> (bit % 8);
                if (((address[bit / 8] ^ base[bit / 8]) & mask) != 0) {
                    return false;
                }
            }
            return true;
        }
    }

    private static Optional<Entry> parse(String entry) {
        int slash = entry.indexOf('/');
        if (slash >= 0) {
            return block(entry.substring(0, slash), entry.substring(slash + 1));
        }
        Optional<byte[]> whole = address(entry);
        if (whole.isPresent()) {
            return Optional.of(new Block(whole.get(), whole.get().length * 8, 0));
        }
        int colon = entry.lastIndexOf(':');
        int port = colon < 0 ? 0 : port(entry.substring(colon + 1));
        if (port < 0) {
            return Optional.empty();
        }
        String given = colon < 0 ? entry : entry.substring(0, colon);
        String host = withoutFinalDot(given);
        if (given.equals("*")) {
            return Optional.of(new All(port));
        }
        Optional<byte[]> address = address(host);
        if (address.isPresent()) {
            return Optional.of(new Block(address.get(), address.get().length * 8, port));
        }
        String name = host.startsWith("*.") ? host.substring(1) : host;
        boolean below = name.startsWith(".");
        String bare = below ? name.substring(1) : name;
        return bare.isEmpty() ? Optional.empty() : Optional.of(new Domain(bare, !below, port));
    }

    private static Optional<Entry> block(String base, String bits) {
        int number = number(bits);
        return address(base)
                .filter(bytes -> number >= 0 && number <= bytes.length * 8)
                .map(bytes -> new Block(bytes, number, 0));
    }

    private static int port(String text) {
        int number = number(text);
        return number == 0 || number > 65_535 ? -1 : number;
    }

    /// -1 when it is none, or too long.
    private static int number(String text) {
        boolean digits = text.chars().allMatch(c -> c >= '0' && c <= '9');
        return text.isEmpty() || text.length() > 5 || !digits ? -1 : Integer.parseInt(text);
    }

    /// The bytes of a literal address. Names are not looked up.
    private static Optional<byte[]> address(String host) {
        String literal =
                host.startsWith("[") && host.endsWith("]")
                        ? host.substring(1, host.length() - 1)
                        : host;
        try {
            return Optional.of(InetAddress.ofLiteral(literal).getAddress());
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static String withoutFinalDot(String host) {
        return host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
    }
}
