#!/bin/sh
# Runs the assembly on the JDK that builds Roosthold, whichever one runs Maven: the runtime in the tarball is made of it.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
jdk=$("$here/../roost" --java-home)
exec "$jdk/bin/java" --enable-native-access=ALL-UNNAMED "$@"
