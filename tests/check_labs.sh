#!/usr/bin/env bash
# check_labs.sh [--all]: what `make handout` gives a student holds no line of a solution and no task
# that is not visible; it builds by itself with both compilers; `make check` in it says 0 points for
# the starter, and all of the visible points for the reference. --all: that last for all labs, else
# for two.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
bin=$(cd "${BIN:-bin}" && pwd) || exit 1
# shellcheck source=scripts/verdicts.sh
. scripts/verdicts.sh
# shellcheck source=scripts/lab-files.sh
. scripts/lab-files.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

if [ "${1:-}" = --all ]; then
    full=$(awk -F'\t' '!/^#/ { print $1 }' labs/labs.tsv)
else
    full='2 5'
fi

# ---- No solution --------------------------------------------------------------------------------

# Lines that any C program may have: those of folders that have nothing to do with serving, and these.
common=(
    'prctl(PR_SET_PDEATHSIG, SIGTERM);'
    'struct options *o = state->input;'
    'unsigned char *bytes = malloc(n);'
    'int64_t begun_ns, over_ns;'
    'for (size_t i = 0; i < sizeof services / sizeof *services; i++)'
)
# code_of FILE...: their lines with file and number, without comments, and all white space as one
# space; of such a length that two people would hardly write them alike.
code_of() {
    awk '{ text = $0; sub(/\/\/.*/, "", text); gsub(/[ \t]+/, " ", text); gsub(/^ | $/, "", text) }
         length(text) >= 24 && text !~ /^#/ { print text "\t" FILENAME ":" FNR }' "$@"
}
mapfile -t models < <(awk -F'\t' '!/^#/ { print $2 }' models.tsv)
mapfile -t folders < <(printf '%s\n' "${models[@]}" | xargs -n 1 dirname | sort -u)
mapfile -t solution < <(find server protocol "${folders[@]}" -name '*.[chS]')
code_of base/*.[ch] results/*.[ch] watch/*.[ch] | cut -f 1 >"$work/common"
printf '%s\n' "${common[@]}" >>"$work/common"
code_of "${solution[@]}" | awk -F'\t' 'NR == FNR { common[$0] = 1; next }
    !($1 in common)' "$work/common" - >"$work/solution"

# solved FOLDER: the lines in it that are in a solution too.
solved() {
    local files=()
    mapfile -d '' -t files < <(find "$1" -type f -not -path '*/build/*' -not -path '*/bin/*' -print0)
    code_of "${files[@]}" | awk -F'\t' 'NR == FNR { of[$1] = $2; next }
        $1 in of { print $2 " has a line of " of[$1] ": " $1 }' "$work/solution" -
}

# ---- The handouts ---------------------------------------------------------------------------------

# alone FOLDER COMMAND...: there, with nothing of ours in the environment.
alone() {
    local folder=$1
    shift
    (cd "$folder" && exec env -i PATH="$PATH" HOME="$work" "$@")
}
visible_points() {
    awk -F'\t' '!/^#/ && $3 == "visible" { n += $1 } END { print n + 0 }' \
        "labs/$(lab_row "$1" 2)/grading.tsv"
}

# unexpected FOLDER LAB: what is none of the files that a handout consists of.
unexpected() {
    local folder
    folder=$(lab_row "$2" 2)
    find "$1" -type f -printf '%P\n' |
        grep -vE "^(handout\.md|Makefile|\.gitignore)$|^check/(Makefile|rules\.mk|VERSION|\
loadgen/(histogram|statistics)\.[ch]|(base|grade|tests/conform)/[a-z_]+\.[ch]|\
labs/labs\.tsv|labs/$folder/grading\.tsv)$" |
        grep -vxFf <(find "labs/$folder/starter" -type f -printf '%P\n' 2>/dev/null)
}

hand_out() {
    local to=$work/$1 folder
    folder=labs/$(lab_row "$1" 2)
    scripts/handout "$1" "$to" >"$work/said" 2>&1 || { cat "$work/said"; return; }
    unexpected "$to" "$1" | sed 's/$/ does not belong there/'
    solved "$to"
    # Neither the rows that a student must not see, nor the other labs.
    awk -F'\t' '!/^#/ && $3 != "visible" { print $3 " is in its table: " $2 }' \
        "$to/check/$folder/grading.tsv"
    [ "$(grep -vc '^#' "$to/check/$folder/grading.tsv")" -gt 1 ] || echo 'its table has no tasks'
    [ "$(grep -vc '^#' "$to/check/labs/labs.tsv")" -eq 1 ] || echo 'it lists other labs'
    is_report "$1" || cmp "$folder/starter/server.c" "$to/server.c" 2>&1
    cmp "$folder/handout.md" "$to/handout.md" 2>&1
}

# The grader in it is the same for all labs but for the table: built once, it is built for all.
check_same() {
    local lab
    for lab in "${labs[@]}"; do
        diff -r -x labs -x rules.mk -x build -x bin "$work/${labs[0]}/check" "$work/$lab/check"
    done
}

build_grader() {
    local folder=$work/${labs[0]}/check
    rm -rf "${folder:?}/build" "${folder:?}/bin"
    alone "$folder" make CC="$1" CFLAGS='-O1 -Wall -Wextra -Werror' >"$work/log" 2>&1 ||
        tail -n 5 "$work/log"
}

# points FOLDER: what `make check` says.
points() {
    alone "$1" make check >"$work/log" 2>&1
    grep -E '^[0-9.]+ of [0-9.]+ points' "$work/log" | sed 's/ points.*//'
}

