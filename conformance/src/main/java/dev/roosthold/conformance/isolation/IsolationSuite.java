package dev.roosthold.conformance.isolation;

import dev.roosthold.conformance.wire.Http1;
import dev.roosthold.conformance.wire.RawSocketIo;
import dev.roosthold.conformance.wire.WireException;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/// Nobody reaches into another's account: every route and every event with every id of another
/// account is answered as for an id that nobody has, but for the answers of [Allowance]; nothing
/// leaks and nothing changes.
///
/// Makes three accounts; the server must allow registration. Used by one thread.
public final class IsolationSuite implements AutoCloseable {
    private static final Set<String> CHANGED_BY_A_REQUEST_TO_BE_FRIENDS =
            Set.of("/v1/friends", "/v1/feed", "/v1/changes?after=0&limit=1000");

    /// The original server writes heartbeats down every five seconds.
    private static final Duration WRITTEN_DOWN = Duration.ofSeconds(6);

    private static final int MOST_LOOKS = 10;

    private final HttpClient http =
            Http1.client().build();
    private final StoredRows rows;
    private final Judge judge = new Judge();
    private final Set<String> notOffered = new TreeSet<>();
    private final Resident owner;
    private final Resident intruder;

    private IsolationSuite(URI server, StoredRows rows) {
        this.rows = rows;
        owner = Resident.moveIn(http, server, "Owner");
        intruder = Resident.moveIn(http, server, "Intruder");
    }

    /// How it went.
    ///
    /// @param tries how many answers were compared
    /// @param ids names of the ids that the other account has
    /// @param notOffered routes that the server does not have
    /// @param violations what the server did that the contract forbids, one line each
    /// @param notBest what it answered to everybody alike and that could be better
    public record Report(
            int tries,
            List<String> ids,
            Set<String> notOffered,
            List<String> violations,
            List<String> notBest) {}

    /// Runs everything.
    ///
    /// @throws WireException when the accounts cannot be set up
    public static Report against(URI server, StoredRows rows) {
        try (IsolationSuite suite = new IsolationSuite(server, rows)) {
            return suite.run();
        }
    }

    /// Method and path of every route that is tried, with a star for each parameter.
    public static Set<String> routes() {
        Set<String> routes = new TreeSet<>(Tries.WITHOUT_IDS);
        Tries.routes().forEach(route -> routes.add(route.route()));
        return routes;
    }

    /// The name of every event that is tried.
    public static Set<String> events() {
        Set<String> events = new TreeSet<>();
        Tries.events().forEach(event -> events.add(event.event()));
        return events;
    }

    private Report run() {
        firstLook();
        unchanged("another account's requests", false, () -> tryRoutes(false));
        unchanged("another account's events", false, () -> tryEvents(false));
        unchanged("another account's handshakes", false, this::tryHandshakes);
        if (!owner.machineToken().isEmpty()) {
            unchanged("a machine's requests", false, this::tryRoutesOfMachine);
            unchanged("a machine's sockets", true, this::trySocketsOfMachine);
        }
        listenIn();
        comeToRest();
        // From here on the ids that nobody had are the intruder's own.
        unchanged("another account's own events", false, () -> tryEvents(true));
        unchanged("another account's own requests", false, () -> tryRoutes(true));
        askToBeFriends();
        return new Report(
                judge.tries(),
                owner.ids().stream().map(Id::name).toList(),
                Set.copyOf(notOffered),
                judge.violations(),
                judge.notBest());
    }

    /// Before the intruder has used the other's ids as names of its own, not even an id may be
    /// seen.
    private void firstLook() {
        List<String> everything = new ArrayList<>(owner.marks());
        owner.ids().stream()
                // A vendor and the place in a feed are no secrets.
                .filter(id -> !Set.of("vendor", "feedItem").contains(id.name()))
                .forEach(id -> everything.add(id.value()));
        for (RouteTry route : Tries.routes()) {
            if (route.method().equals("GET") && route.positions().isEmpty()) {
                Rest.Answer answer = intruder.rest().send(route.with(Map.of()));
                judge.noneOf(route.toString(), everything, answer.body());
            }
        }
    }

