package dev.roosthold.client;

import dev.roosthold.protocol.MachineId;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The credential with which a machine was added, `machineId:secret`. It proves the machine to the
/// relay and nothing else: no encryption key follows from it. Prints only the machine id.
///
/// @param machine 21 characters
/// @param secret 21 to 128 characters
public record MachineToken(MachineId machine, String secret) {
    private static final Pattern FORM =
            Pattern.compile("([A-Za-z0-9_-]{21}):([A-Za-z0-9_-]{21,128})");
    private static final String WRONG_FORM =
            "a machine token is the text <id>:<secret> that the web page showed when the"
                    + " machine was added; this one is cut off or has other characters";

    public MachineToken {
        if (!FORM.matcher(machine.value() + ":" + secret).matches()) {
            throw new IllegalArgumentException(WRONG_FORM);
        }
    }

    /// Reads a pasted token; blanks around it do no harm.
    ///
    /// @throws IllegalArgumentException with a message for people that repeats nothing of the text
    public static MachineToken parse(String text) {
        Matcher form = FORM.matcher(text.strip());
        if (!form.matches()) {
            throw new IllegalArgumentException(WRONG_FORM);
        }
        return new MachineToken(new MachineId(form.group(1)), form.group(2));
    }

    @Override
    public String toString() {
        return machine + ":[redacted]";
    }
}
