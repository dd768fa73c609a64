#!/bin/sh
# Install into a virtual environment: requirements/install.sh .venv/bin ARGUMENTS, with
# the arguments of `pip install`. uv takes a third of pip's time, but knows nothing of
# pip's settings: where these name an index, or uv cannot install, pip does. What a lock
# file names is installed only if it has one of the hashes there, and nothing else is:
# pip would have extras such as `mashumaro[msgpack]` pinned by that name.
set -eu
bin=$1
shift
case " $* " in
    *" --requirement "*) set -- --require-hashes --no-deps "$@" ;;
esac
pip() {
    # Twice quiet: pip's warnings are about the machine's own index settings. No bytecode
    # of modules that nothing imports: half of the installation.
    "$bin/python" -m pip install --quiet --quiet --disable-pip-version-check \
        --no-compile "$@"
}
if ! "$bin/python" -m pip config list 2>/dev/null | grep -q "[.:]index-url="; then
    test -x "$bin/uv" ||
        pip --require-hashes --requirement "$(dirname "$0")/installer.lock" || true
    # It must not wait long for an index that a firewall hides.
    UV_HTTP_TIMEOUT=15 \
        "$bin/uv" pip install --quiet --python "$bin/python" "$@" 2>/dev/null && exit 0
fi
pip "$@"
