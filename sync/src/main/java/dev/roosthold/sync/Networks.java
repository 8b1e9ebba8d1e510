package dev.roosthold.sync;

import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.TreeSet;

/// Which networks this computer is in. Asks the operating system, nobody else.
final class Networks {
    private Networks() {}

    /// Another number when addresses have come or gone.
    static int fingerprint() {
        var addresses = new TreeSet<String>();
        try {
            NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .filter(address -> !address.isLoopbackAddress())
                    .forEach(address -> addresses.add(String.valueOf(address.getHostAddress())));
        } catch (SocketException e) {
            // Then it is as if there were none.
        }
        return addresses.hashCode();
    }
}
