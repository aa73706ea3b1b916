# shellcheck shell=bash
# shellcheck disable=SC2034 # passed, failed, skipped, failures, ended: for who sources it
# lane.sh, to be sourced after scripts/verdicts.sh and docs/demos/stage.sh: a place to start programs
# in, such that all that they leave behind is found and taken away.

# Whatever is started has its lane's mark in its environment, and its folder for temporary files is
# the lane's; so lanes may run side by side.
box='' mark='' own=() # groups of the lane's own

# lane COMMAND...: in a subshell, with a closing line for scripts/tally.sh.
lane() {
    box=$(mktemp -d)
    mark=ECHOLAB_DEMO_MARK=$BASHPID.$SRANDOM
    trap end EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    trap 'exit 129' HUP
    passed=0 failed=0 skipped=0 failures=()
    mkdir "$box/tmp" "$box/sockets"
    "$@"
    closing_line
}

end() {
    trap '' INT TERM HUP
    local group
    for group in "${own[@]}" $(jobs -p); do
        kill -KILL -- "-$group" "$group"
    done
    kill_marked
    wait
    rm -rf "$box"
} 2>/dev/null # where the shell would say what it has killed

marked() {
    grep -lsaxzF -- "$mark" /proc/[0-9]*/environ | sed 's:/proc/\(.*\)/environ:\1:'
}
kill_marked() {
    local found
    mapfile -t found < <(marked)
    if [ ${#found[@]} -gt 0 ]; then kill -KILL "${found[@]}" 2>/dev/null; fi
}
none_marked() {
    [ -z "$(marked)" ]
}
some_marked() {
    [ -n "$(marked)" ]
}

# Complains of what is left, and takes it away.
leftovers() {
    local pid
    if ! await none_marked; then
        for pid in $(marked); do
            echo "process $pid is left: $(tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline")"
        done
        kill_marked
    fi
    find "$box/tmp" -mindepth 1 -maxdepth 1 -printf '%f is left in the folder for temporary files\n'
    find "$box/tmp" -mindepth 1 -delete
}

# begin COMMAND...: as from a terminal: a process group of its own, which signals reach. Sets demo.
begin() {
    set -m
    env "$mark" TMPDIR="$box/tmp" "$@" </dev/null >"$box/out" 2>&1 &
    demo=$!
    set +m
    own=("$demo")
}
# finish SECONDS: waits for it; sets ended, its exit status; 124 where it had to be ended.
finish() {
    local until=$((SECONDS + $1))
    until gone "$demo"; do
        if [ "$SECONDS" -ge "$until" ]; then
            kill -TERM "$demo"
            await gone "$demo" || kill -KILL -- "-$demo"
            wait "$demo" 2>/dev/null
            ended=124
            return
        fi
        sleep 0.05
    done
    ended=0
    wait "$demo" 2>/dev/null || ended=$?
}
# What it said, for a complaint.
said() {
    tail -n 12 "$box/out" | tr '\f' ' '
}
