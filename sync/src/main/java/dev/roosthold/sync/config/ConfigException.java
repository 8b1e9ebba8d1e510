package dev.roosthold.sync.config;

/// A setting that stops the start. The message is one line: where it stands, which it is, why.
public final class ConfigException extends Exception {
    private static final long serialVersionUID = 1;

    /// What the process ends with for it.
    public static final int STATUS = 78;

    ConfigException(String source, String key, String reason) {
        super(source + ": " + key + ": " + reason, null, false, false);
    }
}
