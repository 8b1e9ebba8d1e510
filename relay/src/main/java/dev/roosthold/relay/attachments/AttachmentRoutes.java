package dev.roosthold.relay.attachments;

import dev.roosthold.protocol.DeviceId;
import dev.roosthold.protocol.SessionId;
import dev.roosthold.relay.caller.Caller;
import dev.roosthold.relay.http.BadRequest;
import dev.roosthold.relay.http.Fields;
import dev.roosthold.relay.http.Request;
import dev.roosthold.relay.http.Response;
import dev.roosthold.relay.http.Routes;
import dev.roosthold.relay.limits.LimitRegistry;
import dev.roosthold.relay.limits.Rate;
import dev.roosthold.relay.limits.RateLimiter;
import dev.roosthold.relay.secrets.SecretFiles;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/// `/v1/sessions/:id/attachments`: announce, upload, find, download.
///
/// Bytes go by `PUT` and `GET /v1/sessions/:id/attachments/:file`. Those addresses are handed out
/// signed and are then permission enough for [Links#VALIDITY]; a bearer that reaches the session
/// works as well.
public final class AttachmentRoutes {
    private static final Rate UPLOADS = new Rate(60, 1);
    private static final int MAX_FILE_NAME = 1_024;
    private static final String FILE_PATH = "/v1/sessions/:id/attachments/:file";

    private final Attachments attachments;
    private final Links links;
    private final Optional<URI> publicUrl;
    private final RateLimiter uploads;

    /// @param secrets where the key of the signed addresses is kept
    /// @param publicUrl where clients reach the relay; without it they are answered under the host
    ///     that they asked
    /// @param devices whether there is such a device; may block on the store
    public AttachmentRoutes(
            Attachments attachments,
            SecretFiles secrets,
            Optional<URI> publicUrl,
            Predicate<DeviceId> devices,
            InstantSource clock)
            throws IOException {
        this.attachments = attachments;
        this.links = Links.open(secrets, devices, clock);
        this.publicUrl = publicUrl;
        this.uploads = new RateLimiter(UPLOADS, clock);
    }

    /// Names the limits that hold for all relays of a service together.
    public void share(LimitRegistry with) {
        with.add("uploads", uploads);
    }

    public void register(Routes routes) {
        routes.bearer("POST", "/v1/sessions/:id/attachments/request-upload", this::requestUpload);
        routes.bearer(
                "POST", "/v1/sessions/:id/attachments/request-download", this::requestDownload);
        routes.withRawBody(Attachments.MAX_SIZE)
                .linkOrBearer("PUT", FILE_PATH, link("PUT"), this::upload);
        routes.linkOrBearer("GET", FILE_PATH, link("GET"), this::download);
    }

    private Response requestUpload(Request request) {
        var fields = Fields.body(request);
        fields.text("filename", 0, MAX_FILE_NAME);
        long size = fields.integer("size", 1, Long.MAX_VALUE);
        fields.check();
        if (size > Attachments.MAX_SIZE) {
            return Response.error(
                    413, "An attachment may have at most " + Attachments.MAX_SIZE + " bytes");
        }
        Caller caller = request.requireCaller();
        if (!uploads.tryTake(caller.account().value())) {
            return Response.tooMany(
                    "Too many uploads, try again in a minute", Duration.ofSeconds(1));
        }
        SessionId session = session(request);
        return switch (attachments.announce(caller, session, size)) {
            case Announced.As(var file) ->
                    Response.ok(
                            new UploadAnswer(
                                    ref(session, file),
                                    address(request, "PUT", session, file, size),
                                    "PUT"));
            case Announced.NoSession() -> noSession();
            case Announced.OverQuota() ->
                    Response.error(413, "No room left for attachments of this account");
        };
    }

    private Response requestDownload(Request request) {
        var fields = Fields.body(request);
        String ref = fields.text("ref");
        fields.check();
        SessionId session = session(request);
        if (!attachments.isReachable(request.requireCaller(), session)) {
            return noSession();
        }
        String prefix = ref(session, "");
        if (!ref.startsWith(prefix)) {
            return Response.error(400, "Ref does not belong to this session");
        }
        String file = ref.substring(prefix.length());
        return attachments
                .find(session, file)
                .filter(StoredAttachment::uploaded)
                .map(found -> address(request, "GET", session, file, found.size()))
                .<Response>map(url -> Response.ok(new DownloadAnswer(url)))
                .orElseGet(AttachmentRoutes::noAttachment);
    }

    private Response upload(Request request) throws IOException {
        if (!reaches(request)) {
            return noSession();
        }
        byte[] bytes = request.bytes();
        return switch (attachments.upload(session(request), request.parameter("file"), bytes)) {
            case Uploaded.Done() -> Response.ok(Map.of("ok", true));
            case Uploaded.Unknown() -> noAttachment();
            case Uploaded.Already() -> Response.error(409, "Attachment was uploaded already");
            case Uploaded.WrongSize(long announced) ->
                    Response.error(
                            bytes.length > announced ? 413 : 400,
                            "Announced were " + announced + " bytes, received " + bytes.length);
        };
    }

    private Response download(Request request) throws IOException {
        if (!reaches(request)) {
            return noSession();
        }
        return attachments
                .read(session(request), request.parameter("file"))
                .<Response>map(
                        bytes ->
                                new Response.Bytes(
                                        200,
                                        "application/octet-stream",
                                        bytes,
                                        Map.of(
                                                "x-content-type-options", "nosniff",
                                                "content-disposition", "attachment",
                                                "cache-control", "no-store")))
                .orElseGet(AttachmentRoutes::noAttachment);
    }

    /// Whether the link was enough or the bearer reaches the session.
    private boolean reaches(Request request) {
        return request.caller().isEmpty()
                || attachments.isReachable(request.caller().get(), session(request));
    }

    private Routes.Link link(String method) {
        return (parameters, query) ->
                links.admits(
                        method,
                        "sessions/%s/attachments/%s"
                                .formatted(parameters.get("id"), parameters.get("file")),
                        query);
    }

    private String address(
            Request request, String method, SessionId session, String file, long size) {
        String ref = ref(session, file);
        return base(request)
                + "/v1/"
                + ref
                + "?"
                + links.sign(method, ref, size, request.requireCaller().device());
    }

    private String base(Request request) {
        if (publicUrl.isPresent()) {
            String url = publicUrl.get().toString();
            return url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
        }
        return request.site()
                .orElseThrow(
                        () ->
                                new BadRequest(
                                        "headers/host Invalid input: expected a name or an address"));
    }

    private static String ref(SessionId session, String file) {
        return "sessions/" + session.value() + "/attachments/" + file;
    }

    private static SessionId session(Request request) {
        return new SessionId(request.parameter("id"));
    }

    private static Response noSession() {
        return Response.error(404, "Session not found");
    }

    private static Response noAttachment() {
        return Response.error(404, "Attachment not found");
    }

    /// @param method how the bytes are sent
    private record UploadAnswer(String ref, String uploadUrl, String method) {}

    private record DownloadAnswer(String downloadUrl) {}
}
