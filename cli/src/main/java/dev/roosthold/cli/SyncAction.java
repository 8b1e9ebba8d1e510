package dev.roosthold.cli;

import dev.roosthold.history.HistoryException;
import dev.roosthold.history.ipc.SyncConnectionException;
import dev.roosthold.history.ipc.SyncError;
import dev.roosthold.history.ipc.SyncRefusedException;
import dev.roosthold.history.keys.InvalidPhraseException;
import dev.roosthold.history.keys.KeyFileException;
import dev.roosthold.history.store.StoreException;
import dev.roosthold.protocol.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;

/// A command of `roost sync` or `roost history`: turns every failure that can be expected into what
/// happened, what to do next, and an exit status.
abstract class SyncAction implements Callable<Integer> {
    @Mixin protected SyncAccess sync;

    /// Returns the exit status.
    abstract int run() throws IOException, InterruptedException;

    @Override
    public final Integer call() throws IOException, InterruptedException {
        try {
            return run();
        } catch (CommandFailure e) {
            throw told(e);
        } catch (SyncConnectionException e) {
            throw told(
                    new CommandFailure(
                            String.valueOf(e.getMessage()), whyNotUp(), SyncStatus.NO_DAEMON));
        } catch (SyncRefusedException e) {
            throw told(refused(e.error()));
        } catch (InvalidPhraseException e) {
            throw told(
                    new CommandFailure(
                            String.valueOf(e.getMessage()),
                            "It has 24 words. Check each against what you wrote down.",
                            SyncStatus.INVALID_PHRASE));
        } catch (HistoryException e) {
            throw told(ofHistory(e));
        } catch (KeyFileException | StoreException e) {
            throw told(new CommandFailure(String.valueOf(e.getMessage()), cause(e)));
        }
    }

    private static String cause(Exception e) {
        return e.getCause() == null
                ? ""
                : "Look at the rights of the file and at the room on the disk.";
    }

    /// For a script the failure is an object too.
    private CommandFailure told(CommandFailure failure) {
        if (sync.json()) {
            sync.print(
                    JsonObject.empty()
                            .with(
                                    "error",
                                    JsonObject.empty()
                                            .with("message", String.valueOf(failure.getMessage()))
                                            .with("status", failure.status())));
        }
        return failure;
    }

    private String whyNotUp() {
        try {
            String said = Files.readString(SyncAccess.startLog(sync.config().socket())).strip();
            return (said.isEmpty() ? "" : said + "\n") + "`roost sync doctor` looks for the cause.";
        } catch (IOException | CommandFailure _) {
            return "`roost sync doctor` looks for the cause.";
        }
    }

    static CommandFailure refused(SyncError error) {
        String hint = error.hint().orElse("");
        return switch (error.code()) {
            case SyncError.NOT_INITIALIZED ->
                    new CommandFailure(
                            error.data().text("state").orElse("").equals("INITIALIZING")
                                    ? "syncing is just being set up"
                                    : "syncing is not set up on this computer",
                            error.data().text("state").orElse("").equals("INITIALIZING")
                                    ? "Try again in a moment."
                                    : "`roost sync init` begins, `roost sync join` adds this"
                                            + " computer to what another one has.",
                            SyncStatus.NOT_INITIALISED);
            case SyncError.INVALID_CREDENTIALS ->
                    new CommandFailure(
                            "the credentials are not valid: " + error.message(),
                            hint,
                            SyncStatus.INVALID_PHRASE);
            case SyncError.UNREACHABLE ->
                    new CommandFailure(
                            "the relay cannot be reached",
                            hint.isEmpty()
                                    ? "Nothing is lost: it is sent when the relay can be reached."
                                    : hint,
                            SyncStatus.NO_RELAY);
            case SyncError.STORAGE_FULL ->
                    new CommandFailure(
                            "the queue of the sync daemon is full, or its disk",
                            "`roost sync queue list` shows what waits; `roost sync now` sends it.");
            default -> new CommandFailure(error.message(), hint);
        };
    }

    private static CommandFailure ofHistory(HistoryException e) {
        String what = String.valueOf(e.getMessage());
        return switch (e.reason()) {
            case NO_KEYS ->
                    new CommandFailure(
                            what,
                            "`roost sync init` makes some, `roost sync join` takes those of another"
                                    + " computer.",
                            SyncStatus.NOT_INITIALISED);
            case FOREIGN_ACCOUNT ->
                    new CommandFailure(
                            what,
                            "`roost sync reset` and then `roost sync join` with the phrase of the"
                                    + " account you want.",
                            SyncStatus.INVALID_PHRASE);
            case ROTATED ->
                    new CommandFailure(
                            what,
                            "`roost sync join` with the new phrase lets this computer send again.",
                            SyncStatus.INVALID_PHRASE);
            case NOT_FOUND, INVALID -> new CommandFailure(what, "");
        };
    }
}