    private void tryRoutes(boolean naming) {
        new RouteTrial(
                        intruder.rest(),
                        intruder.values(),
                        owner.ids(),
                        secrets(),
                        naming,
                        judge,
                        notOffered)
                .run();
    }

    private void tryEvents(boolean naming) {
        try (RawSocketIo user = intruder.connectUser();
                RawSocketIo session = intruder.connectSession(intruder.id("session"));
                RawSocketIo machine = intruder.connectMachine(intruder.id("machine"))) {
            tryEvents("an app", user, naming);
            tryEvents("a session", session, naming);
            tryEvents("a daemon", machine, naming);
            if (naming) {
                callStillArrives(user);
            }
        }
    }

    private void tryEvents(String from, RawSocketIo socket, boolean naming) {
        new EventTrial(from, socket, intruder.values(), owner.ids(), secrets(), naming, judge)
                .run();
    }

    /// The other has taken the name of a method for itself; calls of the owner do not go there.
    private void callStillArrives(RawSocketIo other) {
        String method = owner.id("machine") + ":spawn";
        other.send("42[\"rpc-register\",{\"method\":\"" + method + "\"}]");
        other.isServed();
        try (RawSocketIo app = owner.connectUser();
                RawSocketIo server = owner.connectUser()) {
            server.send("42[\"rpc-register\",{\"method\":\"" + method + "\"}]");
            server.isServed();
            Day.call(app, server, method, owner.mark("params"), owner.mark("result"));
        }
        other.isServed();
        other.packets().forEach(p -> judge.noneOf("a call of the owner", secrets(), p));
    }

    /// Sockets that say they were the other's sessions, machines, or earlier connections.
    private void tryHandshakes() {
        try (RawSocketIo app = owner.connectUser()) {
            String pid = continued(app);
            for (Id id : owner.ids()) {
                tryHandshake("session-scoped", "sessionId", id);
                tryHandshake("machine-scoped", "machineId", id);
            }
            tryToContinue(app, pid);
            Resident.leave(app);
        }
    }

    private void tryHandshake(String type, String field, Id id) {
        String what = "a " + type + " socket with the " + id.name();
        String foreign = handshake(type, field, id.value());
        String nobodys = handshake(type, field, id.twin());
        if (!foreign.equals(nobodys)) {
            judge.add(what, foreign + ", and with nobody's " + nobodys);
        }
    }

    /// Connects, sends what such a socket sends, and leaves.
    private String handshake(String type, String field, String value) {
        String scope =
                "\"clientType\":\"%s\",\"%s\":\"%s\""
                        .formatted(type, field, RouteTry.quoted(value));
        try (RawSocketIo socket = intruder.connect(scope)) {
            Map<String, String> values = new HashMap<>();
            values.put("now", String.valueOf(System.currentTimeMillis()));
            for (String name : List.of("session", "machine", "artifact", "usageKey", "localId")) {
                values.put(name, value);
            }
            for (EventTry event : Tries.events()) {
                if (!event.names()) {
                    socket.send("42" + event.with(values));
                }
            }
            if (!socket.isServed()) {
                return "was not served any more";
            }
            socket.packets().forEach(p -> judge.noneOf(scope, secrets(), p));
            Resident.leave(socket);
            return "connected";
        } catch (WireException e) {
            return String.valueOf(e.getMessage());
        }
    }

    /// The text with which a client goes on where its connection broke; empty where the server
    /// offers none.
    private static String continued(RawSocketIo socket) {
        return socket.packets().stream()
                .filter(packet -> packet.startsWith("40{") && packet.contains("\"pid\":\""))
                .map(packet -> packet.replaceAll(".*\"pid\":\"([^\"]*)\".*", "$1"))
                .findFirst()
                .orElse("");
    }

