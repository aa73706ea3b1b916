# loadgen_memory.sh: of measure_loadgen: resident memory for each connection.
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2153,SC2154 # variables come from measure_loadgen, or are for it

# highest COMMAND...: the most that was resident while it ran, into `most`.
highest() {
    local kib
    most=0
    "$@" >"$tmp/out" 2>"$tmp/err" &
    client=$!
    while kill -0 "$client" 2>/dev/null; do
        # It may end between the two lines.
        kib=$(awk '/^Rss:/ { print $2 }' "/proc/$client/smaps_rollup" 2>/dev/null)
        if [ "${kib:-0}" -gt "$most" ]; then
            most=$kib
        fi
        sleep 0.05
    done
    wait "$client" || die "$*: $(cat "$tmp/out" "$tmp/err")"
    client=
}

measure_memory() {
    local what few many n most=0 before per verdict command hard
    hard=$(ulimit -Hn)
    echo "Resident memory of loadgen for each connection (64 bytes; descriptor limit: $hard)"
    echo
    {
        printf 'connections\tfewer\tKiB\tmore\tKiB\tKiB each\tgoal\t\n'
        for what in 'active, closed loop' 'active, open loop' silent; do
            few=1000 many=10000
            [ "$what" != silent ] || many=19000
            if [ "$hard" != unlimited ] && [ "$hard" -lt $((many + 100)) ]; then
                many=$((hard - 100))
            fi
            for n in "$few" "$many"; do
                progress "memory: $n connections, $what"
                start_server
                case $what in
                *closed*) command_of loadgen "$n" --duration 2s ;;
                *open*) command_of loadgen "$n" --duration 2s --rate 20k ;;
                silent) command_of loadgen 1 --duration 2s --idle "$n" ;;
                esac
                before=$most
                highest "${command[@]}"
                stop epoll
            done
            per=$(awk "BEGIN { printf \"%.2f\", ($most - $before) / ($many - $few) }")
            judge "$per <= 4"
            printf '%s\t%d\t%d\t%d\t%d\t%s\tat most 4\t%s\n' "$what" "$few" "$before" "$many" \
                "$most" "$per" "$verdict"
        done
    } >"$tmp/table"
    table <"$tmp/table"
    echo "The most that was resident at any time of a run of 2 s."
    echo
}
