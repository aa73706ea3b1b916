# shellcheck shell=bash
# abreast.sh, to be sourced after tally.sh: runs commands side by side, since most of a test is
# waiting. What they say comes in the order in which they were begun, as if each ran alone, and is
# added up as it comes.
side_by_side=${SIDE_BY_SIDE:-3} # how many at a time
abreast_folder=$(mktemp -d)
abreast_titles=()
abreast_shown=0
declare -A abreast_running=() # from a command's process to its place in the order
declare -A abreast_fate=()    # from the place of one that has ended to its exit status

abreast_leave() {
    local pid
    trap '' INT TERM HUP
    for pid in "${!abreast_running[@]}"; do
        kill -TERM "$pid" 2>/dev/null || true # what it has started ends with it
    done
    wait
    rm -rf "$abreast_folder" "${tally_log:?}"
}
trap abreast_leave EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# As if it ran only now.
abreast_said() {
    cat "$abreast_folder/$1"
    return "${abreast_fate[$1]}"
}

# Until one of those that run has ended; shows all that have, up to the first that has not. (`wait
# -n` overlooks those that have ended while another command ran.)
abreast_await() {
    local pid code=0
    while :; do
        for pid in "${!abreast_running[@]}"; do
            if ! kill -0 "$pid" 2>/dev/null; then
                wait "$pid" || code=$?
                abreast_fate[${abreast_running[$pid]}]=$code
                unset "abreast_running[$pid]"
                break 2
            fi
        done
        sleep 0.1
    done
    while [ -n "${abreast_fate[$abreast_shown]:-}" ]; do
        echo "== ${abreast_titles[$abreast_shown]}"
        tally abreast_said "$abreast_shown" || true
        abreast_shown=$((abreast_shown + 1))
    done
}

# A command in the background has ^C ignored; ours has it as it would have in the foreground.
abreast_run() {
    trap - INT QUIT TERM HUP
    if [ "$(type -t "$1")" = function ]; then "$@"; else exec "$@"; fi
}

# abreast TITLE COMMAND...: begins it, as soon as there is room. A function should end with exec, so
# that a signal reaches who does the work.
abreast() {
    local place=${#abreast_titles[@]}
    while [ ${#abreast_running[@]} -ge "$side_by_side" ]; do abreast_await; done
    abreast_titles+=("$1")
    shift
    abreast_run "$@" </dev/null >"$abreast_folder/$place" 2>&1 &
    abreast_running[$!]=$place
}

# Until all have ended.
abreast_end() {
    while [ ${#abreast_running[@]} -gt 0 ]; do abreast_await; done
}
