package dev.roosthold.history.entry;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/// How much harm a command can do: a rough look at its words, for lists and not for protection. It
/// travels outside the ciphertext, where the sync daemon sees it.
public enum SafetyLevel {
    SAFE,
    MODERATE,
    HIGH,
    CRITICAL;

    private static final int LOOKED_AT = 4096;

    private static final Pattern WIPES =
            Pattern.compile(
                    "\\b(mkfs(\\.\\w+)?|wipefs|shred)\\b|\\bdd\\b[^|;&]*\\bof=/dev/"
                            + "|\\brm\\s+(-\\S+\\s+)*(-\\S*r\\S*)\\s+(-\\S+\\s+)*(/|~|\\$HOME)/?\\*?(\\s|$)"
                            + "|>\\s*/dev/(sd|nvme|disk)|:\\(\\)\\s*\\{");

    private static final Pattern DESTROYS =
            Pattern.compile(
                    "\\brm\\s+(-\\S*r|--recursive)|\\bsudo\\b|\\bdoas\\b|\\bdd\\b"
                            + "|\\bgit\\s+(push\\b.*(--force|\\s-f\\b)|reset\\s+--hard|clean\\s+-\\S*f)"
                            + "|\\bch(mod|own)\\s+-R|\\b(drop|truncate)\\s+(table|database)\\b"
                            + "|\\b(shutdown|reboot|kill(all)?|pkill)\\b"
                            + "|\\b(curl|wget)\\b[^;&]*\\|\\s*(sudo\\s+)?(ba|z|da)?sh\\b"
                            + "|\\b(kubectl|terraform|docker)\\b.*\\b(delete|destroy|prune)\\b");

    private static final Pattern CHANGES =
            Pattern.compile(
                    "\\b(rm|mv|cp|chmod|chown|ln|tee|truncate|install|patch)\\b|\\bsed\\s+-i"
                            + "|[^0-9&]>{1,2}[^&]"
                            + "|\\bgit\\s+(push|commit|merge|rebase|checkout|stash)\\b"
                            + "|\\b(apt|apt-get|brew|npm|pip|pip3|cargo|dnf)\\s+(install|remove|uninstall|upgrade)\\b");

    /// As it travels.
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static SafetyLevel of(String command) {
        String start =
                command.substring(0, Math.min(command.length(), LOOKED_AT))
                        .toLowerCase(Locale.ROOT);
        var bound = new TimedText(start);
        try {
            for (var rule :
                    List.of(
                            java.util.Map.entry(WIPES, CRITICAL),
                            java.util.Map.entry(DESTROYS, HIGH),
                            java.util.Map.entry(CHANGES, MODERATE))) {
                if (rule.getKey().matcher(bound).find()) {
                    return rule.getValue();
                }
            }
        } catch (TimedText.TooSlow _) {
            return HIGH;
        }
        return SAFE;
    }
}
