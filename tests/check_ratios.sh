#!/usr/bin/env bash
# check_ratios.sh: scripts/ratios reads a run's table right. The numbers are chosen so that each
# ratio, its interval and its verdict can be told in the head. And docs/ratios.md shows the tables of
# the run that it names.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
# shellcheck source=scripts/verdicts.sh
. scripts/verdicts.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# begin CLAIM: a run without repeats. Columns may stand in any order, and there may be more of them.
begin() {
    mkdir "$work/$1"
    table=$work/$1/results.tsv
    printf 'scenario\tpoint\tmodel\tround\toutcome\twhy\trps\tcpu\tcalls\tmemory\n' >"$table"
}
# repeat POINT MODEL ROUND RPS CPU CALLS MEMORY
repeat() {
    printf 'x\t%s\t%s\t%s\tmeasured\t\t%s\t%s\t%s\t%s\n' "$@" >>"$table"
}
fault() {
    printf 'x\t%s\t%s\t%s\tfailed\t%s\tNA\tNA\tNA\tNA\n' "$@" >>"$table"
}

# expect STATUS OPTION...: runs it on the folder.
expect() {
    local status=0 wanted=$1
    shift
    scripts/ratios --from "$work" "$@" >"$work/out" 2>"$work/err" || status=$?
    if [ "$status" = "$wanted" ]; then
        pass "exit status $wanted with $*"
    else
        fail "exit status $status, not $wanted, with $*: $(cat "$work/out" "$work/err")"
    fi
}
# says WHAT WORD...: a row that has all the words in their order.
says() {
    local what=$1 pattern
    shift
    pattern=$(printf '.*%s' "$@")
    if grep -q -- "^|$pattern" "$work/out"; then
        pass "$what"
    else
        fail "$what: no row with $*:"
        sed 's/^/        /' "$work/out"
    fi
}

begin churn
for round in 1 2 3 4 5 6 7; do
    # A machine that becomes slower from round to round slows all alike.
    repeat churn blocking "$round" 1 $((1000 * round)) 3 NA
    repeat churn fork "$round" 1 $((101000 * round)) 3 NA
    repeat churn prefork "$round" 1 $((6000 * round)) 3 NA
    repeat churn lock "$round" 1 $((31000 * round)) 3 NA
    repeat churn pool "$round" 1 $((500 * round)) 3 NA
    repeat churn acceptors "$round" 1 $((11000 * round + (round % 2 ? 500 : -500))) 3 NA
    fault churn passing "$round" 'did not start: exit status 3'
done
expect 0 churn
says 'a ratio is of what is left above the base' 'prefork / fork' '20.00 us' '400.00 us' '0.050' \
    '0.050 to 0.050' '7, 98.4 %' 'at most 0.1' '| reached '
says 'a ratio beyond its goal is missed' 'lock / fork' '0.300' '0.300 to 0.300' '| missed '
says 'less than the base is less than nothing' 'pool / fork' '-0.005' '| reached '
says 'an interval that reaches over the goal is said' 'acceptors / fork' 'within noise'
says 'a model that could not be measured is told with its reason' 'passing / fork' \
    'not measured: passing did not start: exit status 3'
says 'a model of which there is nothing is told too' 'elastic / fork' 'not measured: no repeat'
expect 1 --strict churn

begin uring
for round in 1 2 3 4 5 6 7 8; do
    repeat active-500 epoll "$round" 1 $((5000 + round)) 2.05 NA
    repeat active-50 epoll "$round" 1 6000 2.1 NA
    repeat active-50 uring "$round" 1 6000 0.1 NA
    # Its last round is missing: ^C.
    [ "$round" = 8 ] || repeat active-500 uring "$round" 1 $((4000 + round)) 0.041 NA
done
echo 2.052 0.041 >"$work/uring/strace"
expect 0 --strict uring
says 'only rounds that have both count' 'active-500, per request' '1.250' '7, 98.4 %' \
    'at least 1.15' '| reached '
says 'few system calls are a small ratio' 'system calls per request' '0.041' '2.050' '0.020' \
    '| reached '
says 'what strace has counted stands beside it' 'by strace' '0.020' '| reached '
says 'a ratio without a goal has no verdict' 'active-50, per request' '1.000' '|  *|$'

begin coroutines
for round in 1 2 3 4 5 6 7; do
    repeat idle-10000 coroutines "$round" 1 1 1 $((8 + round))
    repeat idle-10000 epoll "$round" 1 1 1 1.5
done
expect 0 coroutines
says 'a level is a median with its unit' 'never spoken: coroutines' '12.00 KiB' \
    '9.000 to 15.000 KiB' 'at most 12 KiB' 'reached, within noise'

# differs DOCUMENT: how its tables differ from what the recorded run gives.
differs() {
    diff <(sed '1,/^## What came out/d' "$1" | grep '^|') \
        <(scripts/ratios --from results/data/ratios-reference | grep '^|')
}
differs docs/ratios.md | complaints 'the tables of docs/ratios.md are those of results/data/ratios-reference'
sed '/^| /y/0123456789/1234567890/' docs/ratios.md >"$work/wrong.md"
if differs "$work/wrong.md" >/dev/null; then
    fail 'docs/ratios.md may have other figures'
else
    pass 'other figures in docs/ratios.md would be seen'
fi

mkdir "$work/empty"
expect 64 nonsense
expect 2 reactors
expect 0 --help

closing_line
