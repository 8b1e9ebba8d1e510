package dev.roosthold.relay.doctor;

import dev.roosthold.relay.auth.Registration;
import dev.roosthold.relay.store.DatabaseFile;
import dev.roosthold.relay.store.StoreException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Who can reach the relay, and what strangers may do there.
record ExposureCheck(Situation situation) implements Check {

    @Override
    public List<Finding> run() {
        Optional<RunningRelay> running = situation.running();
        String host =
                running.map(relay -> host(URI.create(relay.address()))).orElse(situation.host());
        Optional<URI> url =
                running.isPresent()
                        ? Optional.ofNullable(running.get().publicUrl()).map(URI::create)
                        : situation.publicUrl();
        String policy = running.map(RunningRelay::registration).orElse(situation.registration());
        boolean exposed = !isLoopback(host) || url.isPresent() || cameThroughProxy();
        var found = new ArrayList<Finding>();
        found.add(registration(policy, exposed));
        boolean plain = url.isPresent() && "http".equalsIgnoreCase(url.get().getScheme());
        if (plain && !isLoopback(host(url.get()))) {
            found.add(
                    Finding.wrong(
                            "encryption",
                            url.get() + " is not encrypted: tokens can be read on the way",
                            "Put a certificate in front of it and use https."));
        }
        if (url.isEmpty() && !isLoopback(host)) {
            found.add(
                    Finding.warning(
                            "encryption",
                            "the relay listens on " + host + " without a public address",
                            "Where strangers share the network, reach it by https: put a proxy or a"
                                    + " certificate in front and name it with --public-url."));
        }
        return found;
    }

    private boolean cameThroughProxy() {
        Path database = situation.dataDirectory().resolve("relay.db");
        if (!Files.isRegularFile(database)) {
            return false;
        }
        try (var file = DatabaseFile.open(database)) {
            return file.read(Registration::cameThroughProxy);
        } catch (StoreException e) {
            // The check of the database tells.
            return false;
        }
    }

    private static Finding registration(String policy, boolean exposed) {
        String reach = exposed ? "others can reach the relay" : "only this computer reaches it";
        return switch (policy) {
            case "open" ->
                    exposed
                            ? Finding.wrong(
                                    "registration",
                                    "open, and " + reach + ": strangers can make accounts",
                                    "Use --registration invite or closed, or leave it to auto.")
                            : Finding.ok("registration", "open; " + reach);
            case "auto" ->
                    Finding.ok(
                            "registration",
                            exposed
                                    ? "closed after the first account; " + reach
                                    : "open; " + reach);
            default -> Finding.ok("registration", policy + "; " + reach);
        };
    }

    private static String host(URI address) {
        String host = address.getHost();
        return host == null ? "" : host;
    }

    private static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (IOException e) {
            return false;
        }
    }
}
