package dev.roosthold.cli;

import dev.roosthold.client.account.SignIn;
import dev.roosthold.client.pairing.Approver;
import dev.roosthold.crypto.PairingLink;
import dev.roosthold.protocol.Codec;
import dev.roosthold.protocol.auth.Device;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "link",
        description = "Lets another device into your account, by the link that it shows.")
final class LinkCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    @Parameters(
            index = "0",
            paramLabel = "LINK",
            description = "happy://terminal?..., happy:///account?..., or the web address.")
    private String text;

    @Option(names = "--yes", description = "Does not ask.")
    private boolean yes;

    @Mixin private HomeOption home;
    @Mixin private JsonOption json;

    @Override
    public Integer call() throws InterruptedException {
        PairingLink link =
                PairingLink.parse(text)
                        .orElseThrow(
                                () ->
                                        new CommandFailure(
                                                "this is no link of a device",
                                                "Copy all of it, and put it in quotes: the shell"
                                                        + " takes ? and # for itself.",
                                                ExitStatus.USAGE));
        try (Access access = Access.of(home)) {
            if (!(access.signIn().orElse(null) instanceof SignIn.Whole whole)) {
                throw new CommandFailure(
                        "only a device with the whole account can let others in",
                        "This one has a " + access.kind() + "'s access.");
            }
            Approver approver = access.account().approver(whole.secret());
            boolean secret = look(access, approver, link);
            if (!yes) {
                describe(access, link, secret);
                if (!Ask.yes("Let it in?")) {
                    throw new CommandFailure("nobody was let in", "");
                }
            }
            return tell(access, approver.approve(link, secret, PATIENCE));
        }
    }

    /// Whether the newcomer gets the secret of the account.
    private static boolean look(Access access, Approver approver, PairingLink link)
            throws InterruptedException {
        return switch (approver.look(link)) {
            case Approver.Request.Waiting(boolean whole) -> whole;
            case Approver.Request.Answered() ->
                    throw new CommandFailure(
                            "somebody has let this device in already",
                            "If that was not you, start again on the device for a new link.");
            case Approver.Request.Unknown() -> throw nobody();
            case Approver.Request.Failed(String reason) ->
                    throw Relays.unreachable(access.server(), reason);
        };
    }

    private static void describe(Access access, PairingLink link, boolean secret) {
        System.err.println(
                switch (link.purpose()) {
                            case TERMINAL -> "A terminal asks to be let into your account at ";
                            case ACCOUNT -> "A device asks to be let into your account at ";
                        }
                        + access.server()
                        + ".");
        System.err.println(
                secret
                        ? "It gets the WHOLE account: it can read everything, act as you and let"
                                + " others in."
                        : "It can run sessions that you can read, and read no others; and it acts"
                                + " at the relay as your account.");
        System.err.println("Code on a screen of this program: " + link.compareCode());
        System.err.println("Let it in only if you have just started this yourself.");
    }

    private int tell(Access access, Approver.Approval approval) {
        return switch (approval) {
            case Approver.Approval.CameIn(Device device) -> {
                String name = Printable.line(device.name());
                if (json.wanted()) {
                    System.out.println(Codec.printText(new Done(true, device.id().value(), name)));
                } else {
                    System.out.println(
                            "Let in: "
                                    + name
                                    + (device.lastAddress() == null
                                            ? ""
                                            : " from " + Printable.line(device.lastAddress()))
                                    + ".");
                }
                yield ExitStatus.DONE;
            }
            case Approver.Approval.NotSeen() -> {
                if (json.wanted()) {
                    System.out.println(Codec.printText(new Done(false, null, null)));
                }
                throw new CommandFailure(
                        "the relay took the answer, but no device has come in",
                        "It may have gone away, or someone else had let it in before. Look at the"
                                + " device; if it waits still, start again there.",
                        ExitStatus.TIMEOUT);
            }
            case Approver.Approval.Unknown() -> throw nobody();
            case Approver.Approval.SignedOut _ -> throw Access.notSignedIn();
            case Approver.Approval.Failed(String reason) ->
                    throw Relays.unreachable(access.server(), Printable.line(reason));
        };
    }

    private static CommandFailure nobody() {
        return new CommandFailure(
                "nobody waits with this link",
                "It expires after 10 minutes. Start again on the device; is it at the same relay?",
                ExitStatus.NOT_FOUND);
    }

    private record Done(boolean taken, @Nullable String device, @Nullable String name) {}
}
