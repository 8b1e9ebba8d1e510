package dev.roosthold.relay.account;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.account.Profile;
import dev.roosthold.relay.http.Fields;
import dev.roosthold.relay.http.Request;
import dev.roosthold.relay.http.Response;
import dev.roosthold.relay.http.Routes;
import java.time.InstantSource;
import java.util.Optional;

/// `/v1/account/profile` and `/v1/account/settings`.
public final class AccountRoutes {
    private final Accounts accounts;
    private final Names names;
    private final ConnectedServices connected;
    private final InstantSource clock;

    public AccountRoutes(
            Accounts accounts, Names names, ConnectedServices connected, InstantSource clock) {
        this.accounts = accounts;
        this.names = names;
        this.connected = connected;
        this.clock = clock;
    }

    public void register(Routes routes) {
        routes.accountBearer("GET", "/v1/account/profile", this::profile);
        routes.accountBearer("GET", "/v1/account/settings", this::settings);
        routes.accountBearer("POST", "/v1/account/settings", this::saveSettings);
    }

    private Response profile(Request request) {
        AccountId account = request.requireCaller().account();
        Names.Shown shown = names.of(account);
        return Response.ok(
                new Profile(
                        account,
                        clock.millis(),
                        shown.firstName(),
                        shown.lastName(),
                        shown.username(),
                        shown.avatar(),
                        null,
                        connected.of(account)));
    }

    private Response settings(Request request) {
        return Response.ok(accounts.settings(request.requireCaller().account()));
    }

    private Response saveSettings(Request request) {
        var fields = Fields.body(request);
        Optional<String> settings = fields.textOrNull("settings");
        int expectedVersion = fields.version("expectedVersion");
        fields.check();
        return Response.ok(
                accounts.save(request.requireCaller().account(), settings, expectedVersion));
    }
}
