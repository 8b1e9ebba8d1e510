package dev.roosthold.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

@Timeout(60)
class SocialTest {
    private RelayRig rig;
    private Person ada;
    private Person bob;

    @BeforeEach
    void start() {
        rig = RelayRig.start();
        ada = rig.signsUp();
        bob = rig.signsUp();
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    void aPersonWithoutNamesIsShownEmptyAndAnUnknownOneNotAtAll() {
        JsonNode user = ada.api().get("/v1/user/" + bob.account()).body().path("user");
        assertThat(user.toString())
                .isEqualTo(
                        "{\"id\":\"%s\",\"firstName\":\"\",\"lastName\":null,\"avatar\":null,\"username\":\"\",\"bio\":null,\"status\":\"none\"}"
                                .formatted(bob.account()));
        Answer unknown = ada.api().get("/v1/user/nope");
        assertThat(unknown.status()).isEqualTo(404);
        assertThat(unknown.error()).isEqualTo("User not found");
    }

    @Test
    void storedNamesAreShownInTheUserAndInTheOwnProfile() {
        String avatar =
                "{\"width\":1,\"height\":2,\"thumbhash\":\"t\",\"path\":\"p\",\"url\":\"u\"}";
        isCalled(bob, "Bob", "Builder", "bob", avatar);
        JsonNode user = ada.api().get("/v1/user/" + bob.account()).body().path("user");
        assertThat(user.path("firstName").asString()).isEqualTo("Bob");
        assertThat(user.path("username").asString()).isEqualTo("bob");
        assertThat(user.path("avatar").path("url").asString()).isEqualTo("u");

        JsonNode profile = bob.api().get("/v1/account/profile").body();
        assertThat(profile.path("firstName").asString()).isEqualTo("Bob");
        assertThat(profile.path("lastName").asString()).isEqualTo("Builder");
        assertThat(profile.path("username").asString()).isEqualTo("bob");
        assertThat(profile.path("avatar").path("width").asInt()).isEqualTo(1);
        assertThat(ada.api().get("/v1/account/profile").body().path("username").isNull()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"path\":\"p\",\"url\":\"u\"}", "not json", "[]", "null"})
    void anIncompleteAvatarIsNoAvatarInTheOwnProfile(String avatar) {
        isCalled(bob, "Bob", null, null, avatar);
        JsonNode profile = bob.api().get("/v1/account/profile").body();
        assertThat(profile.path("avatar").isNull()).isTrue();
        assertThat(profile.path("firstName").asString()).isEqualTo("Bob");
    }

    @Test
    void aSearchFindsTheBeginningOfAUserNameInAnyCaseAndTakesWildcardsLiterally() {
        isCalled(ada, null, null, "Ada_L", null);
        isCalled(bob, null, null, "adam", null);
        assertThat(found("ADA")).containsExactly("Ada_L", "adam");
        assertThat(found("ada_")).containsExactly("Ada_L");
        assertThat(found("d")).isEmpty();
        assertThat(found("%25")).isEmpty();
        assertThat(found("_da")).isEmpty();
        assertThat(found("%5C")).isEmpty();
        assertThat(found("'")).isEmpty();
        Answer missing = ada.api().get("/v1/user/search");
        assertThat(missing.status()).isEqualTo(400);
        assertThat(missing.text("message")).startsWith("querystring/query ");
    }

    @Test
    void aSearchFindsTenAtMost() {
        for (int i = 0; i < 12; i++) {
            isCalled(rig.signsUp(), null, null, "many" + (char) ('a' + i), null);
        }
        assertThat(found("many")).hasSize(10).startsWith("manya").endsWith("manyj");
    }

    @Test
    void aRequestAndItsAcceptanceMakeFriendsAndTellBoth() {
        Client adasPage = ada.page().connected();
        Client bobsPage = bob.page().connected();

        assertThat(status(adds(ada, bob))).isEqualTo("requested");
        JsonNode post = bobsPage.receives("new-feed-post").path("body");
        assertThat(post.path("body").path("kind").asString()).isEqualTo("friend_request");
        assertThat(post.path("body").path("uid").asString()).isEqualTo(ada.account());
        assertThat(post.path("cursor").asString()).isEqualTo("0-1");
        assertThat(post.path("repeatKey").asString()).isEqualTo("friend_request_" + ada.account());
        assertThat(post.path("createdAt").asLong()).isEqualTo(rig.now());
        told(adasPage, ada, bob, "requested", "created");
        told(bobsPage, bob, ada, "pending", "created");
        assertThat(status(adds(ada, bob))).isEqualTo("requested");
        assertThat(friends(ada)).containsExactly(bob.account() + " requested");
        assertThat(friends(bob)).containsExactly(ada.account() + " pending");

        assertThat(status(adds(bob, ada))).isEqualTo("friend");
        told(adasPage, ada, bob, "friend", "updated");
        told(bobsPage, bob, ada, "friend", "updated");
        assertThat(
                        adasPage.receives("new-feed-post")
                                .path("body")
                                .path("body")
                                .path("kind")
                                .asString())
                .isEqualTo("friend_accepted");
        assertThat(friends(ada)).containsExactly(bob.account() + " friend");
        assertThat(adasPage.events("new-feed-post")).hasSize(1);
        assertThat(bobsPage.events("new-feed-post")).hasSize(1);
        assertThat(items(ada, "")).containsExactly("0-1 friend_accepted");
        assertThat(items(bob, "")).containsExactly("0-1 friend_request");
    }

    @Test
    void afterRemovingAFriendTheAnswerIsTheStoredStatus() {
        adds(ada, bob);
        adds(bob, ada);
        Client adasPage = ada.page().connected();
        Client bobsPage = bob.page().connected();

        assertThat(status(removes(ada, bob))).isEqualTo("pending");
        assertThat(friends(ada)).containsExactly(bob.account() + " pending");
        assertThat(friends(bob)).containsExactly(ada.account() + " requested");
        told(adasPage, ada, bob, "pending", "updated");
        told(bobsPage, bob, ada, "requested", "updated");

        assertThat(status(removes(ada, bob))).isEqualTo("none");
        told(adasPage, ada, bob, "none", "deleted");
        told(bobsPage, bob, ada, "none", "deleted");
        assertThat(friends(ada)).isEmpty();
        assertThat(friends(bob)).isEmpty();
    }

    /// All pairs that can be, and what each operation makes of them.
    @ParameterizedTest
    @CsvSource({
        "none,none,requested,pending,none,none",
        "rejected,none,requested,pending,rejected,none",
        "rejected,pending,requested,pending,rejected,pending",
        "none,rejected,requested,rejected,none,rejected",
        "rejected,rejected,requested,rejected,rejected,rejected",
        "requested,pending,requested,pending,rejected,pending",
        "requested,rejected,requested,rejected,rejected,rejected",
        "pending,requested,friend,friend,none,none",
        "pending,rejected,pending,rejected,none,rejected",
        "friend,friend,friend,friend,pending,requested",
        "rejected,requested,friend,friend,rejected,requested"
    })
    void everyPairChangesByTheTable(
            String mine,
            String theirs,
            String mineAdded,
            String theirsAdded,
            String mineRemoved,
            String theirsRemoved) {
        stands(ada, bob, mine);
        stands(bob, ada, theirs);
        assertThat(status(adds(ada, bob))).isEqualTo(mineAdded);
        assertThat(standing(ada, bob)).isEqualTo(mineAdded);
        assertThat(standing(bob, ada)).isEqualTo(theirsAdded);

        stands(ada, bob, mine);
        stands(bob, ada, theirs);
        assertThat(status(removes(ada, bob))).isEqualTo(mineRemoved);
        assertThat(standing(ada, bob)).isEqualTo(mineRemoved);
        assertThat(standing(bob, ada)).isEqualTo(theirsRemoved);
    }

    @Test
    void oneselfAndStrangersOfTheRelayCannotBeAdded() {
        for (String uid : List.of(ada.account(), "nope", "", "x".repeat(200))) {
            for (String operation : List.of("add", "remove")) {
                Answer answer = ada.api().post("/v1/friends/" + operation, Map.of("uid", uid));
                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.body().toString()).isEqualTo("{\"user\":null}");
            }
        }
        Answer missing = ada.api().post("/v1/friends/add", Map.of());
        assertThat(missing.status()).isEqualTo(400);
        assertThat(missing.text("message")).startsWith("body/uid ");
        assertThat(ada.api().post("/v1/friends/add", Map.of("uid", 5)).status()).isEqualTo(400);
        assertThat(friends(ada)).isEmpty();
    }

