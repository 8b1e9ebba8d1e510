package dev.roosthold.sync;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// Where a manager of services listens: a Unix socket for datagrams.
final class NoticeSocket implements AutoCloseable {
    private static final int MOST = 512;
    private final int descriptor;

    NoticeSocket(Path path) throws Throwable {
        descriptor =
                (int)
                        function(
                                        "socket",
                                        FunctionDescriptor.of(
                                                JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT))
                                .invokeExact(1, 2, 0);
        byte[] bytes = path.toString().getBytes(StandardCharsets.UTF_8);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(110, 2);
            address.set(JAVA_SHORT, 0, (short) 1);
            MemorySegment.copy(bytes, 0, address, JAVA_BYTE, 2, bytes.length);
            int bound =
                    (int)
                            function(
                                            "bind",
                                            FunctionDescriptor.of(
                                                    JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT))
                                    .invokeExact(descriptor, address, 110);
            if (descriptor < 0 || bound != 0) {
                throw new IllegalStateException("cannot listen on " + path);
            }
        }
    }

    @SuppressWarnings("restricted")
    private static MethodHandle function(String name, FunctionDescriptor form) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), form);
    }

    /// The next datagram; waits for it.
    String next() throws Throwable {
        MethodHandle receive =
                function(
                        "recv",
                        FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(MOST);
            long read = (long) receive.invokeExact(descriptor, buffer, (long) MOST, 0);
            return new String(buffer.asSlice(0, read).toArray(JAVA_BYTE), StandardCharsets.UTF_8);
        }
    }

    @Override
    public void close() {
        try {
            int _ =
                    (int)
                            function("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT))
                                    .invokeExact(descriptor);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
