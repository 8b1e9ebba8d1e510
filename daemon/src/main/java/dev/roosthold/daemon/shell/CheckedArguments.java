package dev.roosthold.daemon.shell;

import dev.roosthold.daemon.rpc.MethodFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Arguments for a program of which only listed options are passed on: an option that is not known
/// might start a program, read a file or follow links. Short options may be joined (`-in`), values
/// may be joined or apart, as the program itself reads them.
///
/// @param options as they go to the program, each with its value attached
/// @param names of the options that were given, in their long or only form as listed
/// @param rest what is no option, in order
record CheckedArguments(List<String> options, List<String> names, List<String> rest) {
    /// What to do with an option.
    enum Kind {
        /// Takes no value.
        FLAG,
        /// Takes a value.
        VALUE,
        /// Takes no value, and is left out: what it asks for is not done here.
        IGNORED
    }

    static CheckedArguments of(List<String> arguments, Map<String, Kind> known)
            throws MethodFailure {
        List<String> options = new ArrayList<>();
        List<String> names = new ArrayList<>();
        List<String> rest = new ArrayList<>();
        boolean onlyRest = false;
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            if (argument.indexOf('\0') >= 0) {
                throw new MethodFailure("An argument contains a null character");
            }
            if (onlyRest || argument.equals("-") || !argument.startsWith("-")) {
                rest.add(argument);
            } else if (argument.equals("--")) {
                onlyRest = true;
            } else {
                String next = i + 1 < arguments.size() ? arguments.get(i + 1) : null;
                boolean tookNext =
                        argument.startsWith("--")
                                ? takeLong(argument, next, known, options, names)
                                : takeShort(argument, next, known, options, names);
                if (tookNext) {
                    i++;
                }
            }
        }
        return new CheckedArguments(List.copyOf(options), List.copyOf(names), List.copyOf(rest));
    }

    private static boolean takeLong(
            String argument,
            @Nullable String next,
            Map<String, Kind> known,
            List<String> options,
            List<String> names)
            throws MethodFailure {
        int equals = argument.indexOf('=');
        String name = equals < 0 ? argument : argument.substring(0, equals);
        return switch (kind(name, known)) {
            case IGNORED -> false;
            case FLAG -> {
                if (equals >= 0) {
                    throw new MethodFailure(name + " takes no value");
                }
                options.add(name);
                names.add(name);
                yield false;
            }
            case VALUE -> {
                names.add(name);
                options.add(equals >= 0 ? argument : name + "=" + required(name, next));
                yield equals < 0;
            }
        };
    }

    private static boolean takeShort(
            String argument,
            @Nullable String next,
            Map<String, Kind> known,
            List<String> options,
            List<String> names)
            throws MethodFailure {
        for (int at = 1; at < argument.length(); at++) {
            String name = "-" + argument.charAt(at);
            switch (kind(name, known)) {
                case IGNORED -> {}
                case FLAG -> {
                    options.add(name);
                    names.add(name);
                }
                case VALUE -> {
                    names.add(name);
                    boolean joined = at + 1 < argument.length();
                    // Apart, so that no program sees another separator in it.
                    options.add(name);
                    options.add(joined ? argument.substring(at + 1) : required(name, next));
                    return !joined;
                }
            }
        }
        return false;
    }

    private static String required(String name, @Nullable String value) throws MethodFailure {
        if (value == null) {
            throw new MethodFailure(name + " needs a value");
        }
        return value;
    }

    private static Kind kind(String name, Map<String, Kind> known) throws MethodFailure {
        Kind kind = known.get(name);
        if (kind == null) {
            String shown = name.length() <= 40 ? name : name.substring(0, 40) + "...";
            throw new MethodFailure("The option " + shown + " is not allowed from afar");
        }
        return kind;
    }
}
