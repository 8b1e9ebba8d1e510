package dev.roosthold.relay.catchup;

import dev.roosthold.relay.secrets.SealKey;
import dev.roosthold.relay.socket.ClientScope;
import dev.roosthold.relay.socket.SocketCaller;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.OptionalLong;

/// The `pid` of a socket: what is needed to continue it, sealed together with whom it was given to.
/// Thread-safe.
///
/// ```
/// base64url( version 1 | admittedAt 8 | presented 8, -1 for none | socket id, ASCII | seal 32 )
/// seal = HMAC( length of all before 4 | all before | for each of
///              account, device, kind of scope, id of scope: length 4, UTF-8 )
/// ```
///
/// The owner is in the seal only, not in the text: whoever presents a `pid` says who they are by
/// their credential and their scope, and the seal fits or does not.
record Passes(SealKey key) {
    private static final byte VERSION = 1;
    private static final int HEAD_BYTES = 1 + Long.BYTES + Long.BYTES;

    /// Socket ids have 20 characters.
    private static final int MAX_ID = 64;

    private static final int MAX_TEXT = (HEAD_BYTES + MAX_ID + SealKey.SEAL_BYTES) * 4 / 3 + 4;

    /// What a `pid` says.
    ///
    /// @param admittedAt number of the account's latest update when the socket was let in
    /// @param presented the offset that its client had before
    record Pass(String socketId, long admittedAt, OptionalLong presented) {

        /// Where a client goes on that presents an offset, or none.
        ///
        /// A client keeps the offset it had when it was not recovered, whatever that number meant:
        /// an offset that is still the same says only that no update has come since.
        long from(OptionalLong offset) {
            return offset.isEmpty() || offset.equals(presented)
                    ? admittedAt
                    : Math.max(admittedAt, offset.getAsLong());
        }
    }

    String issue(String socketId, SocketCaller owner) {
        byte[] id = socketId.getBytes(StandardCharsets.US_ASCII);
        if (id.length > MAX_ID) {
            throw new IllegalArgumentException("socket id of " + id.length + " bytes");
        }
        byte[] text =
                ByteBuffer.allocate(HEAD_BYTES + id.length)
                        .put(VERSION)
                        .putLong(owner.admittedAt())
                        .putLong(owner.presentedOffset().orElse(-1))
                        .put(id)
                        .array();
        byte[] seal = key.seal(sealed(text, owner));
        byte[] whole = Arrays.copyOf(text, text.length + seal.length);
        System.arraycopy(seal, 0, whole, text.length, seal.length);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(whole);
    }

    /// Empty unless it was issued by this relay to the same account, credential and scope.
    Optional<Pass> open(String pid, SocketCaller presenter) {
        if (pid.length() > MAX_TEXT) {
            return Optional.empty();
        }
        byte[] whole;
        try {
            whole = Base64.getUrlDecoder().decode(pid);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
        int length = whole.length - SealKey.SEAL_BYTES;
        if (length <= HEAD_BYTES || whole[0] != VERSION) {
            return Optional.empty();
        }
        byte[] text = Arrays.copyOf(whole, length);
        byte[] seal = Arrays.copyOfRange(whole, length, whole.length);
        if (!MessageDigest.isEqual(seal, key.seal(sealed(text, presenter)))) {
            return Optional.empty();
        }
        ByteBuffer in = ByteBuffer.wrap(text, 1, length - 1);
        long admittedAt = in.getLong();
        long presented = in.getLong();
        return Optional.of(
                new Pass(
                        new String(
                                text, HEAD_BYTES, length - HEAD_BYTES, StandardCharsets.US_ASCII),
                        admittedAt,
                        presented < 0 ? OptionalLong.empty() : OptionalLong.of(presented)));
    }

    private static byte[] sealed(byte[] text, SocketCaller owner) {
        String kind;
        String id;
        switch (owner.scope()) {
            case ClientScope.User() -> {
                kind = "u";
                id = "";
            }
            case ClientScope.Session(var session) -> {
                kind = "s";
                id = session.value();
            }
            case ClientScope.Machine(var machine) -> {
                kind = "m";
                id = machine.value();
            }
        }
        return joined(
                text,
                utf8(owner.account().value()),
                utf8(owner.caller().device().value()),
                utf8(kind),
                utf8(id));
    }

    /// With the length of each part, so that no two lists of parts give the same bytes.
    private static byte[] joined(byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += Integer.BYTES + part.length;
        }
        ByteBuffer all = ByteBuffer.allocate(length);
        for (byte[] part : parts) {
            all.putInt(part.length).put(part);
        }
        return all.array();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
