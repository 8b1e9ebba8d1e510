package dev.roosthold.dist;

/// The tarball cannot be made; the message is for the person who builds it.
final class BuildException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BuildException(String message) {
        super(message);
    }
}
