package dev.roosthold.jazz.node;

import dev.roosthold.jazz.crypto.AgentSecret;
import dev.roosthold.jazz.crypto.KeySecret;
import dev.roosthold.jazz.crypto.Nonce;
import dev.roosthold.jazz.crypto.ReadCipher;
import dev.roosthold.jazz.encoding.Json;
import dev.roosthold.jazz.encoding.JsonText;
import dev.roosthold.jazz.group.GroupState;
import dev.roosthold.jazz.group.GroupWriter;
import dev.roosthold.jazz.group.Identity;
import dev.roosthold.jazz.group.Role;
import dev.roosthold.jazz.ids.Author;
import dev.roosthold.jazz.ids.CoId;
import dev.roosthold.jazz.ids.KeyId;
import dev.roosthold.jazz.ids.SessionId;
import dev.roosthold.jazz.ids.TransactionId;
import dev.roosthold.jazz.value.Header;
import dev.roosthold.jazz.value.Ruleset;
import dev.roosthold.jazz.value.SessionLog;
import dev.roosthold.jazz.value.Transaction;
import dev.roosthold.jazz.value.ValueLog;
import dev.roosthold.jazz.value.ValueType;
import dev.roosthold.jazz.view.Changes;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiConsumer;

/// Reads and writes as one account, in one session.
///
/// A session is new with every `LocalNode`, so that losing the disk can never fork a log. What is
/// written gets a time that is later than everything seen in the value, its group and the account:
/// so a writer whose clock is behind is neither ignored (its membership would begin after its
/// writes) nor sorted before what it answers. For one thread.
///
/// ```java
/// var ada = LocalNode.createAccount(AgentSecret.ofSeed(seed), "Ada", clock, random);
/// CoId group = ada.createGroup();
/// CoId notes = ada.create(ValueType.MAP, group);
/// ada.write(notes, List.of(Changes.set("title", Json.of("groceries"))));
/// ada.node().map(notes).text("title"); // Optional[groceries]
/// ```
public final class LocalNode {
    private static final System.Logger LOG = System.getLogger(LocalNode.class.getName());
    private static final long CLOCK_WARNING_MS = 3_600_000;

    private final Node node;
    private final Identity me;
    private final String session;
    private final InstantSource clock;
    private final SecureRandom random;
    private BiConsumer<ValueLog, SessionId> listener = (_, _) -> {};
    private long relayTime;
    private boolean warned;

    /// @param node holds the account's value, or will before anything is written
    public LocalNode(Node node, Identity me, InstantSource clock, SecureRandom random) {
        this.node = node;
        this.me = me;
        this.clock = clock;
        this.random = random;
        byte[] suffix = new byte[8];
        random.nextBytes(suffix);
        session = SessionId.suffix(suffix);
    }

    /// A new account with a profile that everybody may read; other clients need the profile.
    /// Ask the relay for the account first: a second account of the same secret has a second
    /// profile.
    public static LocalNode createAccount(
            AgentSecret secret, String name, InstantSource clock, SecureRandom random) {
        Identity me = Identity.ofAccount(secret);
        var local = new LocalNode(new Node(me), me, clock, random);
        local.createAccount(name);
        return local;
    }

    /// Makes our account, with a profile that everybody may read.
    ///
    /// @throws IllegalStateException when it is here already
    public void createAccount(String name) {
        Header header = Header.ofAccount(me.agent());
        if (node.log(header.id()) != null) {
            throw new IllegalStateException("the account is here");
        }
        node.restore(new ValueLog(header));
        editGroup(header.id()).create(false);
        CoId group = createGroup();
        editGroup(group).addEveryone(Role.READER);
        CoId profile = create(ValueType.MAP, group);
        write(profile, List.of(Changes.set("name", Json.of(name))));
        setInAccount("profile", profile);
    }

    public Node node() {
        return node;
    }

    /// Our account.
    ///
    /// @throws IllegalStateException when we are a bare agent
    public CoId account() {
        if (me.account() == null) {
            throw new IllegalStateException("no account");
        }
        return me.account();
    }

