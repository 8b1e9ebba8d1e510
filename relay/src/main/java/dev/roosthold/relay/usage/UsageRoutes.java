package dev.roosthold.relay.usage;

import dev.roosthold.protocol.SessionId;
import dev.roosthold.protocol.usage.UsageSums;
import dev.roosthold.relay.http.Fields;
import dev.roosthold.relay.http.Request;
import dev.roosthold.relay.http.Response;
import dev.roosthold.relay.http.Routes;
import dev.roosthold.relay.usage.Window.GroupBy;
import java.util.Optional;
import java.util.OptionalLong;

/// `POST /v1/usage/query`.
public final class UsageRoutes {
    /// Latest time of a JavaScript date, in Unix seconds.
    private static final long MAX_TIME = 8_640_000_000_000L;

    private final UsageReports reports;

    public UsageRoutes(UsageReports reports) {
        this.reports = reports;
    }

    public void register(Routes routes) {
        routes.accountBearer("POST", "/v1/usage/query", this::query);
    }

    private Response query(Request request) {
        var fields = Fields.body(request);
        Optional<String> session = fields.nullableText("sessionId");
        OptionalLong start = seconds(fields, "startTime");
        OptionalLong end = seconds(fields, "endTime");
        Optional<String> groupBy = fields.nullableText("groupBy");
        Optional<GroupBy> group = groupBy.flatMap(GroupBy::of);
        if (groupBy.isPresent() && group.isEmpty()) {
            fields.problem("groupBy", "Invalid option: expected one of \"hour\"|\"day\"");
        }
        fields.check();
        if (session.filter(String::isEmpty).isPresent()) {
            return notFound();
        }
        var window =
                new Window(
                        session.map(SessionId::new).orElse(null),
                        start.orElse(0) * 1_000,
                        end.orElse(MAX_TIME) * 1_000,
                        group.orElse(GroupBy.DAY));
        Optional<UsageSums> sums = reports.sums(request.requireCaller(), window);
        return sums.isPresent() ? Response.ok(sums.get()) : notFound();
    }

    private static OptionalLong seconds(Fields fields, String name) {
        return fields.node(name).isNull()
                ? OptionalLong.empty()
                : fields.optionalInteger(name, 0, MAX_TIME);
    }

    private static Response notFound() {
        return Response.error(404, UsageEvents.NOT_FOUND);
    }
}
