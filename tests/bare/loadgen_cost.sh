# loadgen_cost.sh: of measure_loadgen: user-space time per request, and where all the time goes.
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2153,SC2154 # variables come from measure_loadgen, or are for it

# How this kernel tells user time from system time, in words.
accounting() {
    local config
    config=$({ zcat /proc/config.gz || cat "/boot/config-$(uname -r)"; } 2>/dev/null)
    case $config in
    *CONFIG_VIRT_CPU_ACCOUNTING_GEN=y* | *CONFIG_VIRT_CPU_ACCOUNTING_NATIVE=y*)
        echo "This kernel reads a clock whenever a process enters or leaves it, so user and system"
        echo "time are exact (CONFIG_VIRT_CPU_ACCOUNTING)."
        ;;
    *CONFIG_TICK_CPU_ACCOUNTING=y*)
        echo "This kernel knows a process's whole time exactly, and divides it by where its tick,"
        echo "$(sed -n 's/^CONFIG_HZ=//p' <<<"$config") times a second, found the process" \
            "(CONFIG_TICK_CPU_ACCOUNTING): the"
        echo "user time of one run is an estimate. Instructions (see counts) do not drift."
        ;;
    *) echo "How this kernel tells user time from system time could not be found out." ;;
    esac
}

# ns_each SECONDS REQUESTS
ns_each() {
    awk "BEGIN { printf \"%.0f\n\", $1 / $2 * 1e9 }"
}

measure_cost() {
    local connections run command user system answered median low high goal verdict
    command_of asker 50 --duration "$TIME"
    ask "${command[@]}" # the server's first requests are not counted
    echo "Processor time of the generator per request (median of $RUNS runs of $TIME s; 64 bytes)"
    echo
    {
        printf 'connections\tgenerator\tuser (ns)\tleast to most\tsystem (ns)\tgoal\t\n'
        for connections in $CONNECTIONS; do
            for name in asker loadgen; do
                rm -f "$tmp/user" "$tmp/system"
                for ((run = 1; run <= RUNS; run++)); do
                    progress "cost: $name, $connections connections, run $run of $RUNS"
                    if [ "$name" = asker ]; then
                        command_of asker "$connections" --duration "$TIME"
                        ask "${command[@]}"
                        read -r user system answered < <(
                            echo "$(said user_s) $(said system_s) $(said requests)")
                    else
                        command_of loadgen "$connections" --duration "${TIME}s"
                        ask "${command[@]}"
                        read -r user system answered < <(
                            csv generator.user_s generator.system_s completed)
                    fi
                    ns_each "$user" "$answered" >>"$tmp/user"
                    ns_each "$system" "$answered" >>"$tmp/system"
                done
                read -r median low high < <(spread "$tmp/user")
                read -r system _ < <(spread "$tmp/system")
                goal='' verdict=''
                if [ "$name" = loadgen ]; then
                    goal='at most 350'
                    verdict=PASS
                    holds "$median <= 350" || verdict=MISS slow=1
                fi
                printf '%s\t%s\t%.0f\t%.0f to %.0f\t%.0f\t%s\t%s\n' "$connections" "$name" \
                    "$median" "$low" "$high" "$system" "$goal" "$verdict"
            done
        done
    } >"$tmp/table"
    table <"$tmp/table"
    accounting
    echo "Asker's own is for some 80 instructions: most of it is the way into the kernel and back,"
    echo "which no generator is spared."
    echo
}

# By samples of perf: each system call with all that the kernel does in it, each function of ours.
measure_places() {
    local command user system answered connections=${CONNECTIONS##* }
    if ! perf record -q -e cpu-clock -o "$tmp/perf" true >"$tmp/out" 2>&1; then
        echo "perf is not installed, or not allowed here: where the time goes is left out."
        echo
        return
    fi
    progress "cost: where the time goes"
    command_of loadgen "$connections" --duration "$((TIME * 2))s"
    # From half a second on: it has connected by then.
    ask perf record -q -e cpu-clock -F 5000 -g -D 500 -o "$tmp/perf" "${command[@]}"
    read -r user system answered < <(csv generator.user_s generator.system_s completed)
    echo "Where loadgen's time goes (perf, samples 5,000 times a second; $connections connections)"
    echo
    {
        printf 'place\tshare\tns a request\n'
        perf script -i "$tmp/perf" --fields ip,sym,dso 2>"$tmp/err" |
            awk -v each="$(ns_each "$user + $system" "$answered")" -v OFS='\t' '
            # A sample is a stack, innermost first, a line each: "address symbol (object)".
            function close_sample() {
                if (place != "") { count[place]++; all++; if (user) users++ }
                place = "" }
            NF == 0 { close_sample(); next }
            place == "" {
                user = $1 !~ /^ffff/
                place = user ? "user: " $2 : "kernel: entry, exit, interrupts" }
            !user && /__x64_sys_/ { place = $2; sub(/__x64_sys_/, "kernel: ", place) }
            END {
                close_sample()
                printf "user: all\t%.1f %%\t%.0f\n", 100 * users / all, each * users / all
                for (place in count)
                    if (count[place] / all >= 0.001)
                        printf "%s\t%.1f %%\t%.0f\n", place, 100 * count[place] / all,
                            each * count[place] / all | "sort -t \"\t\" -k 2,2nr" }'
    } >"$tmp/table"
    table <"$tmp/table"
    echo "A send runs the peer's receive path too, and wakes the server."
    echo
}
