#!/usr/bin/env bash
# check_hostile.sh [--all] [NAME...]: hostile submissions (labs/hostile; all of them, or those named)
# cost only their own points, graded as well confined as it goes here; with --all by root and by an
# ordinary user, with namespaces and without, and those that are after files with an older Landlock.
# SIDE_BY_SIDE: how many are graded at a time (4). KEEP=FOLDER: what grade says is kept there.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
bin=$(cd "${BIN:-bin}" && pwd)
root=$PWD
side_by_side=${SIDE_BY_SIDE:-4}
deadline=120 # seconds
# shellcheck source=scripts/verdicts.sh
. scripts/verdicts.sh

if [ -n "${INSTRUMENTED:-}" ]; then
    skip 'a sanitizer needs more memory and more files than a submission may have'
    closing_line
    exit
fi

all=
if [ "${1:-}" = --all ]; then
    all=yes
    shift
fi
work=$(mktemp -d)
chmod 755 "$work"
# A small lab: what is attacked does not depend on how much is asked.
mkdir -p "$work/labs/01-small"
printf '1\t01-small\tSmall\techo\tone\tblocking\tblocking\t-\n' >"$work/labs/labs.tsv"
for case in start/first-line echo/fin-at-once echo/every-value echo/a-mebibyte model/processes; do
    printf '20\t%s\tvisible\t%s\tread on\n' "$case" "$case"
done >"$work/labs/01-small/grading.tsv"
listener=
declare -A running=() # from a grader's process to its trial
end() {
    trap '' INT TERM HUP
    for pid in "${!running[@]}" $listener; do
        kill -TERM "$pid" 2>/dev/null || true # the submission ends with it
    done
    wait
    find /dev/shm -maxdepth 1 -name 'fills-disk-*' -user "$(uid_of user 0)" -newer "$work/start" -delete 2>/dev/null
    rm -rf "$work"
}
trap end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# ---- Who grades, and how confined ---------------------------------------------------------------

# An ordinary user who is nobody else, so that what is left can be told by its owner.
ordinary=$((54000 + $$ % 900))
modes=()
if [ "$(id -u)" -eq 0 ]; then
    modes+=(root ${all:+root-bare root-old})
    if setpriv --reuid "$ordinary" --regid "$ordinary" --clear-groups true 2>/dev/null; then
        modes+=(${all:+user user-bare user-old})
    fi
else
    modes+=(user ${all:+user-bare user-old})
fi
# as MODE COMMAND...: takes the place of the subshell that it is called in.
as() {
    local mode=$1
    shift
    if [ "$(id -u)" -eq 0 ] && [[ $mode == user* ]]; then
        exec setpriv --reuid "$ordinary" --regid "$ordinary" --clear-groups "$@"
    fi
    exec "$@"
}

# Somebody outside: a port, and an abstract socket.
name=echolab-hostile-$$
start_listener() {
    python3 -c '
import socket, sys, time
t = socket.socket(); t.bind(("127.0.0.1", 0)); t.listen(64)
u = socket.socket(socket.AF_UNIX); u.bind("\0" + sys.argv[1]); u.listen(64)
print(t.getsockname()[1], flush=True)
while True: time.sleep(3600)' "$name" >"$work/port" &
    listener=$!
    until [ -s "$work/port" ]; do
        kill -0 "$listener" 2>/dev/null || return 1
        sleep 0.05
    done
    port=$(cat "$work/port")
}
port=9
if ! command -v python3 >/dev/null || ! start_listener; then
    skip 'calls-out: nobody to call, since python3 is not installed'
    port=
fi

# ---- Grading ------------------------------------------------------------------------------------

# What another student handed in.
mkdir "$work/other"
touch "$work/other/"{server.c,Makefile,README}
echo 'int main(void) { return 0; }' >"$work/other/secret"
chmod -R a+rX "$work/other"

