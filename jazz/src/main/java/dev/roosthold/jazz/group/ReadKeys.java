package dev.roosthold.jazz.group;

import dev.roosthold.jazz.crypto.KeySecret;
import dev.roosthold.jazz.crypto.Nonce;
import dev.roosthold.jazz.crypto.ReadCipher;
import dev.roosthold.jazz.crypto.SealerSecret;
import dev.roosthold.jazz.crypto.Sealing;
import dev.roosthold.jazz.encoding.FormatException;
import dev.roosthold.jazz.encoding.Json;
import dev.roosthold.jazz.ids.AgentId;
import dev.roosthold.jazz.ids.KeyId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Finds all read keys of a group that an identity can open.
///
/// Keys are revealed in clear to everyone, sealed to a member, encrypted under another key of the
/// group (rotation) or of a parent group, or sealed to a parent's group sealer. Instead of
/// searching backwards from one key, the search goes forward from the keys that open directly,
/// parents first: every revelation is tried at most once, and a circle of revelations ends by
/// itself. A key that was found first stays.
public final class ReadKeys {
    private final @Nullable Identity me;
    private final Agents agents;
    private final Map<GroupState, Map<KeyId, KeySecret>> found = new HashMap<>();

    /// A key that can be opened by one who has another key.
    private record Revelation(KeyId key, String encrypted) {}

    /// A key sealed to the sealer of a parent group.
    private record ForSealer(KeyId key, GroupEntry entry) {}

    private ReadKeys(@Nullable Identity me, Agents agents) {
        this.me = me;
        this.agents = agents;
    }

    /// All keys of a group that somebody can open.
    ///
    /// @param me who looks, or null for somebody who only has what is revealed to everyone
    public static Map<KeyId, KeySecret> find(
            GroupState group, @Nullable Identity me, Agents agents) {
        return find(group, me, agents, _ -> Map.of());
    }

    /// The same, with keys that were found before.
    ///
    /// @param known keys of a group that need not be opened again
    public static Map<KeyId, KeySecret> find(
            GroupState group,
            @Nullable Identity me,
            Agents agents,
            Function<GroupState, Map<KeyId, KeySecret>> known) {
        var search = new ReadKeys(me, agents);
        for (GroupState ancestor : group.lineage()) {
            search.found.put(ancestor, search.open(ancestor, known.apply(ancestor)));
        }
        return search.found.getOrDefault(group, Map.of());
    }

    private Map<KeyId, KeySecret> open(GroupState group, Map<KeyId, KeySecret> known) {
        var keys = new LinkedHashMap<KeyId, KeySecret>(known);
        var sealedToMe = new ArrayList<Map.Entry<KeyId, GroupEntry>>();
        var under = new HashMap<KeyId, List<Revelation>>();
        var forSealer = new LinkedHashMap<String, List<ForSealer>>();
        for (GroupEntry entry : group.revelations().reversed()) {
            sort(entry, keys, sealedToMe, under, forSealer);
        }
        for (var sealed : sealedToMe) {
            KeySecret secret =
                    keys.containsKey(sealed.getKey()) ? null : unseal(group, sealed.getValue());
            if (secret != null) {
                keys.putIfAbsent(sealed.getKey(), secret);
            }
        }
        follow(keys, under, List.copyOf(keys.keySet()), keys);
        for (GroupState parent : group.parentStates()) {
            Map<KeyId, KeySecret> theirs = found.getOrDefault(parent, Map.of());
            follow(theirs, under, theirs.keySet(), keys);
        }
        for (GroupState parent : group.parentStates()) {
            openForSealers(group, parent, forSealer, under, keys);
        }
        return keys;
    }

