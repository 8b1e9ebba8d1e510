package dev.roosthold.relay.watch;

import dev.roosthold.relay.http.RequestListener;
import dev.roosthold.relay.limits.LogBudget;
import dev.roosthold.relay.limits.Rate;
import dev.roosthold.relay.socket.ConnectionListener;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Logs sign-ins that were refused, at most a line every two seconds after the first 20. A request
/// with an invalid bearer is no sign-in: clients repeat it for ever; the metrics count it.
/// Thread-safe.
public final class RefusalLog implements RequestListener, ConnectionListener {
    private static final Logger LOG = LoggerFactory.getLogger(RefusalLog.class);

    private static final Rate USUAL = new Rate(20, 0.5);

    private static final Set<String> SIGN_INS = Set.of("/v1/auth", "/v1/machines/authenticate");

    private static final Map<Integer, String> REASONS =
            Map.of(401, "wrong credential", 403, "registration closed", 429, "too many attempts");

    private final LogBudget budget = LogBudget.of(USUAL);

    @Override
    public void answered(Answered request) {
        String reason = REASONS.get(request.status());
        if (reason != null && SIGN_INS.contains(request.route())) {
            log(request.route(), reason, request.address());
        }
    }

    @Override
    public void refused(String reason, String address) {
        log("socket", reason, address);
    }

    private void log(String at, String reason, String address) {
        budget.tryTake()
                .ifPresent(
                        withheld ->
                                LOG.atInfo()
                                        .addKeyValue("at", at)
                                        .addKeyValue("reason", reason)
                                        .addKeyValue("address", address)
                                        .addKeyValue("withheld", withheld)
                                        .log("sign-in refused"));
    }
}
