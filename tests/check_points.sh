#!/usr/bin/env bash
# check_points.sh [--all [--repeat N]] [LAB...]: bin/grade gives what is due, for all labs or those
# named: to each lab's reference all points, N times in a row (1); to a wrong server of labs/wrong of
# every third lab, or to all of them, fewer, in the tasks that wrong.tsv has for it; to servers in
# other languages what they are worth. And grading a reference takes less than a minute.
# SIDE_BY_SIDE: how many are graded at a time (3). KEEP=FOLDER: what grade says is kept there.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
bin=${BIN:-bin}
table=labs/wrong/wrong.tsv
side_by_side=${SIDE_BY_SIDE:-3}
most_seconds=60
# shellcheck source=scripts/verdicts.sh
. scripts/verdicts.sh

if [ -n "${INSTRUMENTED:-}" ]; then
    skip 'a sanitizer needs more memory than a submission may have'
    closing_line
    exit
fi
if ! command -v python3 >/dev/null; then
    skip 'python3, which reads the results here, is not installed'
    closing_line
    exit
fi
repeat=1 wrong_ones=1 quiet_ones=/busy-wait/d # which takes both cores from others for a minute
if [ "${1:-}" = --all ]; then
    wrong_ones=1000 quiet_ones=
    shift
fi
if [ "${1:-}" = --repeat ]; then
    repeat=${2:?--repeat needs a number}
    shift 2
fi
work=$(mktemp -d)
chmod 755 "$work"
declare -A running=() # from a grader's process to its trial
end() {
    trap '' INT TERM HUP
    for pid in "${!running[@]}"; do
        kill -TERM "$pid" 2>/dev/null || true # the submission ends with it
    done
    wait
    rm -rf "$work"
}
trap end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# ---- Labs, and what a trial's result says -------------------------------------------------------

# lab_column LAB NUMBER
lab_column() {
    awk -F'\t' -v lab="$1" -v n="$2" '!/^#/ && $1 == lab { print $n }' labs/labs.tsv
}
# verdicts TRIAL: a row for each task: its case, a tab, the verdict.
verdicts() {
    python3 - "$work/$1.json" <<'END'
import json, sys
for task in json.load(open(sys.argv[1]))["tasks"]:
    print(task["case"], task["verdict"], sep="\t")
END
}
# member TRIAL NAME: a number of the result's.
member() {
    python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$work/$1.json" "$2"
}
mapfile -t labs < <(awk -F'\t' '!/^#/ && $1 < 10 { print $1 }' labs/labs.tsv)
[ $# -eq 0 ] || labs=("$@")

# ---- Judges: a line for each thing that is not as it should be ------------------------------------

judge_reference() {
    local points of seconds
    points=$(member "$1" points) of=$(member "$1" of) seconds=$(member "$1" seconds)
    [ "$points" = "$of" ] || echo "$points of $of points"
    verdicts "$1" | awk -F'\t' '$2 == "failed" || $2 == "skipped" { print $1 " " $2 }'
    awk -v s="$seconds" -v most="$most_seconds" 'BEGIN { exit s >= most }' || echo "it took $seconds s"
}

# matches NAME PATTERN...
matches() {
    local name=$1 pattern
    shift
    for pattern; do
        # shellcheck disable=SC2053 # it is a pattern
        if [[ $name == $pattern ]]; then return 0; fi
    done
    return 1
}
# What must fail, and is asked in this lab, fails; of these basics nothing else does. (What is left
# behind, which fails the basics too in the suite, fails only the cases that judge it here.)
basics=(start/first-line echo/coalesced-messages echo/fin-at-once frame/empty guess/whole-games
    stop/without-clients)
judge_wrong() {
    local name=${1#lab-*-wrong-} listed must may case verdict failed=0
    listed=$(awk -F'\t' -v n="$name" '!/^#/ && $1 == n { print $5 }' "$table" | tr ',' '\n')
    mapfile -t must < <(grep -v '^[-?]' <<<"$listed")
    mapfile -t may < <(sed -n 's/^?//p' <<<"$listed")
    while IFS=$'\t' read -r case verdict; do
        case $verdict in
        failed)
            failed=$((failed + 1))
            if matches "$case" "${basics[@]}" && ! matches "$case" "${must[@]}" "${may[@]}"; then
                echo "$case fails, and should not"
            fi
            ;;
        passed)
            if matches "$case" "${must[@]}" && ! matches "$case" "${basics[@]}"; then
                echo "$case passes, and should not"
            fi
            ;;
        esac
    done < <(verdicts "$1")
    [ "$failed" -gt 0 ] || echo "it gets all points"
}

# A small server in another language passes these, whatever else it fails.
declare -A must_pass=()
judge_language() {
    local case had
    had=$(verdicts "$1")
    for case in ${must_pass[$1]}; do
        grep -qx "$case"$'\t'passed <<<"$had" || echo "$case does not pass"
    done
}

# ---- Trials -------------------------------------------------------------------------------------

