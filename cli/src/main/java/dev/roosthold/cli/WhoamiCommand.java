package dev.roosthold.cli;

import dev.roosthold.client.Reply;
import dev.roosthold.client.account.Account;
import dev.roosthold.client.account.SignIn;
import dev.roosthold.protocol.Codec;
import dev.roosthold.protocol.account.Profile;
import dev.roosthold.protocol.auth.Device;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "whoami",
        description = "Shows what this computer is signed in to, and asks whether it still is.")
final class WhoamiCommand implements Callable<Integer> {
    @Mixin private HomeOption home;
    @Mixin private JsonOption json;

    @Override
    public Integer call() throws InterruptedException {
        try (Access access = Access.of(home)) {
            Shown shown = ask(access);
            if (json.wanted()) {
                System.out.println(Codec.printText(shown));
            } else {
                print(shown);
            }
            return shown.status();
        }
    }

    private static Shown ask(Access access) throws InterruptedException {
        Account account = access.account();
        Boolean recovery =
                access.signIn().orElse(null) instanceof SignIn.Whole whole
                        ? whole.recoveryKept()
                        : null;
        Shown unknown =
                new Shown(
                        access.server().toString(),
                        access.kind(),
                        null,
                        null,
                        null,
                        recovery,
                        "online",
                        null);
        // A machine's credential may not read the profile: that it is told so is the proof.
        return switch (account.profile()) {
            case Reply.Success(Profile profile) -> {
                Optional<Device> device =
                        account.listDevices() instanceof Reply.Success(List<Device> devices)
                                ? devices.stream().filter(Device::current).findFirst()
                                : Optional.empty();
                yield new Shown(
                        unknown.server(),
                        unknown.kind(),
                        profile.id().value(),
                        device.map(own -> own.id().value()).orElse(null),
                        device.map(own -> Printable.line(own.name())).orElse(null),
                        recovery,
                        "online",
                        null);
            }
            case Reply.CredentialsRefused(String message) -> unknown.but("signed-out", message);
            case Reply.Denied<Profile> _ -> unknown;
            case Reply.Unavailable(String reason) -> unknown.but("unreachable", reason);
        };
    }

    private static void print(Shown shown) {
        System.out.println("Relay:    " + shown.server());
        System.out.println(
                "Access:   "
                        + switch (shown.kind()) {
                            case Access.WHOLE -> "the whole account";
                            case Access.TERMINAL -> "a terminal's: own sessions only";
                            default -> "a machine's: own sessions only";
                        });
        if (shown.account() != null) {
            System.out.println("Account:  " + shown.account());
        }
        if (shown.device() != null) {
            System.out.println("Device:   " + shown.deviceName() + " (" + shown.device() + ")");
        }
        if (shown.recoveryKept() != null && !shown.recoveryKept()) {
            System.out.println("Recovery: never shown here; `roost recovery export` does");
        }
        System.out.println(
                "State:    "
                        + switch (shown.state()) {
                            case "online" -> "signed in";
                            case "signed-out" ->
                                    "signed out at the relay; `roost login --replace` signs in";
                            default -> "not known, the relay cannot be reached: " + shown.reason();
                        });
    }

    /// What `--json` prints.
    ///
    /// @param state `online`, `signed-out` or `unreachable`
    private record Shown(
            String server,
            String kind,
            @Nullable String account,
            @Nullable String device,
            @Nullable String deviceName,
            @Nullable Boolean recoveryKept,
            String state,
            @Nullable String reason) {

        Shown but(String otherState, String why) {
            return new Shown(
                    server,
                    kind,
                    account,
                    device,
                    deviceName,
                    recoveryKept,
                    otherState,
                    Printable.line(why));
        }

        int status() {
            return switch (state) {
                case "online" -> ExitStatus.DONE;
                case "signed-out" -> ExitStatus.NOT_SIGNED_IN;
                default -> ExitStatus.UNREACHABLE;
            };
        }
    }
}