check_starter() {
    local lab=$1 said compiler
    for compiler in "${compilers[@]}"; do
        rm -f "$work/$lab/server"
        alone "$work/$lab" make CC="$compiler" >"$work/log" 2>&1 || tail -n 3 "$work/log"
        [ -x "$work/$lab/server" ] || echo "$compiler makes no ./server"
        ! grep -q 'warning' "$work/log" || grep -m 1 'warning' "$work/log"
    done
    said=$(points "$work/$lab")
    [ "$said" = "0 of $(visible_points "$lab")" ] || { echo "it says: $said"; tail -n 3 "$work/log"; }
}

check_reference() {
    local lab=$1 reference said all
    all=$(visible_points "$lab")
    reference=$(lab_row "$lab" 7)
    cp -L "$bin/$reference" "$work/$lab/server"
    said=$(points "$work/$lab")
    if [ "$said" != "$all of $all" ]; then
        echo "$reference gets $said"
        grep -A 4 '^FAIL' "$work/log"
    fi
}

mapfile -t labs < <(awk -F'\t' '!/^#/ { print $1 }' labs/labs.tsv)
if [ -n "${INSTRUMENTED:-}" ]; then
    skip 'a handout is the same, whoever built the other programs'
    closing_line
    exit
fi
compilers=()
for compiler in gcc clang; do
    if command -v "$compiler" >/dev/null; then compilers+=("$compiler"); fi
done

for lab in "${labs[@]}"; do
    hand_out "$lab" | complaints "lab $lab: a handout without a line of a solution, or a hidden task"
done
# A line of a solution would be found.
mkdir -p "$work/leaky/check"
grep -h -m 1 'epoll_wait(' epoll/epoll.c >"$work/leaky/handout.md"
if [ -n "$(solved "$work/leaky")" ]; then
    pass 'a line of a solution is found where there is one'
else
    fail 'a line of a solution is not found'
fi
check_same | complaints 'the grader is the same in all'
for compiler in "${compilers[@]}"; do
    build_grader "$compiler" | complaints "it builds by itself with $compiler, without a warning"
done
# What follows is about servers.
for i in "${!labs[@]}"; do
    if is_report "${labs[i]}"; then unset "labs[i]"; fi
done
for lab in "${labs[@]:1}"; do
    cp -a "$work/${labs[0]}/check/bin" "$work/${labs[0]}/check/build" "$work/$lab/check"
    # What is copied later is no newer than what it was made from.
    find "$work/$lab/check/build" "$work/$lab/check/bin" -type f -exec touch {} +
done
for lab in "${labs[@]}"; do
    check_starter "$lab" | complaints "lab $lab: the starter compiles, and scores 0"
done
for lab in "${labs[@]}"; do
    [[ $'\n'${full// /$'\n'}$'\n' == *$'\n'"$lab"$'\n'* ]] || continue
    check_reference "$lab" | complaints "lab $lab: the reference in it scores all that is visible"
done
closing_line
