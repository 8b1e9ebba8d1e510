/// Engine.IO protocol, revision 4, on Netty: long polling, websocket, upgrade, heartbeat.
///
/// An [dev.roosthold.socketio.engine.EngineServer] hands sessions to an
/// [dev.roosthold.socketio.engine.EngineApplication]. A session lives on one event loop; an upgrade
/// moves it to the event loop of its websocket. Knows nothing of Socket.IO.
@NullMarked
package dev.roosthold.socketio.engine;

import org.jspecify.annotations.NullMarked;
