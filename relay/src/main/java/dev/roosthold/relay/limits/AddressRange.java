package dev.roosthold.relay.limits;

import java.net.InetAddress;
import java.util.Arrays;

/// A range of IP addresses: `10.0.0.0/8`, `2001:db8::/32`, or one address.
public final class AddressRange {
    private final byte[] network;
    private final int bits;

    private AddressRange(byte[] network, int bits) {
        this.network = network;
        this.bits = bits;
    }

    /// Reads an address or a range; names are not looked up.
    ///
    /// @throws IllegalArgumentException with a message for people
    public static AddressRange parse(String text) {
        int slash = text.indexOf('/');
        String address = slash < 0 ? text : text.substring(0, slash);
        byte[] bytes;
        try {
            bytes = InetAddress.ofLiteral(address).getAddress();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(text + " is neither an address nor a range", e);
        }
        int all = bytes.length * 8;
        int bits = all;
        if (slash >= 0) {
            String length = text.substring(slash + 1);
            bits = length.matches("[0-9]{1,3}") ? Integer.parseInt(length) : -1;
        }
        if (bits < 0 || bits > all) {
            throw new IllegalArgumentException(
                    text + ": the number behind the slash is one from 0 to " + all);
        }
        if (!Arrays.equals(masked(bytes, bits), bytes)) {
            throw new IllegalArgumentException(
                    text + " has bits behind the first " + bits + ": is one address meant?");
        }
        return new AddressRange(bytes, bits);
    }

    public boolean contains(InetAddress address) {
        byte[] bytes = address.getAddress();
        return bytes.length == network.length && Arrays.equals(masked(bytes, bits), network);
    }

    private static byte[] masked(byte[] address, int bits) {
        byte[] result = address.clone();
        for (int i = 0; i < result.length; i++) {
            int kept = Math.clamp(bits - i * 8L, 0, 8);
            result[i] &= (byte) (0xFF << (8 - kept));
        }
        return result;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof AddressRange range
                && bits == range.bits
                && Arrays.equals(network, range.network);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(network) + bits;
    }

    @Override
    public String toString() {
        try {
            return InetAddress.getByAddress(network).getHostAddress() + "/" + bits;
        } catch (java.net.UnknownHostException e) {
            throw new IllegalStateException("addresses have 4 or 16 bytes", e);
        }
    }
}
