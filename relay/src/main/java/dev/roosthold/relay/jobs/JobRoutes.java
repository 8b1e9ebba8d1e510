package dev.roosthold.relay.jobs;

import dev.roosthold.protocol.JobId;
import dev.roosthold.protocol.MachineId;
import dev.roosthold.protocol.Success;
import dev.roosthold.protocol.machines.JobMismatch;
import dev.roosthold.relay.http.BadRequest;
import dev.roosthold.relay.http.Fields;
import dev.roosthold.relay.http.Request;
import dev.roosthold.relay.http.Response;
import dev.roosthold.relay.http.Routes;
import dev.roosthold.relay.limits.Texts;
import dev.roosthold.relay.machines.Reach;
import java.time.Duration;
import java.util.regex.Pattern;

/// `/v1/machines/:id/jobs`: for the machine and its owner.
public final class JobRoutes {
    private static final String LIST = "/v1/machines/:id/jobs";
    private static final String ONE = LIST + "/:jobId";
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    /// Characters; a prompt of some pages, encrypted.
    private static final int MAX_DATA = 128 << 10;

    private static final int MAX_BODY = 1 << 20;

    private final Jobs jobs;

    public JobRoutes(Jobs jobs) {
        this.jobs = jobs;
    }

    public void register(Routes routes) {
        routes.bearer("GET", LIST, this::list);
        routes.withBodyLimit(MAX_BODY).bearer("PUT", ONE, this::put);
        routes.bearer("DELETE", ONE, this::remove);
    }

    private Response list(Request request) {
        MachineId machine = Reach.named(request);
        if (!Reach.mayTouch(request.requireCaller(), machine)) {
            return Reach.forbidden();
        }
        return jobs.list(request.requireCaller(), machine)
                .<Response>map(Response::ok)
                .orElseGet(Reach::notFound);
    }

    private Response put(Request request) {
        MachineId machine = Reach.named(request);
        if (!Reach.mayTouch(request.requireCaller(), machine)) {
            return Reach.forbidden();
        }
        String id = request.parameter("jobId");
        if (!ID.matcher(id).matches()) {
            throw new BadRequest("params/jobId must match " + ID.pattern());
        }
        var fields = Fields.body(request);
        String data = fields.text("data", 1, MAX_DATA);
        if (!Texts.isWellFormed(data)) {
            fields.problem("data", "Invalid string: half of a surrogate pair");
        }
        int expectedVersion = fields.version("expectedVersion");
        fields.check();
        return switch (jobs.put(
                request.requireCaller(), machine, new JobId(id), data, expectedVersion)) {
            case JobWrite.Saved(var job) -> Response.ok(job);
            case JobWrite.Mismatch(var current) ->
                    new Response.Json(
                            409, current.map(JobMismatch::with).orElseGet(JobMismatch::absent));
            case JobWrite.TooMany(var text) -> Response.tooMany(text, Duration.ofMinutes(1));
            case JobWrite.UnknownMachine() -> Reach.notFound();
        };
    }

    /// An unknown machine is told like an unknown job of a known one.
    private Response remove(Request request) {
        MachineId machine = Reach.named(request);
        if (!Reach.mayTouch(request.requireCaller(), machine)) {
            return Reach.forbidden();
        }
        return jobs.remove(request.requireCaller(), machine, new JobId(request.parameter("jobId")))
                ? Response.ok(Success.OK)
                : Response.error(404, "Job not found");
    }
}