    private void tryToContinue(RawSocketIo app, String pid) {
        if (pid.isEmpty()) {
            return;
        }
        String sid =
                app.packets().stream()
                        .filter(packet -> packet.startsWith("40{"))
                        .map(packet -> packet.replaceAll(".*\"sid\":\"([^\"]*)\".*", "$1"))
                        .findFirst()
                        .orElseThrow();
        for (String more : List.of("", ",\"offset\":\"0\"", ",\"offset\":\"1\"")) {
            try (RawSocketIo socket =
                    intruder.connect(
                            "\"clientType\":\"user-scoped\",\"pid\":\"" + pid + "\"" + more)) {
                socket.isServed();
                for (String packet : socket.packets()) {
                    judge.noneOf("going on as another's connection", List.of(sid, pid), packet);
                    judge.noneOf("going on as another's connection", secrets(), packet);
                }
            }
        }
    }

    private void tryRoutesOfMachine() {
        new RouteTrial(
                        owner.rest().as(owner.machineToken()),
                        valuesOfMachine(),
                        beyondMachine(),
                        secretsFromMachine(),
                        false,
                        judge,
                        notOffered)
                .run();
    }

    private void trySocketsOfMachine() {
        String own =
                "\"clientType\":\"machine-scoped\",\"machineId\":\"%s\""
                        .formatted(owner.id("webMachine"));
        try (RawSocketIo socket = owner.connectWith(owner.machineToken(), own)) {
            new EventTrial(
                            "a machine",
                            socket,
                            valuesOfMachine(),
                            beyondMachine(),
                            secretsFromMachine(),
                            false,
                            judge)
                    .run();
            mayNotServe(socket, owner.id("machine") + ":spawn");
            mayNotServe(socket, owner.id("session") + ":spawn");
            Resident.leave(socket);
        }
        refused("\"clientType\":\"user-scoped\"");
        for (String machine : List.of("machine", "otherMachine")) {
            refused(
                    "\"clientType\":\"machine-scoped\",\"machineId\":\"%s\""
                            .formatted(owner.id(machine)));
        }
        refused(
                "\"clientType\":\"session-scoped\",\"sessionId\":\"%s\""
                        .formatted(owner.id("session")));
    }

    private void mayNotServe(RawSocketIo socket, String method) {
        socket.forgetPackets();
        socket.send("42[\"rpc-register\",{\"method\":\"" + method + "\"}]");
        socket.isServed();
        if (socket.packets().stream().anyMatch(p -> p.contains("\"rpc-registered\""))) {
            judge.add("a machine", "serves " + method);
        }
    }

    private void refused(String scope) {
        try (RawSocketIo socket = owner.connectWith(owner.machineToken(), scope)) {
            judge.add("a machine", "connects with " + scope + ": " + socket.packets());
        } catch (WireException e) {
            String said = String.valueOf(e.getMessage());
            if (!said.startsWith("refused: 44")) {
                judge.add("a machine that connects with " + scope, said);
            }
        }
    }

    /// While the owner does everything that there is to do, sockets of the other that say they were
    /// the owner's hear nothing.
    private void listenIn() {
        List<RawSocketIo> sockets = new ArrayList<>();
        try {
            sockets.add(intruder.connectUser());
            for (Id id : owner.ids()) {
                sockets.add(intruder.connectSession(id.value()));
                sockets.add(intruder.connectMachine(id.value()));
            }
            sockets.forEach(RawSocketIo::isServed);
            sockets.forEach(RawSocketIo::forgetPackets);

            List<String> heard = new Day(owner).pass();

            sockets.forEach(RawSocketIo::isServed);
            if (heard.size() < 20) {
                judge.add("the owner", "hears little of itself: " + heard);
            }
            for (RawSocketIo socket : sockets) {
                socket.packets().stream()
                        .filter(packet -> packet.startsWith("42"))
                        // The other's own machines and sessions under those ids come and go.
                        .filter(packet -> !packet.startsWith("42[\"ephemeral\""))
                        .filter(packet -> !packet.startsWith("42[\"machine-row\""))
                        .forEach(packet -> judge.add("a socket that listens in", "got " + packet));
                socket.packets().forEach(packet -> judge.noneOf("listening in", secrets(), packet));
            }
        } finally {
            sockets.forEach(RawSocketIo::close);
        }
    }

