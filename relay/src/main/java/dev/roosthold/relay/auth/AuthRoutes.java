package dev.roosthold.relay.auth;

import dev.roosthold.protocol.Success;
import dev.roosthold.protocol.auth.Device;
import dev.roosthold.protocol.auth.PairingAnswer;
import dev.roosthold.protocol.auth.PairingStatus;
import dev.roosthold.protocol.auth.RelayInfo;
import dev.roosthold.protocol.auth.SignInAnswer;
import dev.roosthold.relay.audit.Actor;
import dev.roosthold.relay.http.Fields;
import dev.roosthold.relay.http.Request;
import dev.roosthold.relay.http.Response;
import dev.roosthold.relay.http.Routes;
import dev.roosthold.relay.limits.Base64Text;
import dev.roosthold.relay.limits.ClientAddress;
import dev.roosthold.relay.limits.LimitRegistry;
import dev.roosthold.relay.limits.RateLimiter;
import java.time.Duration;
import java.util.Optional;

/// The routes below `/v1/auth`, and `GET /v1/web/relay`.
final class AuthRoutes {
    /// Longer than every key, challenge and signature.
    private static final int MAX_BYTES = 64;

    private static final int KEY_LENGTH = 32;

    /// Longest accepted base64 text of a key, a challenge or a signature.
    private static final int MAX_TEXT = 200;

    private static final int MAX_RESPONSE = 10_000;

    private final SignIns signIns;
    private final Pairings pairings;
    private final Registration registration;
    private final RateLimiter signInRate;
    private final RateLimiter pairingRate;
    private final String version;

    AuthRoutes(
            SignIns signIns,
            Pairings pairings,
            Registration registration,
            RateLimiter signInRate,
            RateLimiter pairingRate,
            String version) {
        this.signIns = signIns;
        this.pairings = pairings;
        this.registration = registration;
        this.signInRate = signInRate;
        this.pairingRate = pairingRate;
        this.version = version;
    }

    void share(LimitRegistry with) {
        with.add("sign-in", signInRate);
        with.add("pairing", pairingRate);
    }

    void register(Routes routes) {
        routes.open("POST", "/v1/auth", this::signIn);
        routes.open("POST", "/v1/auth/request", request -> poll(request, Pairings.Kind.TERMINAL));
        routes.open("GET", "/v1/auth/request/status", this::status);
        routes.accountBearer(
                "POST", "/v1/auth/response", request -> answer(request, Pairings.Kind.TERMINAL));
        routes.open(
                "POST",
                "/v1/auth/account/request",
                request -> poll(request, Pairings.Kind.ACCOUNT));
        routes.accountBearer(
                "POST",
                "/v1/auth/account/response",
                request -> answer(request, Pairings.Kind.ACCOUNT));
        routes.open("GET", "/v1/web/relay", _ -> relay());
    }

    private Response signIn(Request request) {
        var fields = Fields.body(request);
        String publicKey = fields.text("publicKey", 0, MAX_TEXT);
        String challenge = fields.text("challenge", 0, MAX_TEXT);
        String signature = fields.text("signature", 0, MAX_TEXT);
        Optional<String> invite =
                fields.nullableText("invite").filter(code -> code.length() <= MAX_TEXT);
        fields.check();
        String address = ClientAddress.of(request.remote());
        if (!signInRate.tryTake(ClientAddress.network(request.remote()))) {
            return tooMany();
        }
        Optional<byte[]> key = Base64Text.decode(publicKey, MAX_BYTES);
        Optional<byte[]> signed = Base64Text.decode(challenge, MAX_BYTES);
        Optional<byte[]> proof = Base64Text.decode(signature, MAX_BYTES);
        if (key.isEmpty() || signed.isEmpty() || proof.isEmpty()) {
            return invalidSignature();
        }
        var attempt =
                new SignIns.Attempt(
                        key.get(),
                        signed.get(),
                        proof.get(),
                        invite,
                        ClientName.kind(request),
                        ClientName.of(request),
                        address);
        return switch (signIns.signIn(attempt)) {
            case SignIns.Result.SignedIn(var token) -> Response.ok(new SignInAnswer(true, token));
            case SignIns.Result.Refused() -> invalidSignature();
            case SignIns.Result.RegistrationClosed() ->
                    Response.error(403, "Registration is closed");
        };
    }

    /// `invite` is accepted where older clients send it; linking makes no account and needs none.
    private Response poll(Request request, Pairings.Kind kind) {
        var fields = Fields.body(request);
        String publicKey = fields.text("publicKey", 0, MAX_TEXT);
        boolean supportsV2 = fields.nullableBool("supportsV2").orElse(false);
        if (kind == Pairings.Kind.ACCOUNT) {
            fields.nullableText("invite");
        }
        fields.check();
        String address = ClientAddress.of(request.remote());
        if (!pairingRate.tryTake(ClientAddress.network(request.remote()))) {
            return tooMany();
        }
        Optional<byte[]> key = key(publicKey);
        if (key.isEmpty()) {
            return invalidKey();
        }
        var poll =
                new Pairings.Poll(
                        kind,
                        key.get(),
                        supportsV2 && kind == Pairings.Kind.TERMINAL,
                        kind == Pairings.Kind.TERMINAL
                                ? Device.Kind.TERMINAL
                                : ClientName.kind(request),
                        ClientName.of(request),
                        address);
        Optional<PairingAnswer> answer = pairings.poll(poll);
        return answer.isPresent() ? Response.ok(answer.get()) : tooMany();
    }

    private Response status(Request request) {
        var fields = Fields.query(request);
        String publicKey = fields.text("publicKey", 0, MAX_TEXT);
        fields.check();
        if (!pairingRate.tryTake(ClientAddress.network(request.remote()))) {
            return tooMany();
        }
        return Response.ok(
                key(publicKey)
                        .map(key -> pairings.status(Pairings.Kind.TERMINAL, key))
                        .orElse(new PairingStatus(PairingStatus.State.NOT_FOUND, false)));
    }

    private Response answer(Request request, Pairings.Kind kind) {
        var fields = Fields.body(request);
        String publicKey = fields.text("publicKey", 0, MAX_TEXT);
        String response = fields.text("response", 0, MAX_RESPONSE);
        fields.check();
        Optional<byte[]> key = key(publicKey);
        if (key.isEmpty()) {
            return invalidKey();
        }
        boolean found =
                pairings.answer(
                        kind, key.get(), request.requireCaller(), Actor.of(request), response);
        return found ? Response.ok(Success.OK) : Response.error(404, "Request not found");
    }

    private Response relay() {
        return Response.ok(new RelayInfo(registration.state(), version));
    }

    private static Optional<byte[]> key(String base64) {
        return Base64Text.decode(base64, MAX_BYTES).filter(key -> key.length == KEY_LENGTH);
    }

    private static Response invalidSignature() {
        return Response.error(401, "Invalid signature");
    }

    private static Response invalidKey() {
        return Response.error(401, "Invalid public key");
    }

    private static Response tooMany() {
        return Response.tooMany("Too many requests", Duration.ofSeconds(1));
    }
}
