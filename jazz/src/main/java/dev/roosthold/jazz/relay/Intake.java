package dev.roosthold.jazz.relay;

import dev.roosthold.jazz.crypto.RunningHash;
import dev.roosthold.jazz.crypto.Verifier;
import dev.roosthold.jazz.encoding.Utf8Buffer;
import dev.roosthold.jazz.ids.Signature;
import dev.roosthold.jazz.value.Content;
import dev.roosthold.jazz.value.Transaction;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Content that is hashed and waits for its signatures to be checked, several pieces at once.
final class Intake {
    /// Fewer signatures than this are checked on the calling thread.
    private static final int PARALLEL_FROM = 6;

    /// New transactions of one session.
    ///
    /// @param begun whether the session is new
    /// @param hash of the session with them
    /// @param author null when nobody can sign for it
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Batch(
            SessionHead session,
            boolean begun,
            List<Transaction> added,
            RunningHash hash,
            byte[] signed,
            Signature signature,
            @Nullable Verifier author) {

        static Batch of(
                SessionHead session,
                boolean begun,
                List<Transaction> added,
                RunningHash before,
                Signature signature,
                @Nullable Verifier author) {
            RunningHash hash = before.copy();
            var buffer = new Utf8Buffer();
            for (Transaction transaction : added) {
                buffer.clear();
                transaction.canonical(buffer);
                hash.add(buffer.array(), buffer.size());
            }
            return new Batch(session, begun, added, hash, hash.signedBytes(), signature, author);
        }

        private boolean isSound() {
            return author != null && author.verifies(signature, signed);
        }
    }

    /// One piece of content.
    ///
    /// @param created whether the value is new
    /// @param gap whether transactions are missing in between
    record Staged(
            RelayPeer peer,
            Head head,
            boolean created,
            Content content,
            boolean gap,
            List<Batch> batches) {}

    private final List<Staged> staged = new ArrayList<>();

    boolean isEmpty() {
        return staged.isEmpty();
    }

    void add(Staged piece) {
        staged.add(piece);
    }

    /// Told of each piece in the order in which they were added.
    interface Judged {
        /// One piece was judged.
        ///
        /// @param sound which of its batches are signed by their authors
        void judged(Staged piece, List<Batch> sound) throws java.sql.SQLException;
    }

    /// Checks all signatures and empties this.
    void judge(Judged judged) throws java.sql.SQLException {
        List<Staged> pieces = List.copyOf(staged);
        staged.clear();
        List<Batch> all = pieces.stream().flatMap(piece -> piece.batches().stream()).toList();
        boolean[] sound = new boolean[all.size()];
        IntStream places = IntStream.range(0, sound.length);
        (sound.length < PARALLEL_FROM ? places : places.parallel())
                .forEach(i -> sound[i] = all.get(i).isSound());
        int at = 0;
        for (Staged piece : pieces) {
            var good = new ArrayList<Batch>(piece.batches().size());
            for (Batch batch : piece.batches()) {
                if (sound[at++]) {
                    good.add(batch);
                }
            }
            judged.judged(piece, good);
        }
    }

    void clear() {
        staged.clear();
    }
}
