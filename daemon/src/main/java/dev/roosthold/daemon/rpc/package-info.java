/// Answers the remote calls that reach this machine: who may call what, once each, encrypted.
///
/// A method is an [dev.roosthold.daemon.rpc.RpcMethod]; it knows neither sockets nor ciphertext.
/// Relay contract, RPC; the plaintext objects are those of the end-to-end contract.
@NullMarked
package dev.roosthold.daemon.rpc;

import org.jspecify.annotations.NullMarked;
