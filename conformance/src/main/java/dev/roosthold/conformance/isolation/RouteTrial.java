package dev.roosthold.conformance.isolation;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// Sends every route with every id. Used by one thread.
///
/// @param rest the intruder
/// @param own the intruder's own ids, for the places that are not tried
/// @param ids of the other
/// @param forbidden texts of the other
/// @param naming whether the tries are those that name something of the intruder's own, or the
///     others
/// @param notOffered gets the routes that the server does not have
record RouteTrial(
        Rest rest,
        Map<String, String> own,
        List<Id> ids,
        List<String> forbidden,
        boolean naming,
        Judge judge,
        Set<String> notOffered) {

    void run() {
        Set<String> lacking = new TreeSet<>();
        for (RouteTry route : Tries.routes()) {
            boolean named = route.use() == RouteTry.Use.NAME;
            if (named == naming && !lacking.contains(route.route())) {
                if (isOffered(route)) {
                    run(route);
                } else {
                    lacking.add(route.route());
                }
            }
        }
        notOffered.addAll(lacking);
    }

    private boolean isOffered(RouteTry route) {
        Map<String, String> absent = new HashMap<>(own);
        // Nothing of the intruder's own may be touched by a look.
        ids.forEach(id -> absent.put(id.name(), "absent"));
        route.positions().forEach(position -> absent.put(position, "absent"));
        Rest.Answer answer = rest.as("").send(route.with(absent));
        return !answer.isUnknownRoute();
    }

    private void run(RouteTry route) {
        if (route.positions().isEmpty()) {
            Rest.Answer answer = rest.send(route.with(own));
            judge.noneOf(route.toString(), forbidden, answer.body());
            return;
        }
        for (String position : route.positions()) {
            for (Id id : ids) {
                if (isTried(route, position, id)) {
                    tryOut(route, Set.of(position), id);
                }
            }
        }
        if (route.positions().size() > 1) {
            tryTogether(route);
        }
    }

    /// The other's own ids in all places at once.
    private void tryTogether(RouteTry route) {
        Map<String, String> foreign = new HashMap<>(own);
        Map<String, String> nobodys = new HashMap<>(own);
        Id first = null;
        for (Id id : ids) {
            if (route.positions().contains(id.name())) {
                foreign.put(id.name(), id.value());
                nobodys.put(id.name(), id.twin());
                first = id;
            }
        }
        if (first != null) {
            judge(route, first, route + " with all ids", foreign, nobodys);
        }
    }

    private static boolean isTried(RouteTry route, String position, Id id) {
        boolean used = Allowance.of(route.route(), id.name()).filter(a -> !a.tried()).isPresent();
        // There are only a few vendors, so one that the other has is no secret.
        if (id.name().equals("vendor") && !position.equals("vendor")) {
            return false;
        }
        boolean counted = route.use() == RouteTry.Use.COUNTED && !id.name().equals(position);
        return !used && !counted;
    }

    private void tryOut(RouteTry route, Set<String> positions, Id id) {
        Map<String, String> foreign = new HashMap<>(own);
        Map<String, String> nobodys = new HashMap<>(own);
        for (String position : positions) {
            foreign.put(position, id.value());
            nobodys.put(position, id.twin());
        }
        judge(route, id, route + " with the " + id.name() + " as " + positions, foreign, nobodys);
    }

    private void judge(
            RouteTry route,
            Id id,
            String what,
            Map<String, String> foreign,
            Map<String, String> nobodys) {
        Rest.Answer somebodys = rest.send(route.with(foreign));
        Rest.Answer other = rest.send(route.with(nobodys));
        if (route.use() != RouteTry.Use.CURSOR) {
            judge.compare(what, route.route(), id, somebodys, other);
        }
        judge.noneOf(what, forbidden, somebodys.body());
    }
}
