package dev.roosthold.sync;

/// The daemon cannot start.
public final class StartFailure extends Exception {
    private static final long serialVersionUID = 1;

    /// The database cannot be written.
    public static final int IO = 74;

    /// Another daemon is running.
    public static final int RUNNING = 75;

    /// Something is open to others, or stands where the socket should.
    public static final int PERMISSION = 77;

    private final int status;

    StartFailure(int status, String message) {
        super(message, null, false, false);
        this.status = status;
    }

    /// What the process ends with.
    public int status() {
        return status;
    }
}
