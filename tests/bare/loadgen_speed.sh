# loadgen_speed.sh: of measure_loadgen: requests per second, in rounds.
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2153,SC2154 # variables come from measure_loadgen, or are for it

measure_speed() {
    local connections name round order command goal verdict
    local ratio median low high first last coverage
    local names=(asker loadgen again)
    local -A rate
    holds "$ROUNDS >= 6" || die "ROUNDS=$ROUNDS: an interval needs 6 at least"
    RANDOM=$SEED
    echo "Requests per second, $ROUNDS rounds of $TIME s each in random order (64 bytes," \
        "seed $SEED)"
    echo
    {
        printf 'connections\tgenerator\trequests/s (median)\tratio to asker (median)\t'
        printf 'its 95 %% interval\tgoal\t\n'
        for connections in $CONNECTIONS; do
            rm -f "$tmp"/rate.* "$tmp"/ratio.*
            for ((round = 0; round <= ROUNDS; round++)); do
                order=$RANDOM # here, since a subshell would draw from a seed of its own
                for name in $(shuffled "$order" "${names[@]}"); do
                    progress "speed: $connections connections, round $round of $ROUNDS, $name"
                    if [ "$name" = loadgen ]; then
                        command_of loadgen "$connections" --duration "${TIME}s"
                        ask "${command[@]}"
                        rate[$name]=$(csv throughput_rps)
                    else
                        command_of "$name" "$connections" --duration "$TIME"
                        ask "${command[@]}"
                        rate[$name]=$(said requests_per_s)
                    fi
                done
                [ "$round" -gt 0 ] || continue # that one was for the server to warm up
                for name in "${names[@]}"; do
                    echo "${rate[$name]}" >>"$tmp/rate.$name"
                    echo "${rate[$name]} ${rate[asker]}" |
                        awk '{ print $1 / $2 }' >>"$tmp/ratio.$name"
                done
            done
            for name in "${names[@]}"; do
                read -r median _ < <(median_with_interval "$tmp/rate.$name")
                ratio='' low='' goal='' verdict=''
                if [ "$name" != asker ]; then
                    read -r ratio low high first last coverage < <(
                        median_with_interval "$tmp/ratio.$name")
                    low="$low to $high"
                fi
                if [ "$name" = loadgen ]; then
                    goal='reaches 0.97'
                    verdict=PASS
                    holds "$high >= 0.97" || verdict=MISS slow=1
                fi
                printf '%s\t%s\t%.0f\t%s\t%s\t%s\t%s\n' "$connections" \
                    "${name/again/asker, once more}" "$median" "$ratio" "$low" "$goal" "$verdict"
            done
        done
    } >"$tmp/table"
    table <"$tmp/table"
    echo "The interval is from rank $first to rank $last of the $ROUNDS ratios, each of one round;"
    echo "it covers the true median with $coverage %. Asker, once more, is the same program: what"
    echo "it is off 1 is noise."
    echo
}