# submission TRIAL NAME: a folder with what a student hands in.
submission() {
    local folder=$work/$1/submitted
    mkdir -p "$folder" "$work/$1/results"
    cp labs/hostile/serve.h "$folder/"
    cp "labs/hostile/$2.c" "$folder/server.c" 2>/dev/null || cat >"$folder/server.c" <<'END'
#include "serve.h"
static void attack(void) {}
int main(int argc, char **argv)
{
    return serve(argc, argv, attack, AT_ONCE);
}
END
    cat >"$folder/Makefile" <<END
server: server.c
	gcc -std=c17 -D_GNU_SOURCE -O2 -DPORT=${port:-9} -DNAME='"$name"' -DRESULTS='"$work/$1/results"' \\
	    -DLABS='"$root/labs"' -DMODELS='"$bin"' -DOTHER='"$work/other"' -o server server.c
END
    chmod -R a+rX "$work/$1"
    if [ "$(id -u)" -eq 0 ] && [[ $1 == user* ]]; then
        chown "$ordinary" "$work/$1/results" # the grader's; a submission is not kept from its own
    fi
}
# grade TRIAL NAME
grade() {
    local mode=${1%%/*} results=$work/$1/results options=()
    case $mode in
    *-bare) options=(--without namespaces --accept-unconfined) ;;
    *-old) options=(--without namespaces --without scopes --accept-unconfined) ;;
    esac
    as "$mode" "$bin/grade" --lab 1 --labs "$work/labs" --submission "$work/$1/submitted" \
        --student "$2" --deadline "${deadline}s" --json "$results/results.json" --tap "$results/results.tap" \
        "${options[@]}"
}
# uid_of TRIAL PID: whose processes the submission's are: see grade/confine_user.c.
uid_of() {
    case $1 in
    root*) echo $((30000 + $2 % 3000)) ;;
    *) if [ "$(id -u)" -eq 0 ]; then echo "$ordinary"; else id -u; fi ;;
    esac
}
begin() {
    submission "$1/$2" "$2"
    grade "$1/$2" "$2" </dev/null >"$work/$1/$2/said" 2>&1 &
    running[$!]=$1/$2
    date +%s >"$work/$1/$2/begun"
}

# ---- What is left -------------------------------------------------------------------------------

# processes_of UID GRADER: those that the submission has left.
processes_of() {
    local file pid
    for file in /proc/[0-9]*/status; do
        pid=${file#/proc/}
        pid=${pid%/status}
        awk -v uid="$1" '/^Name:/ { name = $2 } /^State:/ { state = $2 }
            /^Uid:/ { if ($2 == uid && state != "Z" && (name == "server" || name == "make")) print name }' \
            "$file" 2>/dev/null
    done
}
# files_of MODE UID: what it has left where everybody may write. An ordinary user without namespaces
# has accepted that what lies in /dev/shm is not told from the user's own.
files_of() {
    local places=(/tmp /var/tmp /dev/shm)
    if [[ $1 == user-* ]]; then places=(/tmp /var/tmp); fi
    find "${places[@]}" -xdev -user "$2" -not -path "$work/*" -newer "$work/start" 2>/dev/null
}
touch "$work/start"

# points TRIAL
points() {
    python3 -c '
import json, sys
g = json.load(open(sys.argv[1]))
print(int(round(g["points"] * 10)))' "$work/$1/results/results.json" 2>/dev/null ||
        sed -n 's/.*"points": *\([0-9]*\).*/\1/p' "$work/$1/results/results.json" | head -1
}

# judge TRIAL PID STATUS
judge() {
    local trial=$1 mode=${1%%/*} which=${1#*/} uid wrong=() got seconds left
    if [ "$which" = calls-out ] && grep -q 'a network of its own' "$work/$trial/said"; then
        skip "$trial: this machine gives no network of its own, and grade says so"
        return
    fi
    if [ "$which" = reads-others ] && grep -q 'the files of others' "$work/$trial/said"; then
        skip "$trial: nothing hides files on this machine, and grade says so"
        return
    fi
    if [ "$3" -eq 1 ] && grep -q 'nothing here keeps the submission from this grader' "$work/$trial/said"; then
        skip "$trial: nothing protects a grader on this machine, and grade says so"
        return
    fi
    uid=$(uid_of "$trial" "$2")
    seconds=$(($(date +%s) - $(cat "$work/$trial/begun")))
    [ "$3" -eq 0 ] || wrong+=("grade ended with status $3: $(tail -1 "$work/$trial/said")")
    [ "$seconds" -le $((deadline + 30)) ] || wrong+=("it took $seconds s")
    if grep -h 'attack succeeded' -r "$work/$trial/said" "$work/$trial/results"; then
        wrong+=("$(grep -ho 'attack succeeded[^;"]*' -r "$work/$trial/said" "$work/$trial/results" | head -1)")
    fi
    got=$(points "$trial")
    case $which in
    honest | attacks-files | reads-others | traces-grader | calls-out)
        [ "$got" = 1000 ] || wrong+=("$got tenths of a point, not 1000: $(grep -m3 -i fail "$work/$trial/said")") ;;
    prints-results) [ "$got" = 0 ] || wrong+=("$got tenths of a point, and it serves nobody") ;;
    fills-disk | kills-all) [ -n "$got" ] || wrong+=("no points at all") ;; # it may hit nobody
    *) [ -n "$got" ] && [ "$got" -lt 1000 ] || wrong+=("'$got' tenths of a point") ;;
    esac
    # Another trial of the same user may be running: what is there then is not left.
    if [[ $mode == root* ]] || [ ${#running[@]} -le 1 ]; then
        left=$(processes_of "$uid")
        [ -z "$left" ] || wrong+=("processes are left: $left")
        left=$(files_of "$mode" "$uid")
        [ -z "$left" ] || wrong+=("files are left: $left")
    fi
    if [ ${#wrong[@]} -eq 0 ]; then
        pass "$trial: $((got / 10)) points in $seconds s, and nothing left"
    else
        fail "$trial:"
        printf '        %s\n' "${wrong[@]}"
    fi
    [ -z "${KEEP:-}" ] || cp "$work/$trial/said" "$KEEP/${trial/\//-}"
}
await_one() {
    local pid status
    while :; do
        for pid in "${!running[@]}"; do
            if ! kill -0 "$pid" 2>/dev/null; then
                status=0
                wait "$pid" || status=$?
                judge "${running[$pid]}" "$pid" "$status"
                unset "running[$pid]"
                return
            fi
        done
        sleep 0.1
    done
}

names=("$@")
if [ $# -eq 0 ]; then
    for file in labs/hostile/*.c; do
        names+=("$(basename "$file" .c)")
    done
fi
for mode in "${modes[@]}"; do
    # The honest one goes first, and beside whatever attacks.
    for which in honest "${names[@]}"; do
        if [ "$which" = calls-out ]; then
            [ -n "$port" ] || continue
            if [[ $mode == *-bare ]]; then
                skip "$mode/calls-out: without namespaces nothing keeps it, and grade says so"
                continue
            fi
        fi
        # Signals are what an older Landlock does not keep in.
        if [[ $mode == *-old && ! $which =~ ^(honest|attacks-files|reads-others|traces-grader)$ ]]; then
            continue
        fi
        while [ ${#running[@]} -ge "$side_by_side" ]; do await_one; done
        begin "$mode" "$which"
    done
    while [ ${#running[@]} -gt 0 ]; do await_one; done
    if [[ $mode == user* ]]; then
        left=$(processes_of "$(uid_of user 0)")$(files_of "$mode" "$(uid_of user 0)")
        if [ -z "$left" ]; then pass "$mode: nothing left of any of them"; else fail "$mode: left: $left"; fi
    fi
done

closing_line
