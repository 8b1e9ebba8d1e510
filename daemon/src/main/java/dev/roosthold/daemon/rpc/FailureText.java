package dev.roosthold.daemon.rpc;

import java.io.CharConversionException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import org.jspecify.annotations.Nullable;

/// What the caller is told about an exception: its kind. The messages of the exceptions themselves
/// name paths of this computer.
final class FailureText {
    private static final int MAX_REASON = 100;

    private FailureText() {}

    static String of(IOException failure) {
        return switch (failure) {
            case MethodFailure own -> String.valueOf(own.getMessage());
            case NoSuchFileException _ -> "No such file or directory";
            case AccessDeniedException _ -> "Permission denied";
            case NotDirectoryException _ -> "Not a directory";
            case FileAlreadyExistsException _ -> "It exists already";
            case DirectoryNotEmptyException _ -> "The directory is not empty";
            case FileSystemLoopException _ -> "Too many links";
            case FileSystemException system -> reason(system.getReason());
            case CharConversionException _ -> "The text is not valid";
            case CharacterCodingException _ -> "The text is not valid";
            default -> "Reading or writing failed";
        };
    }

    /// The system's own words ("No space left on device"). A text with a slash may hold a path.
    private static String reason(@Nullable String reason) {
        return reason == null || reason.length() > MAX_REASON || reason.contains("/")
                ? "Reading or writing failed"
                : reason;
    }
}
