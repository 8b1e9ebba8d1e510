package dev.roosthold.relay.push;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;

/// Tells addresses of the public internet from all others, by the registries of special purposes
/// (IANA, RFC 6890). What is not known to be public is not.
final class PublicAddresses {
    private static final List<Block> NOT_PUBLIC_4 =
            List.of(
                    new Block(8, 0),
                    new Block(8, 10),
                    new Block(10, 100, 64), // shared by providers
                    new Block(8, 127),
                    new Block(16, 169, 254),
                    new Block(12, 172, 16),
                    new Block(24, 192, 0, 0),
                    new Block(24, 192, 0, 2),
                    new Block(24, 192, 88, 99),
                    new Block(16, 192, 168),
                    new Block(15, 198, 18),
                    new Block(24, 198, 51, 100),
                    new Block(24, 203, 0, 113),
                    new Block(3, 224)); // multicast and everything above

    /// Global unicast addresses of IPv6 that have begun to be given out.
    private static final Block GLOBAL_6 = new Block(3, 0x20);

    private static final List<Block> NOT_PUBLIC_6 =
            List.of(
                    new Block(23, 0x20, 0x01, 0x00), // protocols, Teredo among them
                    new Block(32, 0x20, 0x01, 0x0d, 0xb8),
                    new Block(16, 0x20, 0x02), // 6to4: leads to an address of IPv4
                    new Block(20, 0x3f, 0xff));

    /// In networks without IPv4 every other address looks like this (RFC 6052).
    private static final Block TRANSLATED = new Block(96, 0x00, 0x64, 0xff, 0x9b);

    private PublicAddresses() {}

    static boolean contain(InetAddress address) {
        byte[] bytes = address.getAddress();
        if (!(address instanceof Inet6Address)) {
            return isPublic4(bytes);
        }
        if (TRANSLATED.contains(bytes)) {
            return isPublic4(Arrays.copyOfRange(bytes, 12, 16));
        }
        return GLOBAL_6.contains(bytes)
                && NOT_PUBLIC_6.stream().noneMatch(block -> block.contains(bytes));
    }

    private static boolean isPublic4(byte[] bytes) {
        return NOT_PUBLIC_4.stream().noneMatch(block -> block.contains(bytes));
    }

    /// Addresses that begin with the same bits.
    private record Block(int bits, int... start) {
        boolean contains(byte[] address) {
            for (int bit = 0; bit < bits; bit += 8) {
                int index = bit / 8;
                int mask = 0xff << Math.max(0, 8 - (bits - bit)) & 0xff;
                int wanted = index < start.length ? start[index] : 0;
                if (((address[index] ^ wanted) & mask) != 0) {
                    return false;
                }
            }
            return true;
        }
    }
}