    /// Under which session we write in a value.
    public SessionId sessionIn(CoId value) {
        return SessionId.of(me.authorIn(value), session);
    }

    /// What a relay's clock says; only for telling that some clock is wrong.
    public void relayTime(long millis) {
        relayTime = millis;
    }

    /// Called with every value that we have written to, and the session in it, after each
    /// transaction.
    public void onWrite(BiConsumer<ValueLog, SessionId> listener) {
        this.listener = listener;
    }

    /// A new group whose only member we are.
    public CoId createGroup() {
        CoId id = create(new Ruleset.Group(account()));
        editGroup(id).create(true);
        return id;
    }

    /// The steps that change a group or account.
    ///
    /// @throws IllegalStateException when it is not here
    public GroupWriter editGroup(CoId group) {
        return new GroupWriter(new GroupLog(required(group)), me, node.agents(), random);
    }

    /// Ends a membership in a group and gives new keys to it and to all groups here that extend it.
    ///
    /// @return members who stay but did not get the new keys, since their accounts are not here
    public Set<Author> removeMember(CoId group, Author member) {
        var skipped = new LinkedHashSet<>(editGroup(group).remove(member));
        for (ValueLog log : List.copyOf(node.logs())) {
            GroupState state = log.header().isGroup() ? node.group(log.id()) : null;
            if (state != null
                    && !log.id().equals(group)
                    && state.lineage().stream().anyMatch(g -> g.id().equals(group))
                    && mayManage(state)
                    && editGroup(log.id()).hasKey()) {
                skipped.addAll(editGroup(log.id()).rotate(null));
            }
        }
        return skipped;
    }

    /// A new, empty value of a group or account.
    public CoId create(ValueType type, CoId owner) {
        byte[] unique = new byte[12];
        random.nextBytes(unique);
        var ruleset = new Ruleset.OwnedBy(owner, false);
        return add(Header.random(type, ruleset, clock.instant(), unique));
    }

    /// The value of this name; the same id for everybody who opens it with the same owner.
    public CoId createUnique(ValueType type, CoId owner, String name) {
        return add(Header.unique(type, new Ruleset.OwnedBy(owner, false), name));
    }

    /// Points our account to a value: `root` or `profile`.
    public void setInAccount(String entry, CoId value) {
        new GroupLog(required(account())).set(entry, value.text());
    }

    /// One transaction, readable for the members of the value's group.
    ///
    /// @param changes of a map or list as [Changes] makes them; of a feed the items
    /// @throws IllegalStateException when the value or the key of its group is not here
    public void write(CoId value, List<Json> changes) {
        write(required(value), changes, time(required(value)));
    }

    /// The same with a time of the caller's choice, for values whose readers compare times that
    /// mean something. Transactions from before the account's beginning count for nobody, so it is
    /// never earlier than that.
    ///
    /// @param madeAt Unix milliseconds
    /// @throws IllegalStateException when the value or the key of its group is not here
    public void writeAt(CoId value, List<Json> changes, long madeAt) {
        write(required(value), changes, Math.max(madeAt, firstMadeAt(account())));
    }

    private void write(ValueLog log, List<Json> changes, long madeAt) {
        CoId value = log.id();
        SessionLog session = session(log);
        KeyId keyId = writeKey(log);
        KeySecret key = Objects.requireNonNull(node.access(log.header())).key(keyId);
        if (key == null) {
            throw new IllegalStateException("the key of value " + value + " is not ours");
        }
        Nonce nonce = Nonce.of(value, new TransactionId(session.id(), session.count()));
        String text = JsonText.compact(new Json.Arr(changes));
        String encrypted = ReadCipher.encrypt(text, key, nonce);
        append(log, session, new Transaction.Private(madeAt, keyId.text(), encrypted, null));
    }

    /// One transaction that everybody can read who gets hold of it, the relay included.
    public void writeInClear(CoId value, List<Json> changes) {
        ValueLog log = required(value);
        String text = JsonText.compact(new Json.Arr(changes));
        append(log, session(log), new Transaction.Trusting(time(log), text, null));
    }

