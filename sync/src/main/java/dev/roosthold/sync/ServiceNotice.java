package dev.roosthold.sync;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.roosthold.sync.log.SyncLog;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/// Tells whoever started the daemon as a service how far it is: `NOTIFY_SOCKET`, as systemd reads
/// it. That is one datagram to a Unix socket, which the JDK does not have, so the C library sends
/// it. Nothing is loaded when nobody listens. Thread-safe.
final class ServiceNotice {
    static final String VARIABLE = "NOTIFY_SOCKET";
    static final String READY = "READY=1";
    static final String STOPPING = "STOPPING=1";

    private static final short AF_UNIX = 1;
    private static final int SOCK_DGRAM = 2;
    private static final int SOCK_CLOEXEC = 0x80000;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int LONGEST_PATH = 107;

    private final String socket;
    private final SyncLog log;

    private ServiceNotice(String socket, SyncLog log) {
        this.socket = socket;
        this.log = log;
    }

    /// Does nothing when the variable is not set.
    static ServiceNotice of(Map<String, String> environment, SyncLog log) {
        return new ServiceNotice(environment.getOrDefault(VARIABLE, ""), log);
    }

    /// Sends a line. What cannot be sent is not sent: the daemon works without.
    void send(String line) {
        byte[] path = socket.getBytes(StandardCharsets.UTF_8);
        boolean linux = System.getProperty("os.name", "").startsWith("Linux");
        if (path.length == 0 || path.length > LONGEST_PATH || !linux) {
            return;
        }
        if (path[0] != '/' && path[0] != '@') {
            return;
        }
        try {
            if (!sent(path, line.getBytes(StandardCharsets.UTF_8))) {
                log.debug("notify", "the service manager did not take a notice");
            }
        } catch (Throwable e) {
            log.debug("notify", "no notice can be sent", "kind", e.getClass().getSimpleName());
        }
    }

    private static boolean sent(byte[] path, byte[] line) throws Throwable {
        MethodHandle open =
                function("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
        MethodHandle send =
                function(
                        "sendto",
                        FunctionDescriptor.of(
                                JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS,
                                JAVA_INT));
        MethodHandle close = function("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
        int descriptor = (int) open.invokeExact((int) AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        if (descriptor < 0) {
            return false;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(2 + LONGEST_PATH + 1L, 2);
            address.set(JAVA_SHORT, 0, AF_UNIX);
            MemorySegment.copy(path, 0, address, JAVA_BYTE, 2, path.length);
            boolean named = path[0] == '/';
            if (!named) {
                // A name that is in no directory begins with a zero.
                address.set(JAVA_BYTE, 2, (byte) 0);
            }
            MemorySegment message = arena.allocateFrom(JAVA_BYTE, line);
            long sent =
                    (long)
                            send.invokeExact(
                                    descriptor,
                                    message,
                                    (long) line.length,
                                    MSG_NOSIGNAL,
                                    address,
                                    2 + path.length + (named ? 1 : 0));
            return sent == line.length;
        } finally {
            int _ = (int) close.invokeExact(descriptor);
        }
    }

    @SuppressWarnings("restricted") // The launcher allows native code; SQLite needs it too.
    private static MethodHandle function(String name, FunctionDescriptor form) {
        Linker linker = Linker.nativeLinker();
        SymbolLookup library = linker.defaultLookup();
        return linker.downcallHandle(library.findOrThrow(name), form);
    }
}
