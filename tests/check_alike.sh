#!/usr/bin/env bash
# check_alike.sh: what is the same in the readiness loops stays the same to the byte, what differs
# stays small enough for a slide, and nobody includes what is not for his floor.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
# shellcheck source=scripts/verdicts.sh
. scripts/verdicts.sh

# A model taken off the list takes its comparisons with it.
listed() {
    local model
    for model; do
        if ! awk -F'\t' -v file="$model" '!/^#/ && $2 == file { found = 1 } END { exit !found }' \
            models.tsv; then
            skip "$model is not in models.tsv"
            return 1
        fi
    done
}

# From the line that opens the function to its closing brace in column 0.
function_text() {
    awk -v name="$2" '
        !inside && $0 ~ "^[a-z].*[ *]" name "\\(" && !/;$/ { inside = 1 }
        inside { print }
        inside && /^}/ { exit }' "$1"
}

alike() {
    local name=$1 first=$2 text
    shift
    listed "$@" || return
    text=$(function_text "$first" "$name")
    for file; do
        if [ -z "$(function_text "$file" "$name")" ]; then
            fail "$name() is not in $file"
            return
        fi
        if [ "$(function_text "$file" "$name")" != "$text" ]; then
            fail "$name() differs between $first and $file:"
            diff <(echo "$text") <(function_text "$file" "$name")
            return
        fi
    done
    pass "$name() is the same in $*, $(wc -l <<<"$text") lines"
}

close_relatives() {
    local changed
    listed "$1" "$2" || return
    changed=$(diff "$1" "$2" | grep -c '^[<>]')
    if [ -f "$1" ] && [ -f "$2" ] && [ "$changed" -lt 60 ]; then
        pass "$1 to $2: $changed changed lines, under 60"
    else
        fail "$1 to $2: $changed changed lines, not under 60"
    fi
}

# The code of a file, without its comments.
code() {
    sed 's://.*$::' "$1"
}

# Complains of what the files include beyond those folders.
includes_beyond() {
    local allowed=$1
    shift
    grep -Hn '^ *# *include *"' "$@" | grep -vE "\"($allowed)/"
}

alike welcome select/select.c poll/poll.c epoll/epoll.c auto/auto.c
alike serve select/select.c poll/poll.c epoll/epoll.c auto/auto.c
alike part select/select.c poll/poll.c epoll/epoll.c epoll/edge.c epoll/workers.c auto/auto.c
alike rewatch epoll/reactors.c epoll/exclusive.c
alike serve epoll/reactors.c epoll/exclusive.c
alike part epoll/reactors.c epoll/exclusive.c
close_relatives select/select.c poll/poll.c
close_relatives poll/poll.c epoll/epoll.c
close_relatives epoll/epoll.c epoll/edge.c
close_relatives epoll/reactors.c epoll/exclusive.c
close_relatives fork/prefork.c fork/lock.c

mapfile -t models < <(awk -F'\t' '!/^#/ { print $2 }' models.tsv)
mapfile -t families < <(dirname "${models[@]}" | sort -u)

includes_beyond 'base' base/*.[ch] | complaints 'base includes base alone'
includes_beyond 'protocol|base' protocol/*.[ch] | complaints 'protocol includes protocol and base'
includes_beyond 'server|protocol|base' server/*.[ch] |
    complaints 'server includes server, protocol and base'
includes_beyond 'loadgen|protocol|base' loadgen/*.[ch] |
    complaints 'loadgen includes loadgen, protocol and base'
includes_beyond 'results|base' results/*.[ch] | grep -vE '"loadgen/(histogram|statistics|result)\.h"' |
    complaints 'results includes results, base, and of loadgen histogram, statistics and result'
for family in "${families[@]}"; do
    includes_beyond "server|protocol|base|$family" "$family"/*.[ch]
done | complaints 'models include server, protocol, base and their own folder, never each other'

# check_protocol_is_pure.sh looks at what it calls.
for file in protocol/*.[ch]; do
    code "$file" | grep -nE '\berrno\b|<(fcntl|netdb|poll|signal|stdio|stdlib|time|unistd|.*/.*)\.h>' |
        sed "s:^:$file, line :"
done | complaints 'protocol includes no errno, no sockets, no I/O, no allocation'
code server/conn.c | grep -nE 'epoll|select|poll' | complaints 'server/conn.c knows no select, poll or epoll'
for file in "${models[@]}"; do
    code "$file" | grep -nE '(echo|frame|guess)_service|"(echo|frame|guess)"' |
        sed "s:^:$file, line :"
done | complaints 'models know no service by its name'

# One list: a file that is not on it would be built by nobody.
for file in "${models[@]}"; do
    [ -f "$file" ] || echo "$file is listed and does not exist"
done | complaints 'every model on the list is a file'
find "${families[@]}" -name '*.c' -exec grep -l '^int main(' {} + |
    grep -vxF "$(printf '%s\n' "${models[@]}")" | complaints 'every program of a family is on the list'
awk -F'\t' '!/^#/ && (NF != 8 || $8 !~ /^(yes|-)$/ || $2 !~ "/" $1 "\\.c$" || $3 !~ /^#[0-9A-F]+$/ || $4 !~ /^(one|crew|many)$/ ||
    $5 !~ /^[1-9][0-9]*$/) { print "line " NR ": " $0 }' models.tsv |
    complaints 'models.tsv has eight good columns'

closing_line
