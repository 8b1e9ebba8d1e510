package dev.roosthold.dist;

import java.util.Locale;

/// What the tarball runs on: the platform of this JDK, because a runtime image can only be made of
/// modules of the JDK at hand.
///
/// @param system `linux` or `macos`
/// @param processor as `uname -m` names it
record Platform(String system, String processor) {

    static Platform current() {
        String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String processor = System.getProperty("os.arch");
        return new Platform(
                system.startsWith("mac") ? "macos" : system.replaceAll("[^a-z0-9]", ""),
                processor.equals("amd64") ? "x86_64" : processor);
    }

    @Override
    public String toString() {
        return system + "-" + processor;
    }
}
