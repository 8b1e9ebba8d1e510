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
    public Routes withBodyLimit(int bytes) {
        return new SeenRoutes(routes.withBodyLimit(bytes), activity);
    }

    private Handler noting(Handler handler) {
        return request -> {
            activity.seen(request.requireCaller().device(), request.remote());
            return handler.handle(request);
        };
    }
}