# begin TRIAL JUDGE LAB ARGUMENTS...: TRIAL is the name of its files.
declare -A judge_of=()
begin() {
    while [ ${#running[@]} -ge "$side_by_side" ]; do await_one; done
    judge_of[$1]=$2
    "$bin/grade" --lab "$3" --json "$work/$1.json" "${@:4}" </dev/null >"$work/$1" 2>&1 &
    running[$!]=$1
}
judge() {
    local trial=$1
    if [ "$2" -ne 0 ] || [ ! -s "$work/$trial.json" ]; then
        fail "$trial: grade ended with status $2: $(tail -1 "$work/$trial")"
    else
        "${judge_of[$trial]}" "$trial" |
            complaints "$trial: $(member "$trial" points) points in $(member "$trial" seconds | cut -c1-4) s"
    fi
    [ -z "${KEEP:-}" ] || cp "$work/$trial" "$work/$trial.json" "$KEEP"
}
await_one() {
    local pid status
    while :; do
        for pid in "${!running[@]}"; do
            if ! kill -0 "$pid" 2>/dev/null; then
                status=0
                wait "$pid" || status=$?
                judge "${running[$pid]}" "$status"
                unset "running[$pid]"
                return
            fi
        done
        sleep 0.1
    done
}

# ---- Other languages ----------------------------------------------------------------------------

python_poll() {
    cat >"$1/server" <<'END'
#!/usr/bin/env python3
import argparse, select, signal, socket

options = argparse.ArgumentParser()
options.add_argument("--port", type=int)
options.add_argument("--service")
options = options.parse_args()
listener = socket.create_server(("127.0.0.1", options.port), backlog=128)
listener.setblocking(False)
print("listening on 127.0.0.1:%d" % listener.getsockname()[1], flush=True)
poll, clients, owed = select.poll(), {}, {}
poll.register(listener, select.POLLIN)
wake, woken = socket.socketpair()
wake.setblocking(False)
signal.signal(signal.SIGTERM, lambda number, frame: None)
signal.set_wakeup_fd(wake.fileno())
poll.register(woken, select.POLLIN)

def leave(fd):
    poll.unregister(fd)
    clients.pop(fd).close()
    owed.pop(fd)

def serve(fd):
    try:
        if not owed[fd]:
            owed[fd] = clients[fd].recv(65536)
            if not owed[fd]:
                return leave(fd)
        owed[fd] = owed[fd][clients[fd].send(owed[fd]):]
    except BlockingIOError:
        pass
    except OSError:
        return leave(fd)
    poll.modify(fd, select.POLLOUT if owed[fd] else select.POLLIN)

while True:
    for fd, events in poll.poll():
        if fd == woken.fileno():
            raise SystemExit(0)
        if fd in clients:
            serve(fd)
        elif fd == listener.fileno():
            try:
                client = listener.accept()[0]
            except OSError:
                continue
            client.setblocking(False)
            clients[client.fileno()], owed[client.fileno()] = client, b""
            poll.register(client, select.POLLIN)
END
}
shell_socat() {
    cat >"$1/server" <<'END'
#!/bin/sh
# --port N --service S
socat -d -d "TCP-LISTEN:$2,bind=127.0.0.1,fork,reuseaddr,backlog=128" EXEC:cat 2>"$TMPDIR/said.$$" &
socat=$!
trap 'kill $socat; wait; exit 0' TERM
until grep -q 'listening on AF=2' "$TMPDIR/said.$$"; do sleep 0.02; done
sed -n 's/.*listening on AF=2 \(.*\)$/listening on \1/p' "$TMPDIR/said.$$"
wait $socat
END
}
go_server() {
    cat >"$1/server.go" <<'END'
package main

import (
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	port := flag.Int("port", 7000, "where to listen")
	flag.String("service", "echo", "what to say")
	flag.Parse()
	listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", *port))
	if err != nil {
		os.Exit(1)
	}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM)
	go func() { <-stop; os.Exit(0) }()
	fmt.Printf("listening on %s\n", listener.Addr())
	for {
		client, err := listener.Accept()
		if err == nil {
			go func() { io.Copy(client, client); client.Close() }()
		}
	}
}
END
    printf 'server: server.go\n\tGO111MODULE=off go build -o server server.go\n' >"$1/Makefile"
}
# language NAME LAB PROGRAM 'CASES': where PROGRAM is installed, NAME's submission passes these.
language() {
    local trial=language-$1 folder=$work/$1
    if ! command -v "$3" >/dev/null; then
        skip "$1: $3 is not installed"
        return
    fi
    mkdir -p "$folder"
    "$1" "$folder"
    [ ! -f "$folder/server" ] || chmod 755 "$folder/server"
    must_pass[$trial]=$4
    begin "$trial" judge_language "$2" --submission "$folder"
}

# -------------------------------------------------------------------------------------------------

if [ $# -eq 0 ]; then
    echoes='start/first-line echo/coalesced-messages echo/a-mebibyte'
    language python_poll 6 python3 "$echoes model/processes model/threads model/descriptors model/sleeps-in"
    language shell_socat 3 socat "$echoes model/processes model/threads"
    language go_server 2 go "$echoes"
fi
for lab in "${labs[@]}"; do
    for ((i = 1; i <= repeat; i++)); do
        begin "lab-$lab-reference-$i" judge_reference "$lab" --seed "student $i" -- \
            "$bin/$(lab_column "$lab" 7)"
    done
    [ -z "$quiet_ones" ] || [ $((lab % 3)) -eq 0 ] || continue
    while read -r name; do
        begin "lab-$lab-wrong-$name" judge_wrong "$lab" -- "$bin/wrong/$name"
    done < <(awk -F'\t' -v lab="$lab" '!/^#/ && $4 == lab { print $1 }' "$table" | sed "$quiet_ones" | head -n "$wrong_ones")
done
while [ ${#running[@]} -gt 0 ]; do await_one; done
closing_line
