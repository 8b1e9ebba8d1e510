package dev.roosthold.socketio;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The implementation of [Broadcast].
///
/// @param rooms null for every socket
record DefaultBroadcast(
        DefaultNamespace namespace,
        @Nullable List<String> rooms,
        List<String> exceptRooms,
        List<String> exceptSockets,
        boolean onlyIdle)
        implements Broadcast {

    @Override
    public Broadcast except(String room) {
        return new DefaultBroadcast(
                namespace, rooms, append(exceptRooms, room), exceptSockets, onlyIdle);
    }

    @Override
    public Broadcast except(Socket socket) {
        return exceptSocket(socket.id());
    }

    @Override
    public Broadcast exceptSocket(String id) {
        return new DefaultBroadcast(
                namespace, rooms, exceptRooms, append(exceptSockets, id), onlyIdle);
    }

    @Override
    public Broadcast volatileOnly() {
        return new DefaultBroadcast(namespace, rooms, exceptRooms, exceptSockets, true);
    }

    private static <T> List<T> append(List<T> list, T element) {
        List<T> longer = new ArrayList<>(list);
        longer.add(element);
        return List.copyOf(longer);
    }

    @Override
    public int emit(String event, Object... args) {
        DefaultSocket.requireOpenName(event);
        if (onlyIdle) {
            // Missing such an event is allowed, so it is never recorded.
            return namespace.send(
                    rooms,
                    this::receives,
                    namespace
                            .server()
                            .encoder()
                            .event(namespace.name(), Packet.NO_ID, event, Arrays.asList(args)),
                    null,
                    exceptSockets);
        }
        return namespace.publish(
                rooms, this::receives, this::audience, event, Arrays.asList(args), exceptSockets);
    }

    private Recovery.Audience audience() {
        return new Recovery.Audience(
                null,
                rooms == null ? null : Set.copyOf(rooms),
                Set.copyOf(exceptRooms),
                Set.copyOf(exceptSockets));
    }

    private boolean receives(DefaultSocket socket) {
        // A socket whose recovery is being decided has no id yet; what it holds back is looked
        // through when it gets one.
        if (exceptSockets.contains(socket.id())) {
            return false;
        }
        for (String room : exceptRooms) {
            if (socket.in(room)) {
                return false;
            }
        }
        return !onlyIdle || !socket.congested();
    }
}