    /// Waits until what the owner has done shows: a server may write heartbeats down late.
    private void comeToRest() {
        for (int look = 0; look < MOST_LOOKS; look++) {
            Map<String, String> before = owner.snapshot();
            LockSupport.parkNanos(WRITTEN_DOWN.toNanos());
            if (owner.snapshot().equals(before)) {
                return;
            }
        }
    }

    /// The one thing that may reach another account: it changes the list of friends and the feed.
    private void askToBeFriends() {
        Map<String, String> before = owner.snapshot();
        intruder.rest()
                .send(
                        new Rest.Request(
                                "POST",
                                "/v1/friends/add",
                                "{\"uid\":\"" + owner.id("account") + "\"}"));
        owner.snapshot()
                .forEach(
                        (path, now) -> {
                            if (!now.equals(before.get(path))
                                    && !CHANGED_BY_A_REQUEST_TO_BE_FRIENDS.contains(path)) {
                                judge.add("asking to be friends", "changes " + path + " to " + now);
                            }
                        });
    }

    /// Runs it, and sees whether anything of the owner is different afterwards or whether anything
    /// was sent to it.
    ///
    /// @param connected whether the owner's machine connects, which is seen by its owner
    private void unchanged(String what, boolean connected, Runnable tries) {
        try (RawSocketIo app = owner.connectUser()) {
            Map<String, String> before = owner.snapshot();
            List<String> rowsBefore = rows();
            app.isServed();
            app.forgetPackets();
            tries.run();
            app.isServed();
            for (String packet : app.packets()) {
                if (!connected && packet.startsWith("42")) {
                    judge.add(what, "send the owner " + packet);
                }
            }
            Map<String, String> after = owner.snapshot();
            after.forEach(
                    (path, now) -> {
                        String then = String.valueOf(before.get(path));
                        if (!seen(connected, now).equals(seen(connected, then))) {
                            judge.add(what, "change " + path + " from " + then + " to " + now);
                        }
                    });
            if (!connected) {
                compareRows(what, rowsBefore, rows());
            }
        }
    }

    private void compareRows(String what, List<String> before, List<String> after) {
        Set<String> gone = new HashSet<>(before);
        after.forEach(gone::remove);
        Set<String> come = new HashSet<>(after);
        before.forEach(come::remove);
        if (!gone.isEmpty() || !come.isEmpty()) {
            judge.add(what, "take away the rows " + gone + " and add " + come);
        }
    }

    private List<String> rows() {
        Set<String> ids = new HashSet<>();
        owner.ids().forEach(id -> ids.add(id.value()));
        return rows.of(owner.id("account"), ids);
    }

    /// A machine that was there has been seen.
    private static String seen(boolean connected, String text) {
        return connected
                ? text.replaceAll(
                        "\"(activeAt|lastActiveAt|lastSeen|updatedAt|rev)\":[0-9]+", "\"$1\":0")
                : text;
    }

    /// What the intruder may not see. The ids are not in it, because it sends them itself.
    private List<String> secrets() {
        return withoutIds(owner.marks().stream());
    }

    private List<String> secretsFromMachine() {
        List<String> own = owner.marksOfMachine();
        return withoutIds(owner.marks().stream().filter(mark -> !own.contains(mark)));
    }

    private List<String> withoutIds(Stream<String> marks) {
        Set<String> ids = new HashSet<>();
        owner.ids().forEach(id -> ids.add(id.value()));
        return marks.filter(mark -> !ids.contains(mark)).toList();
    }

    /// The ids that the credential of the machine does not reach.
    private List<Id> beyondMachine() {
        Set<String> own = Set.of("webMachine", "otherSession", "vendor");
        return owner.ids().stream().filter(id -> !own.contains(id.name())).toList();
    }

    private Map<String, String> valuesOfMachine() {
        Map<String, String> values = new HashMap<>(owner.values());
        values.put("machine", owner.id("webMachine"));
        values.put("session", owner.id("otherSession"));
        values.put("tag", owner.machineTag());
        return values;
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
