#!/bin/sh
# Builds and tests the web page for Maven; quick when there is nothing to do.
#
#   build.sh page    installs packages if package-lock.json changed, then builds target/classes/web if a source changed
#   build.sh test    checks the types, runs the unit tests and the check of the size of the first load
#   build.sh node    only says whether there is a Node that can do it
#
# Node 20.19 is what the bundler and the crypto library need.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
cd "$here"

node_missing() {
  echo "error: the web page needs Node.js 20 or newer; install it (https://nodejs.org) and run again" >&2
  exit 1
}

check_node() {
  command -v node >/dev/null 2>&1 && command -v npm >/dev/null 2>&1 || node_missing
  version=$(node --version 2>/dev/null) || node_missing
  version=${version#v}
  major=${version%%.*}
  rest=${version#*.}
  minor=${rest%%.*}
  [ "$major" -ge 20 ] 2>/dev/null || node_missing
  if [ "$major" -eq 20 ] && [ "$minor" -lt 19 ]; then
    echo "error: the web page needs Node.js 20.19 or newer, found $version; install it (https://nodejs.org) and run again" >&2
    exit 1
  fi
}

# The marker is a copy of the lock file that was installed last, so that a checkout of another branch is noticed
# whatever the file times say.
install_packages() {
  marker=node_modules/.installed-package-lock.json
  if ! cmp -s package-lock.json "$marker"; then
    npm ci --no-audit --no-fund --loglevel=error
    cp package-lock.json "$marker"
  fi
}

sources() {
  find src public index.html package.json package-lock.json vite.config.ts tsconfig.json -type f | LC_ALL=C sort
}

# Content decides, not time: a fresh checkout gives every file a new time.
digest() {
  # shellcheck disable=SC2046 # our own file names have no blanks
  cat $(sources) | cksum
  sources | cksum
}

build_page() {
  stamp=target/page.cksum
  now=$(digest)
  if [ -f target/classes/web/index.html ] && [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$now" ]; then
    return 0
  fi
  npm run --silent build -- --logLevel warn
  mkdir -p target
  printf '%s\n' "$now" >"$stamp"
}

check_node
case "${1:-}" in
  node) ;;
  page)
    install_packages
    build_page
    ;;
  test)
    npm run --silent test -- --reporter=dot
    ;;
  *)
    echo "usage: build.sh page | test | node" >&2
    exit 2
    ;;
esac