    @Test
    void aPairMakesAtMostOneItemIn24HoursAndALaterOneTakesThePlaceOfTheFirst() {
        adds(ada, bob);
        for (int i = 0; i < 3; i++) {
            assertThat(status(removes(ada, bob))).isEqualTo("rejected");
            assertThat(status(adds(ada, bob))).isEqualTo("requested");
        }
        assertThat(items(bob, "")).containsExactly("0-1 friend_request");

        rig.clock().pass(Duration.ofHours(24).minusMillis(1));
        removes(ada, bob);
        adds(ada, bob);
        assertThat(items(bob, "")).containsExactly("0-1 friend_request");
        rig.clock().pass(Duration.ofMillis(1));
        removes(ada, bob);
        adds(ada, bob);
        assertThat(items(bob, "")).containsExactly("0-2 friend_request");
    }

    @Test
    void whoHasRefusedAPersonIsNotToldAboutIt() {
        stands(bob, ada, "rejected");
        Client bobsPage = bob.page().connected();
        assertThat(status(adds(ada, bob))).isEqualTo("requested");
        bobsPage.settled();
        assertThat(bobsPage.events()).isEmpty();
        assertThat(items(bob, "")).isEmpty();
    }

    @Test
    void theFeedIsReadInPagesFromBothSides() {
        var people = new ArrayList<Person>();
        for (int i = 0; i < 5; i++) {
            people.add(rig.signsUp());
            adds(people.get(i), bob);
        }
        JsonNode first = bob.api().get("/v1/feed?limit=2").body();
        assertThat(cursors(first)).containsExactly("0-5", "0-4");
        assertThat(first.path("hasMore").asBoolean()).isTrue();
        JsonNode second = bob.api().get("/v1/feed?limit=2&before=0-4").body();
        assertThat(cursors(second)).containsExactly("0-3", "0-2");
        JsonNode last = bob.api().get("/v1/feed?limit=2&before=0-2").body();
        assertThat(cursors(last)).containsExactly("0-1");
        assertThat(last.path("hasMore").asBoolean()).isFalse();

        JsonNode after = bob.api().get("/v1/feed?after=0-3").body();
        assertThat(cursors(after)).containsExactly("0-5", "0-4");
        assertThat(after.path("hasMore").asBoolean()).isFalse();
        assertThat(cursors(bob.api().get("/v1/feed?after=0-1&before=0-4&limit=1").body()))
                .containsExactly("0-3");
        assertThat(cursors(bob.api().get("/v1/feed?after=0-0").body())).hasSize(5);
        assertThat(cursors(bob.api().get("/v1/feed?before=0-999999999999999999").body()))
                .hasSize(5);
        assertThat(cursors(ada.api().get("/v1/feed").body())).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "before=zzz",
                "after=zzz",
                "before=",
                "before=1-1",
                "before=0--1",
                "before=0-",
                "after=0-99999999999999999999",
                "limit=0",
                "limit=201",
                "limit=x",
                "limit="
            })
    void aBadCursorOrLimitIsAMistakeOfTheCaller(String query) {
        Answer answer = ada.api().get("/v1/feed?" + query);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text("message")).startsWith("querystring/" + query.split("=", -1)[0]);
    }

    @Test
    void requestsInBothDirectionsAtTheSameTimeMakeFriends() throws Exception {
        for (int round = 0; round < 5; round++) {
            Person eve = rig.signsUp();
            List<Callable<Answer>> both = List.of(() -> adds(ada, eve), () -> adds(eve, ada));
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (var answer : threads.invokeAll(both)) {
                    assertThat(answer.get().status()).isEqualTo(200);
                }
            }
            assertThat(standing(ada, eve)).isEqualTo("friend");
            assertThat(standing(eve, ada)).isEqualTo("friend");
        }
    }

    @Test
    void theseRoutesAreForTheAccountAlone() {
        String id = rig.machineId();
        String token =
                rig.api()
                        .post(
                                "/v1/machines/authenticate",
                                Map.of("machineId", id, "secret", ada.addsMachine(id, "laptop")))
                        .text("token");
        Api daemon = rig.api().as(token);
        for (String path :
                List.of("/v1/user/x", "/v1/user/search?query=x", "/v1/friends", "/v1/feed")) {
            assertThat(daemon.get(path).status()).isEqualTo(403);
            assertThat(rig.api().get(path).status()).isEqualTo(401);
        }
        for (String path : List.of("/v1/friends/add", "/v1/friends/remove")) {
            assertThat(daemon.post(path, Map.of("uid", "x")).status()).isEqualTo(403);
        }
    }

    private Answer adds(Person who, Person whom) {
        return who.api().post("/v1/friends/add", Map.of("uid", whom.account()));
    }

    private Answer removes(Person who, Person whom) {
        return who.api().post("/v1/friends/remove", Map.of("uid", whom.account()));
    }

    private static String status(Answer answer) {
        assertThat(answer.status()).isEqualTo(200);
        return answer.body().path("user").path("status").asString();
    }

    private String standing(Person from, Person to) {
        return status(from.api().get("/v1/user/" + to.account()));
    }

    private static List<String> friends(Person person) {
        var friends = new ArrayList<String>();
        for (JsonNode friend : person.api().get("/v1/friends").body().path("friends")) {
            friends.add(friend.path("id").asString() + " " + friend.path("status").asString());
        }
        return friends;
    }

    private List<String> found(String query) {
        var names = new ArrayList<String>();
        for (JsonNode user : ada.api().get("/v1/user/search?query=" + query).body().path("users")) {
            names.add(user.path("username").asString());
        }
        return names;
    }

    private static List<String> items(Person person, String query) {
        var items = new ArrayList<String>();
        for (JsonNode item : person.api().get("/v1/feed" + query).body().path("items")) {
            items.add(
                    item.path("cursor").asString()
                            + " "
                            + item.path("body").path("kind").asString());
        }
        return items;
    }

    private static List<String> cursors(JsonNode page) {
        var cursors = new ArrayList<String>();
        page.path("items").forEach(item -> cursors.add(item.path("cursor").asString()));
        return cursors;
    }

    private void told(Client page, Person from, Person to, String status, String action) {
        JsonNode body =
                page.receives(
                                "relationship-updated",
                                update ->
                                        update.path("body")
                                                .path("status")
                                                .asString()
                                                .equals(status))
                        .path("body");
        var fields = new HashMap<String, Object>();
        fields.put("from", body.path("fromUserId").asString());
        fields.put("to", body.path("toUserId").asString());
        fields.put("action", body.path("action").asString());
        fields.put("timestamp", body.path("timestamp").asLong());
        assertThat(fields)
                .isEqualTo(
                        Map.of(
                                "from",
                                from.account(),
                                "to",
                                to.account(),
                                "action",
                                action,
                                "timestamp",
                                rig.now()));
    }

    private void stands(Person from, Person to, String status) {
        rig.relay()
                .store()
                .writeNow(
                        tx ->
                                tx.execute(
                                        """
                                        INSERT INTO relationship
                                            (from_account, to_account, status, created_at, updated_at)
                                          VALUES (?, ?, ?, 0, 0)
                                        ON CONFLICT (from_account, to_account)
                                          DO UPDATE SET status = excluded.status""",
                                        from.account(),
                                        to.account(),
                                        status));
    }

    private void isCalled(
            Person person,
            @Nullable String firstName,
            @Nullable String lastName,
            @Nullable String username,
            @Nullable String avatar) {
        rig.relay()
                .store()
                .writeNow(
                        tx ->
                                tx.execute(
                                        """
                                        INSERT INTO person (account_id, first_name, last_name,
                                            username, avatar) VALUES (?, ?, ?, ?, ?)""",
                                        person.account(),
                                        firstName,
                                        lastName,
                                        username,
                                        avatar));
    }
}
