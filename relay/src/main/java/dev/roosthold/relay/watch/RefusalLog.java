package dev.roosthold.relay.watch;

import dev.roosthold.relay.http.RequestListener;
import dev.roosthold.relay.limits.ClientAddress;
import dev.roosthold.relay.limits.LogBudget;
import dev.roosthold.relay.limits.Rate;
import dev.roosthold.relay.socket.ConnectionListener;
import dev.roosthold.relay.socket.SocketCaller;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Logs who was not let in, and why: sign-ins, and requests without a valid token, for what is not
/// theirs, beyond a limit, or refused before they were read.
///
/// Each kind has lines of its own, so that none hides the others: sign-ins 20 and then one in two
/// seconds; the rest 20 and then one a minute, because clients whose credential has ended ask for
/// ever. Thread-safe.
public final class RefusalLog implements RequestListener, ConnectionListener {
    private static final Logger LOG = LoggerFactory.getLogger(RefusalLog.class);

    private static final Rate OF_SIGN_INS = new Rate(20, 0.5);
    private static final Rate OF_REQUESTS = new Rate(20, 1 / 60.0);

    private static final Set<String> SIGN_INS = Set.of("/v1/auth", "/v1/machines/authenticate");

    private static final Map<Integer, String> SIGN_IN_REASONS =
            Map.of(401, "wrong credential", 403, "registration closed", 429, "too many attempts");

    /// One kind of refusal.
    private record Refusal(String message, String reason, LogBudget budget) {
        static Refusal of(String reason) {
            return new Refusal("request refused", reason, LogBudget.of(OF_REQUESTS));
        }

        void log(String at, String address) {
            log(at, reason, address);
        }

        void log(String at, String why, String address) {
            budget.tryTake()
                    .ifPresent(
                            withheld ->
                                    LOG.atInfo()
                                            .addKeyValue("at", at)
                                            .addKeyValue("reason", why)
                                            .addKeyValue("address", address)
                                            .addKeyValue("withheld", withheld)
                                            .log(message));
        }
    }

    private final Refusal signIns = new Refusal("sign-in refused", "", LogBudget.of(OF_SIGN_INS));
    private final Refusal events = Refusal.of("too many events");
    private final Refusal malformed = Refusal.of("malformed request");
    private final Map<Integer, Refusal> requests =
            Map.of(
                    400,
                    malformed,
                    401,
                    Refusal.of("no valid token"),
                    403,
                    Refusal.of("not permitted"),
                    413,
                    malformed,
                    415,
                    malformed,
                    429,
                    Refusal.of("too many requests"));
    private final Map<Integer, Refusal> doors =
            Map.of(
                    403, Refusal.of("origin not allowed"),
                    429, Refusal.of("too many connections"));

    @Override
    public void answered(Answered request) {
        if (SIGN_INS.contains(request.route())) {
            String reason = SIGN_IN_REASONS.get(request.status());
            if (reason != null) {
                signIns.log(request.route(), reason, request.address());
            }
            return;
        }
        Refusal refusal = requests.get(request.status());
        if (refusal != null) {
            refusal.log(request.route(), request.address());
        }
    }

    @Override
    public void turnedAway(int status, String address) {
        doors.getOrDefault(status, malformed).log("(none)", address);
    }

    @Override
    public void refused(String reason, String address) {
        signIns.log("socket", reason, address);
    }

    @Override
    public void limited(SocketCaller socket) {
        events.log("socket", ClientAddress.of(socket.remote()));
    }
}
