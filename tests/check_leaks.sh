#!/usr/bin/env bash
# check_leaks.sh: each model once under valgrind: a few clients, one of them still there at the stop,
# SIGTERM, exit status 0, and no leak or bad access in any of its processes. Run by `make leaks`.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
# shellcheck source=scripts/verdicts.sh
. scripts/verdicts.sh
bin=${BIN:-bin}
unavailable=69 # the exit status of a model that cannot run on this machine
if ! command -v valgrind >/dev/null; then
    skip 'valgrind is not installed'
    closing_line
    exit
fi
logs=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill -KILL "$server" 2>/dev/null; rm -rf "$logs"' EXIT

# Waits up to 60 s for a command to succeed.
await() {
    local deadline=$((SECONDS + 60))
    until "$@"; do
        [ "$SECONDS" -lt "$deadline" ] || return 1
        sleep 0.05
    done
}
# Ended, though perhaps not yet waited for.
gone() {
    ! grep -q '^State:[[:space:]]*[^ZX]' "/proc/$server/status" 2>/dev/null
}
listening_or_gone() {
    grep -q '^listening on ' "$1" || gone
}

# Leaves its client connected, as descriptor 3.
ask() {
    local answer
    exec 3<>"/dev/tcp/127.0.0.1/$1" || return
    echo "$2" >&3 && IFS= read -r -t 60 answer <&3 && [ "$answer" = "$2" ]
}

run_model() {
    local out=$logs/out port status=0
    rm -f "$logs"/*
    : >"$out"
    valgrind --suppressions=tests/valgrind.supp --leak-check=full --show-leak-kinds=definite,possible \
        --errors-for-leak-kinds=definite,possible --error-exitcode=99 --fair-sched=try \
        --log-file="$logs/valgrind.%p" \
        "$bin/$1" --port 0 --stats "$logs/stats" >"$out" 2>&1 </dev/null &
    server=$!
    if ! await listening_or_gone "$out" || gone; then
        if gone && { wait "$server" || status=$?; } && [ "$status" -eq "$unavailable" ]; then
            server=
            return "$unavailable"
        fi
        echo "it does not listen: $(cat "$out")"
        return 1
    fi
    port=$(sed -n 's/^listening on .*://p' "$out")
    for client in 1 2 3 4 5; do
        if ! ask "$port" "client $client"; then
            echo "client $client was not answered: $(cat "$out")"
            return 1
        fi
        [ "$client" = 5 ] || exec 3>&-
    done
    kill -TERM "$server"
    if ! await gone; then
        echo "it does not stop"
        return 1
    fi
    wait "$server"
    status=$?
    server=
    exec 3>&-
    if [ "$status" -ne 0 ]; then
        echo "exit status $status: $(cat "$out" "$logs"/valgrind.*)"
        return 1
    fi
    for log in "$logs"/valgrind.*; do
        if ! grep -q 'ERROR SUMMARY: 0 errors' "$log"; then
            cat "$log"
            return 1
        fi
    done
    find "$logs" -name 'valgrind.*' | wc -l >"$logs/processes"
}

while IFS=$'\t' read -r model _ _ _ _ needs _; do
    if [ "$needs" = io_uring ]; then
        skip "$model sleeps in io_uring_enter, where valgrind 3.19 lets no signal through: LeakSanitizer looks at it"
        continue
    fi
    status=0
    run_model "$model" || status=$?
    if [ "$status" -eq 0 ]; then
        pass "$model leaks nothing (processes looked at: $(cat "$logs/processes"))"
    elif [ "$status" -eq "$unavailable" ]; then
        skip "$model cannot run here: $(sed "s/^$model: //" "$logs/out")"
    else
        fail "$model"
        if [ -n "$server" ]; then
            kill -KILL "$server" 2>/dev/null
            wait "$server" 2>/dev/null
            server=
        fi
        exec 3>&-
    fi
done < <(grep -v '^#' models.tsv)

closing_line
