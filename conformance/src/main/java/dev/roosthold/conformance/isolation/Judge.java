package dev.roosthold.conformance.isolation;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// Compares what an id of somebody else gets with what its twin gets, and remembers what is wrong.
/// Used by one thread.
final class Judge {
    private static final Pattern NUMBERS =
            Pattern.compile(
                    "\"(createdAt|updatedAt|timestamp|activeAt|lastActiveAt|lastSeen|time|seq|lastSeq|rev)\":[0-9]+");
    private static final Pattern MADE = Pattern.compile("\\bc[a-z0-9]{24}\\b");
    private static final Pattern SHORT = Pattern.compile("\"id\":\"[A-Za-z0-9]{12}\"");
    private static final Pattern TOKEN = Pattern.compile("\"token\":\"[A-Za-z0-9_-]{43}\"");
    private static final Pattern OFFSET = Pattern.compile("},\"[0-9]+\"]$");
    private static final Pattern SIGNED =
            Pattern.compile("expires=[0-9]+&size=[0-9]+&signature=[A-Za-z0-9_-]+");

    private final List<String> violations = new ArrayList<>();
    private final Set<String> failing = new TreeSet<>();
    private final Set<String> silent = new TreeSet<>();
    private int tries;

    /// Judges two answers to the same request.
    void compare(String what, String where, Id id, Rest.Answer foreign, Rest.Answer nobodys) {
        tries++;
        if (foreign.status() >= 500 && nobodys.status() >= 500) {
            failing.add(where + " answers " + foreign.status());
        }
        if (foreign.status() == 429 || nobodys.status() == 429) {
            add(what, "was limited and so not tried");
        } else if (!alike(id, foreign, nobodys)
                && Allowance.of(where, id.name())
                        .filter(a -> a.covers(foreign.status(), foreign.body()))
                        .isEmpty()) {
            add(what, "tells somebody's id, " + foreign + ", from nobody's, " + nobodys);
        }
    }

    /// Judges two acknowledgements of the same event, or their absence.
    void compare(
            String what,
            String where,
            Id id,
            Optional<String> foreign,
            Optional<String> nobodys,
            boolean answered) {
        tries++;
        String said = foreign.orElse("");
        if (answered && foreign.isEmpty() && nobodys.isEmpty()) {
            silent.add(where);
        } else if (said.contains("Too many requests")) {
            add(what, "was limited and so not tried");
        } else if (!foreign.map(text -> neutral(text, id.value()))
                        .equals(nobodys.map(text -> neutral(text, id.twin())))
                && Allowance.of(where, id.name()).filter(a -> a.covers(0, said)).isEmpty()) {
            add(what, "tells somebody's id, " + foreign + ", from nobody's, " + nobodys);
        }
    }

    /// Judges what two events caused.
    void compareCaused(String what, Id id, List<String> foreign, List<String> nobodys) {
        List<String> one =
                foreign.stream().map(text -> neutral(text, id.value())).sorted().toList();
        List<String> other =
                nobodys.stream().map(text -> neutral(text, id.twin())).sorted().toList();
        if (!one.equals(other)) {
            add(what, "causes " + one + " for somebody's id and " + other + " for nobody's");
        }
    }

    /// Looks for texts that must not be there.
    void noneOf(String what, List<String> marks, String text) {
        for (String mark : marks) {
            if (text.contains(mark)) {
                add(what, "shows " + mark + " in " + shortened(text));
            }
        }
    }

    void add(String what, String wrong) {
        violations.add(what + ": " + wrong);
    }

    List<String> violations() {
        return List.copyOf(violations);
    }

    int tries() {
        return tries;
    }

    /// Whether it was found that the server does not acknowledge this event when an id is wrong,
    /// which the contract wants and which tells nobody anything.
    boolean isSilent(String event) {
        return silent.contains(event);
    }

    /// Answers that are the same for everybody's ids and still not as the contract has them.
    List<String> notBest() {
        List<String> notBest = new ArrayList<>(failing);
        silent.forEach(event -> notBest.add(event + " is not acknowledged"));
        return notBest;
    }

    private static boolean alike(Id id, Rest.Answer foreign, Rest.Answer nobodys) {
        return foreign.status() == nobodys.status()
                && foreign.headers().equals(nobodys.headers())
                && neutral(foreign.body(), id.value()).equals(neutral(nobodys.body(), id.twin()));
    }

    /// The text without the id that was sent and without what every answer has of its own.
    private static String neutral(String text, String sent) {
        String neutral =
                text.replace(sent, "<id>")
                        .replace(RouteTry.quoted(sent), "<id>")
                        .replace(URLEncoder.encode(sent, StandardCharsets.UTF_8), "<id>");
        neutral = NUMBERS.matcher(neutral).replaceAll("\"$1\":0");
        neutral = MADE.matcher(neutral).replaceAll("<made>");
        neutral = SHORT.matcher(neutral).replaceAll("\"id\":\"<made>\"");
        neutral = TOKEN.matcher(neutral).replaceAll("\"token\":\"<made>\"");
        neutral = OFFSET.matcher(neutral).replaceAll("}]");
        return SIGNED.matcher(neutral).replaceAll("<signed>");
    }

    private static String shortened(String text) {
        return text.length() > 300 ? text.substring(0, 300) + "..." : text;
    }
}