    private CoId create(Ruleset ruleset) {
        byte[] unique = new byte[12];
        random.nextBytes(unique);
        return add(Header.random(ValueType.MAP, ruleset, clock.instant(), unique));
    }

    private CoId add(Header header) {
        if (node.log(header.id()) == null) {
            node.restore(new ValueLog(header));
        }
        return header.id();
    }

    private void append(ValueLog log, SessionLog session, Transaction transaction) {
        session.append(List.of(transaction), me.secret().signer());
        node.changed(log);
        listener.accept(log, session.id());
    }

    /// A writer for the holder of an invite, on the same values and heard by the same listener.
    public LocalNode as(Identity other) {
        var local = new LocalNode(node, other, clock, random);
        local.onWrite((log, session) -> listener.accept(log, session));
        return local;
    }

    private KeyId writeKey(ValueLog log) {
        GroupState group =
                log.header().ruleset() instanceof Ruleset.OwnedBy(CoId owner, boolean _)
                        ? node.group(owner)
                        : null;
        if (group == null) {
            throw new IllegalStateException("the group of value " + log.id() + " is not here");
        }
        Author author = me.authorIn(log.id());
        KeyId key =
                group.role(author) == Role.WRITE_ONLY ? group.writeKey(author) : group.readKey();
        if (key == null) {
            throw new IllegalStateException("group " + group.id() + " has no key");
        }
        return key;
    }

    private boolean mayManage(GroupState group) {
        Role role = group.role(me.authorIn(group.id()));
        return role != null && role.mayManage();
    }

    /// Later than everything seen that the new transaction could be compared with.
    private long time(ValueLog log) {
        long seen = log.lastMadeAt();
        if (log.header().ruleset() instanceof Ruleset.OwnedBy(CoId owner, boolean _)) {
            seen = Math.max(seen, lastMadeAt(owner));
        }
        if (me.account() != null) {
            seen = Math.max(seen, lastMadeAt(me.account()));
        }
        if (relayTime > 0 && seen > relayTime + CLOCK_WARNING_MS && !warned) {
            warned = true;
            LOG.log(
                    System.Logger.Level.WARNING,
                    "value {0} was changed by a device whose clock is more than an hour ahead",
                    log.id());
        }
        return Math.max(clock.millis(), seen + 1);
    }

    private long firstMadeAt(CoId id) {
        long first = Long.MAX_VALUE;
        ValueLog log = node.log(id);
        if (log != null) {
            for (SessionLog session : log.sessions()) {
                if (session.count() > 0) {
                    first = Math.min(first, session.transactions().getFirst().madeAt());
                }
            }
        }
        return first == Long.MAX_VALUE ? 0 : first;
    }

    private long lastMadeAt(CoId id) {
        ValueLog log = node.log(id);
        return log == null ? 0 : log.lastMadeAt();
    }

    private SessionLog session(ValueLog log) {
        return log.open(sessionIn(log.id()));
    }

    private ValueLog required(CoId id) {
        ValueLog log = node.log(id);
        if (log == null) {
            throw new IllegalStateException("value " + id + " is not here");
        }
        return log;
    }

    /// Writes the steps of one group.
    private final class GroupLog implements GroupWriter.Log {
        private final ValueLog log;

        GroupLog(ValueLog log) {
            this.log = log;
        }

        @Override
        public CoId id() {
            return log.id();
        }

        @Override
        public TransactionId next() {
            SessionLog session = session(log);
            return new TransactionId(session.id(), session.count());
        }

        @Override
        public void set(String key, String value) {
            String text = JsonText.compact(Json.array(Changes.set(key, Json.of(value))));
            append(log, session(log), new Transaction.Trusting(time(log), text, null));
        }

        @Override
        public GroupState state() {
            return Objects.requireNonNull(node.group(log.id()));
        }

        @Override
        public Map<KeyId, KeySecret> keys(GroupState group) {
            return node.keys(group, me);
        }
    }
}
