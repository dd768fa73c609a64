#!/usr/bin/env bash
# Write the lock files anew: the newest versions that pyproject.toml allows, found by
# installing into an empty environment, with the hashes that the package index has of
# them. Each file holds what it adds to the one before. Run `make lock` with Python 3.11;
# it asks the package index that pip and uv are set up for.
set -euo pipefail
cd "$(dirname "$0")/.."

environment=$(mktemp -d)
trap 'rm -rf "$environment"' EXIT
"${PYTHON:-python3.11}" -m venv "$environment"
"${PYTHON:-python3.11}" -m venv "$environment/tools"
"$environment/tools/bin/pip" install --quiet --quiet uv
note='# Exact versions for Python 3.11. Written by `make lock`; do not edit by hand.'

compile() {  # compile <arguments of `uv pip compile`>
    "$environment/tools/bin/uv" pip compile --quiet --generate-hashes --no-header \
        --no-annotate --python-version 3.11 "$@"
}

lock() {  # lock <file> <extras> <file it builds on, or nothing>
    # dbt 1.12 fetches its parser from outside the package index while it installs.
    "$environment/bin/pip" install --quiet --quiet ".$2" "dbt-core<1.12"
    "$environment/bin/pip" list --format=freeze --exclude pip --exclude setuptools \
        --exclude precision-marketing > "$environment/$1.all"
    {
        echo "$note"
        if [ -n "${3:-}" ]; then
            echo "-r $3.lock"
            grep -vxFf "$environment/$3.all" "$environment/$1.all" | compile --no-deps -
        else
            compile --no-deps "$environment/$1.all"
        fi
    } > "requirements/$1.lock"
}

forget() {  # forget <file>: uninstall what it added, so that the next does not see it
    grep -vxFf "$environment/runtime.all" "$environment/$1.all" | sed 's/==.*//' |
        xargs "$environment/bin/pip" uninstall --quiet --yes
}

lock runtime ""
lock complete-journey "[complete-journey]" runtime
forget complete-journey
lock benchmark "[benchmark,service]" runtime
forget benchmark
lock service "[service]" runtime
forget service
for extra in exports postgres public semantic spark; do
    lock "$extra" "[$extra]" runtime
    forget "$extra"
done
lock test "[test]" runtime
lock lint "[lint]" test
# What stands in no extra: what builds the package in its environment, what looks for
# vulnerabilities and what makes the site from environments of their own, and what
# requirements/install.sh uses.
for group in build audit; do
    {
        echo "$note"
        compile --constraint "$environment/runtime.all" \
            --group "pyproject.toml:$group"
    } > "requirements/$group.lock"
done
{
    echo "$note"
    # dbt's versions do not bind it.
    compile --group pyproject.toml:site
} > requirements/site.lock
{
    echo "$note"
    "$environment/tools/bin/pip" list --format=freeze | grep '^uv==' |
        compile --no-deps -
} > requirements/installer.lock
