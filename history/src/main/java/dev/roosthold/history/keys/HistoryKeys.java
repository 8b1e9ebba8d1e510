package dev.roosthold.history.keys;

import java.util.ArrayList;
import java.util.List;

/// The keys in use and those of before a rotation. Sealing takes the present ones; opening tries
/// them first and the older ones after. Thread-safe until it is closed.
public final class HistoryKeys implements AutoCloseable {
    private final MasterKey master;
    private final List<MasterKey> older;
    private final String keyId;
    private final ContentKey command;
    private final ContentKey preference;
    private final List<ContentKey> olderCommands = new ArrayList<>();
    private final List<ContentKey> olderPreferences = new ArrayList<>();

    /// Owns the keys from now on.
    public HistoryKeys(MasterKey master, List<MasterKey> older) {
        this.master = master;
        this.older = List.copyOf(older);
        keyId = master.keyId();
        command = master.commandKey();
        preference = master.preferenceKey();
        for (MasterKey one : older) {
            olderCommands.add(one.commandKey());
            olderPreferences.add(one.preferenceKey());
        }
    }

    public MasterKey master() {
        return master;
    }

    public List<MasterKey> older() {
        return older;
    }

    /// See [MasterKey#keyId].
    public String keyId() {
        return keyId;
    }

    public String sealCommand(byte[] plaintext) {
        return command.sealText(plaintext);
    }

    public String sealPreference(byte[] plaintext) {
        return preference.sealText(plaintext);
    }

    /// @throws DecryptionException when no key opens it
    public byte[] openCommand(String blob) {
        return open(command, olderCommands, blob);
    }

    /// @throws DecryptionException when no key opens it
    public byte[] openPreference(String blob) {
        return open(preference, olderPreferences, blob);
    }

    private static byte[] open(ContentKey now, List<ContentKey> before, String blob) {
        try {
            return now.openText(blob);
        } catch (DecryptionException e) {
            for (ContentKey one : before) {
                try {
                    return one.openText(blob);
                } catch (DecryptionException _) {
                    // The next one, or the failure of the present key.
                }
            }
            throw e;
        }
    }

    @Override
    public void close() {
        master.close();
        older.forEach(MasterKey::close);
        command.close();
        preference.close();
        olderCommands.forEach(ContentKey::close);
        olderPreferences.forEach(ContentKey::close);
    }

    @Override
    public String toString() {
        return "HistoryKeys[" + keyId + "]";
    }
}
