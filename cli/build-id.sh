#!/bin/sh
# Writes which source this build is of, for `roost --version`: the commit, with + when files differ from it. The file is
# touched only when it changes.
#
#   build-id.sh FILE
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
file=$1

commit=$(git -C "$here" rev-parse --short=12 HEAD 2>/dev/null) || commit=unknown
if [ "$commit" != unknown ] && [ -n "$(git -C "$here" status --porcelain --untracked-files=no 2>/dev/null)" ]; then
  commit=$commit+
fi
line="commit=$commit"
if [ ! -f "$file" ] || [ "$(cat "$file")" != "$line" ]; then
  mkdir -p "$(dirname -- "$file")"
  printf '%s\n' "$line" >"$file"
fi
