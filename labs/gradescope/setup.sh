#!/usr/bin/env bash
# setup.sh: Gradescope runs this once, when the autograder's image is made. Installs what is missing,
# and builds the grader from the sources beside this file.
set -euo pipefail
root=${AUTOGRADER:-/autograder} # another one in tests
cd "$root/source"
read -r _ reference <lab

# The first four build; the others run what a student's server may be, and a few of the cases.
packages=(gcc make libc6-dev libjansson-dev python3 strace procps)
missing=()
for package in "${packages[@]}"; do
    if [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" != installed ]; then
        missing+=("$package")
    fi
done
# In a test, what is not installed as a package is found by who needs it.
if [ ${#missing[@]} -gt 0 ] && [ "$root" = /autograder ]; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get update
    apt-get install -y --no-install-recommends "${missing[@]}"
fi

make -C echolab REFERENCE="$reference"
# Tasks, and for labs 7 and 9 a solution: no submission should read them.
chmod -R go= "$root/source"
