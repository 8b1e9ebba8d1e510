package dev.roosthold.jazz.ids;

import dev.roosthold.jazz.encoding.Base58;
import dev.roosthold.jazz.encoding.FormatException;

/// One writer's log: `<author>_session_<suffix>`. A suffix that starts with `z` is random (8
/// bytes), one that starts with `d` and ends with `$` holds a tombstone.
public final class SessionId implements Comparable<SessionId> {
    private static final String MARK = "_session_";
    private static final int MAX_LENGTH = 256;

    private final String text;
    private final Author author;

    private SessionId(String text, Author author) {
        this.text = text;
        this.author = author;
    }

    /// Reads a session id.
    ///
    /// @throws FormatException when it is no session id
    public static SessionId of(String text) {
        int mark = text.indexOf(MARK);
        if (mark < 0 || text.length() > MAX_LENGTH) {
            throw new FormatException("not a session id");
        }
        int suffix = mark + MARK.length();
        if (suffix >= text.length() || (text.charAt(suffix) != 'z' && text.charAt(suffix) != 'd')) {
            throw new FormatException("not a session id");
        }
        return new SessionId(text, Author.of(text.substring(0, mark)));
    }

    /// The session of an author.
    ///
    /// @param suffix as [#suffix(byte\[\])] makes it
    public static SessionId of(Author author, String suffix) {
        return new SessionId(author.text() + MARK + suffix, author);
    }

    /// The last part of a new session id.
    ///
    /// @param random 8 bytes
    public static String suffix(byte[] random) {
        return "z" + Base58.encode(random);
    }

    public String text() {
        return text;
    }

    public Author author() {
        return author;
    }

    /// Whether it may hold nothing but a tombstone.
    public boolean deletes() {
        return text.endsWith("$") && text.charAt(text.indexOf(MARK) + MARK.length()) == 'd';
    }

    @Override
    public int compareTo(SessionId other) {
        return text.compareTo(other.text);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SessionId session && session.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
