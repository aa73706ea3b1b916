# loadgen_counts.sh: of measure_loadgen: system calls and instructions per request.
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2153,SC2154 # variables come from measure_loadgen, or are for it

# count_calls NAME CONNECTIONS REQUESTS FILE: lines "call times".
count_calls() {
    local command
    progress "system calls: $1, $2 connections, $3 requests"
    command_of "$1" "$2" --requests "$3"
    ask strace -f -c -o "$tmp/strace" "${command[@]}"
    awk '/^-/ { inside = !inside; next } inside { print $NF, $4 }' "$tmp/strace" | sort >"$4"
}

# What 20,000 further requests cost: connecting, start and end drop out.
measure_calls() {
    local connections name total control each verdict goal
    local -A calls
    # What asker is off itself from run to run: with one connection a handful of calls in all; with
    # more, how many of them a wait finds ready is up to the scheduler.
    local -A chance=([1]=0.005)
    echo "System calls per request (strace; 22,000 requests less 2,000; 64 bytes)"
    echo
    {
        printf 'connections\tgenerator\tcalls\tof these\tgoal\t\n'
        for connections in $CONNECTIONS; do
            for name in asker again loadgen; do
                count_calls "$name" "$connections" 2000 "$tmp/few"
                count_calls "$name" "$connections" 22000 "$tmp/many"
                # What one of the two lists lacks counts as none there.
                read -r total control each < <(awk '
                    { sum[$1] += NR == FNR ? -$2 : $2 }
                    $1 == "epoll_ctl" { control += NR == FNR ? -$2 : $2 }
                    END { for (call in sum) {
                              n = sum[call] / 20000; total += n
                              if (n >= 0.0005) list = list sprintf(", %s %.3f", call, n) }
                          printf "%.3f %d %s\n", total, control, substr(list, 3) }
                    ' "$tmp/few" "$tmp/many")
                calls[$name]=$total
                goal='' verdict=''
                if [ "$name" = loadgen ]; then
                    goal="at most ${calls[asker]} + ${chance[$connections]:-0.050}, no epoll_ctl"
                    judge "$control == 0 &&
                        ${calls[loadgen]} <= ${calls[asker]} + ${chance[$connections]:-0.050}"
                fi
                printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$connections" "${name/again/asker, once more}" \
                    "$total" "$each" "$goal" "$verdict"
            done
        done
    } >"$tmp/table"
    table <"$tmp/table"
}

# count_instructions NAME CONNECTIONS REQUESTS FILE: lines "function own inclusive"; all is "*".
# Of loadgen only what its thread does: what the end costs to write depends on what was measured.
count_instructions() {
    local command sum within=main
    [ "$1" = asker ] || within=worker_main
    progress "instructions: $1, $2 connections, $3 requests"
    command_of "$1" "$2" --requests "$3"
    ask valgrind -q --tool=callgrind --toggle-collect=$within \
        --callgrind-out-file="$tmp/callgrind" "${command[@]}"
    for sum in no yes; do
        callgrind_annotate --auto=no --threshold=100 --show-percs=no --inclusive=$sum \
            "$tmp/callgrind" >"$tmp/annotated.$sum" || die "callgrind_annotate fails"
    done
    # "1,234  file:function [object]". A function's own cost is spread over the files that were
    # inlined into it; its inclusive cost is whole in one of the lines.
    awk '$1 !~ /^[0-9,]+$/ { next }
         { gsub(",", "", $1); $1 += 0 }
         / PROGRAM TOTALS/ { own["*"] = whole["*"] = $1; next }
         { name = $2; sub(/.*:/, "", name); sub(/@.*/, "", name); sub(/\..*/, "", name) }
         NR == FNR { own[name] += $1; next }
         $1 > whole[name] { whole[name] = $1 }
         END { for (name in own) print name, own[name], whole[name] + 0 }
        ' "$tmp/annotated.no" "$tmp/annotated.yes" >"$4"
}

measure_instructions() {
    local connections name
    echo "User-space instructions per request (callgrind; 22,000 requests less 2,000; 64 bytes)"
    echo
    {
        printf 'connections\tgenerator\tinstructions\n'
        for connections in $CONNECTIONS; do
            for name in asker loadgen; do
                count_instructions "$name" "$connections" 2000 "$tmp/few"
                count_instructions "$name" "$connections" 22000 "$tmp/many"
                awk 'NR == FNR { few[$1] = $2; few_whole[$1] = $3; next }
                     { printf "%s %.1f %.1f\n", $1, ($2 - few[$1]) / 20000,
                           ($3 - few_whole[$1]) / 20000 }' "$tmp/few" "$tmp/many" |
                    sort -k 2,2nr >"$tmp/functions.$connections.$name"
                awk -v who="$connections	$name" '$1 == "*" { printf "%s\t%.0f\n", who, $2 }' \
                    "$tmp/functions.$connections.$name"
            done
        done
    } >"$tmp/table"
    table <"$tmp/table"
    echo "Of loadgen's, with $connections connections, by function:"
    echo
    {
        printf 'function\tby itself\twith calls\n'
        awk '$1 != "*" && $2 >= 1 { printf "%s\t%.0f\t%.0f\n", $1, $2, $3 }' \
            "$tmp/functions.$connections.loadgen"
    } >"$tmp/table"
    table <"$tmp/table"
    echo "Under valgrind clock_gettime is a system call; outside it is some 40 instructions more."
    echo
}
