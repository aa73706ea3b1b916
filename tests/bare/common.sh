# common.sh: what the measuring scripts share: their words, servers that come and go, tables, goals,
# statistics. To be sourced by bash; it starts nothing by itself.
# shellcheck shell=bash
# shellcheck disable=SC2034 # what is set here is for the scripts

set -u -o pipefail
export LC_ALL=C

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
BIN=${BIN:-$root/bin}
ROUNDS=${ROUNDS:-15}
SEED=${SEED:-$RANDOM}
strict=0
missed=0 # a goal that does not depend on what else the machine does
slow=0   # a goal of speed or of time
tmp=
client=                      # the process that asks, while there is one
parts=                       # what to measure, after choose()
declare -A pid=() address=() # of each server that runs, by the name that start gave it

die() {
    progress ''
    echo "${0##*/}: $*" >&2
    exit 2
}

progress() {
    if [ -t 2 ]; then
        printf '\r\033[K%s' "$*" >&2
    fi
}

# ---- Begin -------------------------------------------------------------------------------

# choose KNOWN WORD...: what is to be measured, of the words known, into `parts`.
choose() {
    local known=$1 word
    shift
    for word in "$@"; do
        case $word in
        --strict) strict=1 ;;
        --help) usage && exit 0 ;;
        *) parts+=" $word" ;;
        esac
    done
    [ -n "$parts" ] || parts=${MEASURE:-all}
    for word in $parts; do
        case " $known all " in
        *" $word "*) ;;
        *)
            echo "${0##*/}: '$word' is none of ${known// /, }, all" >&2
            echo "Try 'tests/bare/${0##*/} --help'" >&2
            exit 64
            ;;
        esac
    done
    parts=${parts/all/$known}
}