    private void sort(
            GroupEntry entry,
            Map<KeyId, KeySecret> keys,
            List<Map.Entry<KeyId, GroupEntry>> sealedToMe,
            Map<KeyId, List<Revelation>> under,
            Map<String, List<ForSealer>> forSealer) {
        String text = entry.key();
        if (!text.startsWith(KeyId.PREFIX)) {
            return;
        }
        try {
            int sealed = text.indexOf(GroupEntry.SEALED_FOR);
            if (sealed > 0) {
                var key = new KeyId(text.substring(0, sealed));
                String sealer = text.substring(sealed + GroupEntry.SEALED_FOR.length());
                forSealer
                        .computeIfAbsent(sealer, _ -> new ArrayList<>())
                        .add(new ForSealer(key, entry));
                return;
            }
            int split = text.indexOf(GroupEntry.FOR);
            if (split < 0) {
                return;
            }
            var key = new KeyId(text.substring(0, split));
            String recipient = text.substring(split + GroupEntry.FOR.length());
            if (recipient.equals(GroupEntry.EVERYONE)) {
                keys.putIfAbsent(key, KeySecret.of(entry.value()));
            } else if (recipient.startsWith(KeyId.PREFIX)) {
                under.computeIfAbsent(new KeyId(recipient), _ -> new ArrayList<>())
                        .add(new Revelation(key, entry.value()));
            } else if (me != null && me.is(recipient)) {
                sealedToMe.add(Map.entry(key, entry));
            }
        } catch (FormatException e) {
            // An entry that reveals nothing to anybody.
        }
    }

    private @Nullable KeySecret unseal(GroupState group, GroupEntry entry) {
        AgentId author = agents.agentOf(entry.author());
        if (author == null || me == null) {
            return null;
        }
        Nonce nonce = Nonce.of(group.id(), entry.at());
        return secret(Sealing.open(entry.value(), me.secret().sealer(), author.sealer(), nonce));
    }

    /// Opens what is encrypted under the given keys, then what is under the keys found that way.
    private static void follow(
            Map<KeyId, KeySecret> from,
            Map<KeyId, List<Revelation>> under,
            Collection<KeyId> start,
            Map<KeyId, KeySecret> keys) {
        var next = new ArrayDeque<Map.Entry<KeyId, KeySecret>>();
        for (KeyId id : start) {
            KeySecret secret = from.get(id);
            if (secret != null) {
                next.add(Map.entry(id, secret));
            }
        }
        while (!next.isEmpty()) {
            var opener = next.remove();
            for (Revelation revelation : under.getOrDefault(opener.getKey(), List.of())) {
                if (keys.containsKey(revelation.key())) {
                    continue;
                }
                KeySecret secret = decrypt(revelation, opener.getKey(), opener.getValue());
                if (secret != null) {
                    keys.put(revelation.key(), secret);
                    next.add(Map.entry(revelation.key(), secret));
                }
            }
        }
    }

    private void openForSealers(
            GroupState group,
            GroupState parent,
            Map<String, List<ForSealer>> forSealer,
            Map<KeyId, List<Revelation>> under,
            Map<KeyId, KeySecret> keys) {
        Map<KeyId, KeySecret> theirs = found.getOrDefault(parent, Map.of());
        for (GroupState.Sealer sealer : parent.sealers().reversed()) {
            List<ForSealer> sealed = forSealer.get(sealer.id().text());
            KeySecret key = theirs.get(sealer.key());
            if (sealed == null || key == null) {
                continue;
            }
            SealerSecret opener = SealerSecret.ofGroup(key);
            for (ForSealer one : sealed) {
                if (keys.containsKey(one.key())) {
                    continue;
                }
                Nonce nonce = Nonce.of(group.id(), one.entry().at());
                KeySecret secret = secret(Sealing.openForGroup(one.entry().value(), opener, nonce));
                if (secret != null) {
                    keys.put(one.key(), secret);
                    follow(keys, under, List.of(one.key()), keys);
                }
            }
        }
    }

    private static @Nullable KeySecret decrypt(
            Revelation revelation, KeyId underId, KeySecret under) {
        try {
            Nonce nonce = Nonce.of(revelation.key(), underId);
            return secret(Json.parse(ReadCipher.decrypt(revelation.encrypted(), under, nonce)));
        } catch (FormatException e) {
            return null;
        }
    }

    private static @Nullable KeySecret secret(@Nullable Json message) {
        try {
            return message instanceof Json.Str(String text) ? KeySecret.of(text) : null;
        } catch (FormatException e) {
            return null;
        }
    }
}
