package dev.roosthold.socketio;

import java.util.Arrays;

/// The sockets of a room, packed. Guarded by the lock of the namespace.
final class Room {
    private DefaultSocket[] members;
    private int size;

    Room(DefaultSocket first) {
        members = new DefaultSocket[] {first};
        size = 1;
    }

    int size() {
        return size;
    }

    DefaultSocket get(int index) {
        return members[index];
    }

    void add(DefaultSocket socket) {
        if (size == members.length) {
            members = Arrays.copyOf(members, size + Math.max(1, size >> 1));
        }
        members[size++] = socket;
    }

    /// Returns whether the room is empty now.
    boolean remove(DefaultSocket socket) {
        for (int i = 0; i < size; i++) {
            if (members[i] == socket) {
                // Keeps the order of the others: receivers are served in the order in which they
                // came.
                System.arraycopy(members, i + 1, members, i, size - i - 1);
                size--;
                Arrays.fill(members, size, size + 1, null);
                break;
            }
        }
        return size == 0;
    }
}