# begin PROGRAM...: which must be in $BIN. Whatever happens from here on leaves nothing behind.
begin() {
    local program target=${0##*/}
    tmp=$(mktemp -d) || exit 2
    trap clean_up EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    ulimit -S -n "$(ulimit -H -n)"
    for program in "$@"; do
        [ -x "$BIN/$program" ] || die "$BIN/$program is not there: make ${target//_/-} builds it"
    done
}

# needs TOOL...: installed.
needs() {
    local tool
    for tool in "$@"; do
        command -v "$tool" >/dev/null || die "$tool is not installed: make setup installs it"
    done
}

# ---- Servers -----------------------------------------------------------------------------

# start NAME COMMAND...: returns as soon as the server listens.
start() {
    local name=$1 i
    shift
    : >"$tmp/$name.out" # now: the address of an earlier server must not be taken for this one's
    "$@" >"$tmp/$name.out" 2>"$tmp/$name.err" &
    pid[$name]=$!
    for ((i = 0; i < 600; i++)); do
        address[$name]=$(sed -n 's/^listening on //p; q' "$tmp/$name.out")
        if [ -n "${address[$name]}" ]; then
            return
        fi
        kill -0 "${pid[$name]}" 2>/dev/null || break
        sleep 0.05
    done
    die "$* does not listen: $(cat "$tmp/$name.err")"
}

# ended PID: within ten seconds.
ended() {
    local i
    for ((i = 0; i < 200; i++)); do
        kill -0 "$1" 2>/dev/null || return 0
        sleep 0.05
    done
    return 1
}

# tree PID: it and its descendants.
tree() {
    local child children=()
    echo "$1"
    read -r -d '' -a children < <(cat "/proc/$1/task/"*/children 2>/dev/null)
    for child in ${children[@]+"${children[@]}"}; do
        tree "$child"
    done
}

stop() {
    local status=0 tracer
    tracer=$(sed -n 's/^TracerPid:[^0-9]*//p' "/proc/${pid[$1]}/status")
    kill -TERM "${pid[$1]}"
    ended "${pid[$1]}" || die "$1 goes on after SIGTERM"
    wait "${pid[$1]}" || status=$?
    unset "pid[$1]"
    [ "$status" = 0 ] || die "$1 ended with status $status: $(tail -n 3 "$tmp/$1.err")"
    # Only then has strace written down what it counted.
    [ "$tracer" = 0 ] || ended "$tracer" || die "strace does not end"
}

# descriptors NAME: how many the server has open.
descriptors() {
    set -- "/proc/${pid[$1]}/fd/"*
    echo $#
}

# shellcheck disable=SC2317 # called by the traps of who sources this
clean_up() {
    local p all=()
    trap '' INT TERM HUP
    progress ''
    for p in $client ${pid[@]+"${pid[@]}"}; do
        mapfile -t -O "${#all[@]}" all < <(tree "$p")
    done
    for p in ${all[@]+"${all[@]}"}; do
        kill -TERM "$p" 2>/dev/null
    done
    for p in ${all[@]+"${all[@]}"}; do
        ended "$p" || kill -KILL "$p"
    done
    rm -rf "$tmp"
}

# ---- Output ------------------------------------------------------------------------------

# From lines with tabs to a table of Markdown, its columns aligned; the first line is the head.
table() {
    progress ''
    awk -F '\t' '
        { for (i = 1; i <= NF; i++) {
              cell[NR, i] = $i
              if (length($i) > wide[i]) wide[i] = length($i) }
          if (NF > columns) columns = NF }
        END { for (r = 1; r <= NR; r++) {
                  for (i = 1; i <= columns; i++) printf "| %-*s ", wide[i], cell[r, i]
                  print "|"
                  for (i = 1; r == 1 && i <= columns; i++) {
                      printf "|"; for (k = -2; k < wide[i]; k++) printf "-" }
                  if (r == 1) print "|" } }'
    echo
}

# holds CONDITION: of awk, on numbers.
holds() {
    awk "BEGIN { exit !($1) }"
}

# judge CONDITION: into `verdict`.
judge() {
    if holds "$1"; then
        verdict=PASS
    else
        verdict=MISS
        missed=1
    fi
}

machine() {
    local cpu commit
    cpu=$(sed -n '/^model name/ { s/[^:]*: //p; q }' /proc/cpuinfo)
    commit=$(git -C "$root" --no-optional-locks describe --always --dirty --exclude='*' \
        2>/dev/null) || commit=unknown
    echo "Machine: Linux $(uname -r), ${cpu:-$(uname -m)}, $(nproc) cores; commit $commit;" \
        "$(date -u +%Y-%m-%d)"
    echo
}

# ---- Statistics --------------------------------------------------------------------------

# median_with_interval FILE: "median low high rank_low rank_high coverage" of a number a line.
median_with_interval() {
    sort -g "$1" | awk '
        { x[NR] = $1 }
        END {
            # The interval leaves out as many values at each end as a fair coin may, with 2.5 %.
            p = 1; for (i = 0; i < NR; i++) p /= 2
            for (tail = 0; tail + p <= 0.025; k++) { tail += p; p *= (NR - k) / (k + 1) }
            low = k < 1 ? 1 : k
            middle = NR % 2 ? x[(NR + 1) / 2] : (x[NR / 2] + x[NR / 2 + 1]) / 2
            printf "%.3f %.3f %.3f %d %d %.1f\n", middle, x[low], x[NR + 1 - low], low,
                NR + 1 - low, 100 * (1 - 2 * tail) }'
}

# spread FILE: "median least most" of a number a line.
spread() {
    sort -g "$1" | awk '
        { x[NR] = $1 }
        END { print NR % 2 ? x[(NR + 1) / 2] : (x[NR / 2] + x[NR / 2 + 1]) / 2, x[1], x[NR] }'
}

# shuffled SEED NAME...: a line each, in an order of that seed's.
shuffled() {
    printf '%s\n' "${@:2}" | awk -v seed="$1" '
        BEGIN { srand(seed) } { print rand() "\t" $1 }' | sort | cut -f 2
}

# resident PID: into `kib` and `processes`. Rss of smaps_rollup is what VmRSS says, but looked up
# page by page: VmRSS may be off by some dozens of pages for each core (see proc(5)).
resident() {
    local p files=()
    for p in $(tree "$1"); do
        files+=("/proc/$p/smaps_rollup")
    done
    processes=${#files[@]}
    kib=$(awk '/^Rss:/ { sum += $2 } END { print sum + 0 }' "${files[@]}") ||
        die "cannot read ${files[0]}"
}

