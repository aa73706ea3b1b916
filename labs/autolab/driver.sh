#!/usr/bin/env bash
# driver.sh [OPTION...]: builds the grader, unpacks what was handed in (handin.tar, compressed or
# not, or a server.c alone), grades it, and ends with Autolab's line of scores. OPTIONs are
# bin/grade's.
#
# Autolab shows the student all of the output. So tasks that are not visible are taken out of it:
# a task's own line begins in the first column, and what belongs to it does not.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd) || exit 1
read -r lab reference <"$here/lab"
read -ra options <"$here/options" || true # empty, or --any-model
# shellcheck source=labs/submission.sh
. "$here/submission.sh"

# Without a line of scores Autolab gives none, and shows what was said.
give_up() {
    echo "The grader itself has failed, and no score is given: $1. Tell your instructor."
    exit 1
}

mkdir -p "$here/unpacked"
if [ -f handin.tar ]; then
    tar xf handin.tar -C "$here/unpacked" --no-same-owner --no-same-permissions || {
        echo 'What you handed in is no tar file: tar cf handin.tar Makefile server.c'
        echo "{\"scores\": {\"lab$lab\": 0}}"
        exit 0
    }
elif [ -f server.c ]; then
    cp server.c "$here/unpacked"
else
    give_up 'neither handin.tar nor server.c is here'
fi
prepare "$here/unpacked" "$here/submission" || give_up 'the submission cannot be copied'

# Without a name of the student's (Autolab tells none), all get the same questions.
cd "$here/echolab" || give_up 'it is not whole'
make REFERENCE="$reference" >"$here/build.log" 2>&1 || {
    cat "$here/build.log"
    give_up 'it cannot be built'
}
bin/grade --lab "$lab" "${options[@]}" --student '' --submission "$here/submission" --autolab "$@" \
    >"$here/result" 2>&1
status=$?
awk '
    /^[^ ]/ { others = 0 }
    /^(pass|FAIL|skip|-) +[^ ]+ of [^ ]+ +\[(hidden|after)\]/ { others = 1; n++ }
    /^{"scores"/ && n { printf "%d more tasks are not shown.\n", n }
    !others' "$here/result"
[ "$status" -eq 0 ] || give_up "status $status"
