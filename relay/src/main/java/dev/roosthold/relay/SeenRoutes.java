package dev.roosthold.relay;

import dev.roosthold.relay.auth.DeviceActivity;
import dev.roosthold.relay.http.Routes;

/// Notes, for every request with a bearer, that its device was seen.
record SeenRoutes(Routes routes, DeviceActivity activity) implements Routes {

    @Override
    public void open(String method, String path, Handler handler) {
        routes.open(method, path, handler);
    }

    @Override
    public void bearer(String method, String path, Handler handler) {
        routes.bearer(method, path, noting(handler));
    }

    @Override
    public void accountBearer(String method, String path, Handler handler) {
        routes.accountBearer(method, path, noting(handler));
    }

    @Override
    public void linkOrBearer(String method, String path, Link link, Handler handler) {
        routes.linkOrBearer(method, path, link, noting(handler));
    }

    @Override
    public Routes withRawBody(int maxBytes) {
        return new SeenRoutes(routes.withRawBody(maxBytes), activity);
    }

    @Override
    public Routes withBodyLimit(int bytes) {
        return new SeenRoutes(routes.withBodyLimit(bytes), activity);
    }

    @Override
    public Routes neverRefused() {
        return new SeenRoutes(routes.neverRefused(), activity);
    }

    private Handler noting(Handler handler) {
        return request -> {
            request.caller().ifPresent(caller -> activity.seen(caller.device(), request.remote()));
            return handler.handle(request);
        };
    }
}
