package dev.roosthold.relay.http;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/// A request body as it arrives. Grows with what has arrived, never with what was announced. One
/// thread at a time.
final class Body {
    enum Outcome {
        OK,
        TOO_LARGE,
        OVER_BUDGET
    }

    private final BodyBudget budget;
    private final int limit;
    private final int longest;
    private byte[] bytes = new byte[0];
    private int size;

    /// @param announced length that the client named, or more when it named none
    Body(BodyBudget budget, int limit, long announced) {
        this.budget = budget;
        this.limit = limit;
        this.longest = (int) Math.min(limit, announced);
    }

    Outcome add(ByteBuf piece) {
        int more = piece.readableBytes();
        if (more > longest - size) {
            return Outcome.TOO_LARGE;
        }
        if (more > bytes.length - size) {
            long doubled = Math.max(bytes.length * 2L, size + more);
            int capacity = (int) Math.min(longest, doubled);
            if (!budget.take(capacity - bytes.length)) {
                return Outcome.OVER_BUDGET;
            }
            bytes = Arrays.copyOf(bytes, capacity);
        }
        piece.getBytes(piece.readerIndex(), bytes, size, more);
        size += more;
        return Outcome.OK;
    }

    /// Most bytes that are taken.
    int limit() {
        return limit;
    }

    byte[] bytes() {
        return bytes;
    }

    int size() {
        return size;
    }

    /// Gives the memory back to the budget.
    void release() {
        budget.giveBack(bytes.length);
        bytes = new byte[0];
        size = 0;
    }
}
