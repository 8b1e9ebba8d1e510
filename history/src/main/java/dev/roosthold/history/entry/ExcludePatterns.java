package dev.roosthold.history.entry;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;

/// Which commands stay on this computer: lines that begin with a blank, common forms of secrets,
/// and what the person's own patterns match. They are kept here and never pushed. Thread-safe.
public final class ExcludePatterns {
    /// Characters that are looked at; a longer command is too large to be pushed anyway.
    private static final int LOOKED_AT = 32 * 1024;

    private static final int MAX_PATTERNS = 200;
    private static final int MAX_PATTERN = 1000;

    /// A kind of secret.
    ///
    /// @param name tells the person why
    private record Rule(String name, Pattern pattern) {}

    private static final List<Rule> USUAL =
            Stream.of(
                            rule("begins with a blank", "\\A\\s"),
                            rule("a cloud key", "\\b(AKIA|ASIA|AGPA|AROA)[A-Z0-9]{16}\\b"),
                            rule("a cloud key", "\\bAIza[0-9A-Za-z_-]{35}"),
                            rule("a cloud key", "(?i)aws_?(secret|session)[a-z_]*\\s*[=:]\\s*\\S"),
                            rule("a token", "\\bgh[pousr]_[A-Za-z0-9]{20,}"),
                            rule("a token", "\\bgithub_pat_[A-Za-z0-9_]{20,}"),
                            rule("a token", "\\bglpat-[A-Za-z0-9_-]{16,}"),
                            rule("a token", "\\bnpm_[A-Za-z0-9]{30,}"),
                            rule("a token", "\\bpypi-[A-Za-z0-9_-]{20,}"),
                            rule("a token", "\\bdop_v1_[a-f0-9]{40,}"),
                            rule("a token", "\\bxox[abeoprs]-[A-Za-z0-9-]{10,}"),
                            rule("a token", "\\bsk-[A-Za-z0-9_-]{20,}"),
                            rule("a token", "\\b[sr]k_(live|test)_[A-Za-z0-9]{10,}"),
                            rule("a token", "\\bSG\\.[A-Za-z0-9_-]{16,}\\.[A-Za-z0-9_-]{16,}"),
                            rule(
                                    "a token",
                                    "\\beyJ[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]*"),
                            rule("a private key", "-----BEGIN [A-Z ]*PRIVATE KEY"),
                            rule(
                                    "a password",
                                    "(?i)(password|passwd|passphrase|pwd|pgpassword|sshpass)\\s*[=:]\\s*[^\\s'\"]"),
                            rule(
                                    "a password",
                                    "(?i)(password|passwd|passphrase|pwd)\\s*[=:]\\s*['\"][^'\"]"),
                            rule(
                                    "a password",
                                    "(?i)--(password|passwd|pass|passphrase)[= ]+['\"]?[^-\\s]"),
                            rule("a password", "\\bsshpass\\s+-p\\s*\\S"),
                            rule("a password", "\\b(mysql|mysqldump|mariadb)\\b.*\\s-p[^\\s-]\\S*"),
                            rule("a password", "\\bcurl\\b.*\\s(-u|--user)[= ]*[^\\s:]+:[^\\s]"),
                            rule(
                                    "a password in an address",
                                    "[a-z][a-z0-9+.-]*://[^\\s/:@'\"]+:[^\\s/@'\"]+@"),
                            rule(
                                    "a secret",
                                    "(?i)[a-z0-9_]*(secret|token|api_?key|access_?key|private_?key)[a-z0-9_]*\\s*=\\s*['\"]?[^\\s'\"$]{4,}"),
                            rule(
                                    "a secret",
                                    "(?i)--(token|secret|api-?key|access-?key|account-?key|auth-?token)[= ]+['\"]?[^-\\s$][^\\s]{3,}"),
                            rule("a secret", "(?i)\\b(authorization|x-api-key)\\s*:\\s*\\S"),
                            rule("a secret", "(?i)\\bbearer\\s+[A-Za-z0-9._~+/-]{12,}"))
                    .toList();

    private final List<Rule> own;

    private ExcludePatterns(List<Rule> own) {
        this.own = own;
    }

    private static Rule rule(String name, String pattern) {
        return new Rule(name, Pattern.compile(pattern));
    }

    /// The usual ones alone.
    public static ExcludePatterns usual() {
        return new ExcludePatterns(List.of());
    }

    /// The usual ones and the person's own, regular expressions that are found anywhere in a
    /// command. What is no regular expression is passed over; see [#problem].
    public static ExcludePatterns with(List<String> patterns) {
        List<Rule> own = new ArrayList<>();
        for (String pattern : patterns) {
            if (own.size() < MAX_PATTERNS && problem(pattern).isEmpty()) {
                own.add(rule("matches a pattern of yours", pattern));
            }
        }
        return new ExcludePatterns(List.copyOf(own));
    }

    /// What is wrong with a pattern, if anything.
    public static Optional<String> problem(String pattern) {
        if (pattern.isEmpty() || pattern.length() > MAX_PATTERN) {
            return Optional.of("a pattern has 1 to " + MAX_PATTERN + " characters");
        }
        try {
            Pattern.compile(pattern);
            return Optional.empty();
        } catch (PatternSyntaxException e) {
            return Optional.of("it is no regular expression: " + e.getDescription());
        }
    }

    /// Why a command stays on this computer; empty when it may go. When a pattern takes too long,
    /// the command stays.
    public Optional<String> reason(String command) {
        String text = command.substring(0, Math.min(command.length(), LOOKED_AT));
        for (List<Rule> rules : List.of(USUAL, own)) {
            for (Rule rule : rules) {
                try {
                    if (rule.pattern().matcher(new TimedText(text)).find()) {
                        return Optional.of(rule.name());
                    }
                } catch (TimedText.TooSlow | StackOverflowError _) {
                    return Optional.of("a pattern took too long");
                }
            }
        }
        return Optional.empty();
    }
}
