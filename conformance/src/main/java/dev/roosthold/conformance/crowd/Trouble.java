package dev.roosthold.conformance.crowd;

import java.util.List;

/// What happens to the server and its links while a crowd works. Called by one thread.
public interface Trouble extends AutoCloseable {
    /// Does the next bad thing, and returns when it is over or the server serves again.
    ///
    /// @return a word for what was done
    Kind next() throws Exception;

    /// What was killed so far, where that is known one by one; in the order of time.
    default List<Fault> faults() {
        return List.of();
    }

    /// Makes everything well again, for the end of a run.
    @Override
    void close();

    /// What was done.
    enum Kind {
        NOTHING,
        /// A link was broken and mended.
        LINK,
        /// A clock was set.
        CLOCK,
        /// A disk failed and was mended.
        DISK,
        /// Something was killed and started again.
        KILL,
        /// The power failed, and the server was started again.
        POWER,
        /// Nothing more will happen: the run may end.
        DONE
    }

    /// Nothing ever happens.
    static Trouble none() {
        return new Trouble() {
            @Override
            public Kind next() throws InterruptedException {
                Thread.sleep(50);
                return Kind.NOTHING;
            }

            @Override
            public void close() {
                // Nothing was broken.
            }
        };
    }
}
