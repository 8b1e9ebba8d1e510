package dev.roosthold.daemon;

/// The daemon cannot do its work on this computer: a file cannot be read, written or understood.
/// The message is for people and names the file, never its content.
public final class DaemonException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public DaemonException(String message) {
        super(message);
    }

    public DaemonException(String message, Throwable cause) {
        super(message, cause);
    }
}
