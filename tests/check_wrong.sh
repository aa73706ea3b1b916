#!/usr/bin/env bash
# check_wrong.sh [NAME...]: each wrong server (labs/wrong; all of them, or those named) fails the
# cases of the conformance suite that wrong.tsv lists for it, and of a few basic cases no other. And
# each file says what is wrong and where, as the table in README.md does.
# SIDE_BY_SIDE: how many suites run at a time (12: most of them wait for answers that never come).
# KEEP=FOLDER: what they say is kept there.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
bin=${BIN:-bin}
zoo=labs/wrong
table=$zoo/wrong.tsv
side_by_side=${SIDE_BY_SIDE:-12}
# shellcheck source=scripts/verdicts.sh
. scripts/verdicts.sh
# What a server does that is right everywhere else.
basics=(echo/coalesced-messages frame/empty guess/whole-games stop/without-clients)

if [ -n "${INSTRUMENTED:-}" ]; then
    skip 'a sanitizer would find the mistakes before the suite does'
    closing_line
    exit
fi

work=$(mktemp -d)
declare -A running=() # from a suite's process to the server's name
end() {
    trap '' INT TERM HUP
    for pid in "${!running[@]}"; do
        kill -TERM "$pid" 2>/dev/null || true # a suite's servers end with it
    done
    wait
    rm -rf "$work"
}
trap end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# tell_fault WHAT [LINE...]
tell_fault() {
    fail "$1"
    shift
    [ $# -eq 0 ] || printf '        %s
' "$@"
}

# ---- The table --------------------------------------------------------------------------------

# column NAME NUMBER
column() {
    awk -F'\t' -v name="$1" -v n="$2" '!/^#/ && $1 == name { print $n }' "$table"
}
mapfile -t listed < <(awk -F'\t' '!/^#/ { print $1 }' "$table")
mapfile -t cases < <("$bin/conform" --list | awk '{ print $1 }')

# expand PATTERN...: the names of the cases that one of them matches.
expand() {
    local pattern name
    for pattern; do
        for name in "${cases[@]}"; do
            # shellcheck disable=SC2053 # it is a pattern
            if [[ $name == $pattern ]]; then echo "$name"; fi
        done
    done | sort -u
}
# must_fail NAME, may_fail NAME: the patterns of its row.
must_fail() {
    column "$1" 5 | tr ',' '\n' | grep -v '^[-?]'
}
may_fail() {
    column "$1" 5 | tr ',' '\n' | sed -n 's/^?//p'
}

# row NAME: what README.md says of it.
row() {
    local file=$zoo/$1.c cells demo
    # shellcheck disable=SC2016 # backticks of Markdown
    cells=$(must_fail "$1" | sed 's/.*/`&`/' | paste -sd, | sed 's/,/, /g')
    demo=$(column "$1" 7)
    # shellcheck disable=SC2016
    printf '| `%s` | %s | %s | %s | %s | %s |\n' "$1" "$(sed -n "1s|^// $1\.c: ||p" "$file")" \
        "$(sed -n '2s|^// Seen: ||p' "$file")" "${cells:-none}" "$(column "$1" 4)" "$demo"
}

check_texts() {
    local name wrong=() file lines
    for file in "$zoo"/*.c; do
        name=$(basename "$file" .c)
        [ "$name" = common ] && continue
        [[ " ${listed[*]} " == *" $name "* ]] || wrong+=("$table does not list $name")
        mapfile -t -n 2 lines <"$file"
        [[ ${lines[0]} == "// $name.c: "*. ]] || wrong+=("$file: line 1 is not the mistake")
        [[ ${lines[1]} == '// Seen: '*. ]] || wrong+=("$file: line 2 is not what is seen")
        grep -q '// WRONG: ' "$file" || wrong+=("$file: no place is marked as WRONG")
        grep -qF "server_start(&server, \"$name\"," "$file" || wrong+=("$file: it has another name")
    done
    for name in "${listed[@]}"; do
        [ -f "$zoo/$name.c" ] || wrong+=("$zoo/$name.c is listed and does not exist")
    done
    if [ ${#wrong[@]} -eq 0 ]; then
        pass "${#listed[@]} wrong servers, each with its mistake, what is seen of it, and the place"
    else
        tell_fault "a file and its row" "${wrong[@]}"
    fi
    wrong=()
    [ ${#listed[@]} -ge 30 ] || wrong+=("fewer than thirty")
    while IFS=$'\t' read -r name serves services lab _ holds _; do
        [[ $serves =~ ^(one|crew|many)$ ]] || wrong+=("$name: serves '$serves'")
        [[ " echo frame guess " == *" ${services%% *} "* ]] || wrong+=("$name: services '$services'")
        [[ $lab =~ ^([1-9]|-)$ ]] || wrong+=("$name: lab '$lab'")
        [[ $holds =~ ^[1-9][0-9]*$ ]] || wrong+=("$name: holds '$holds'")
        while read -r pattern; do
            [ -n "$(expand "$pattern")" ] || wrong+=("$name: no case is called $pattern")
        done < <(must_fail "$name"; may_fail "$name")
    done < <(grep -v '^#' "$table")
    if [ ${#wrong[@]} -eq 0 ]; then
        pass "every case in $table is one of the suite's"
    else
        tell_fault "$table" "${wrong[@]}"
    fi
    wrong=()
    for name in "${listed[@]}"; do
        grep -qxF -- "$(row "$name")" "$zoo/README.md" || wrong+=("$(row "$name")")
    done
    if [ ${#wrong[@]} -eq 0 ]; then
        pass "$zoo/README.md has the same table"
    else
        tell_fault "$zoo/README.md lacks these rows:" "${wrong[@]}"
    fi
}

# ---- The suites ---------------------------------------------------------------------------------

# suite NAME: takes the place of the subshell that it is called in. No --turns: a case that wants
# quiet could fail for the noise, but those that are run here shall fail.
suite() {
    local name only=()
    while read -r name; do
        # A plain name would also choose the cases that begin with it.
        only+=(--only "${name%?}[${name: -1}]")
    done < <({
        must_fail "$1" | while read -r pattern; do expand "$pattern"; done
        printf '%s\n' "${basics[@]}" | grep -vxFf <(may_fail "$1")
    } | sort -u)
    export CMOCKA_XML_FILE=$work/$1.xml
    exec "$bin/conform" --name "wrong-$1" --serves "$(column "$1" 2)" --holds "$(column "$1" 6)" \
        --services "$(column "$1" 3)" "${only[@]}" "$bin/wrong/$1"
}

# judge NAME: compares what the suite said with the table.
judge() {
    local said=$work/$1 verdict name wrong=() right=() left_out=() others=0 wanted
    wanted=$(must_fail "$1" | while read -r pattern; do expand "$pattern"; done)
    while read -r verdict name; do
        if grep -qxF -- "$name" <<<"$wanted"; then
            case $verdict in
            FAIL) right+=("$name") ;;
            skip) left_out+=("$name") ;;
            *) wrong+=("$name passes, and should fail") ;;
            esac
        elif [ "$verdict" = FAIL ]; then
            wrong+=("$name fails: $(grep -A2 "^FAIL $name " "$said" | sed -n '3s/^ *//p')")
        elif [ "$verdict" = ok ]; then
            others=$((others + 1))
        fi
    done < <(awk '$1 ~ /^(ok|FAIL|skip)$/ && $2 != "all" { print $1, $2 }' "$said")
    if [ ${#wrong[@]} -gt 0 ]; then
        tell_fault "$1" "${wrong[@]}"
    elif [ ${#right[@]} -eq 0 ] && { [ ${#left_out[@]} -gt 0 ] || grep -q '^skip all' "$said"; }; then
        skip "$1: $(grep -m1 '^skip' "$said")"
    elif [ ${#right[@]} -eq 0 ] && { [ -n "$wanted" ] || [ "$others" -eq 0 ]; }; then
        tell_fault "$1: the suite has no verdict" "$(tail -3 "$said")"
    else
        pass "$1 fails ${right[*]:-none}; $others others pass"
    fi
    [ -z "${KEEP:-}" ] || cp "$said" "$KEEP"
}

# await_one: until one of those that run has ended. (`wait -n` overlooks those that have ended while
# another command ran.)
await_one() {
    local pid
    while :; do
        for pid in "${!running[@]}"; do
            if ! kill -0 "$pid" 2>/dev/null; then
                wait "$pid"
                judge "${running[$pid]}"
                unset "running[$pid]"
                return
            fi
        done
        sleep 0.1
    done
}

# -------------------------------------------------------------------------------------------------

names=("$@")
if [ $# -eq 0 ]; then
    names=("${listed[@]}")
    check_texts
fi
# Those that take long first, so that none is left running alone at the end: thousands of
# connections, crews that come back, and cases that wait for an answer several times.
takes_long() {
    case $(column "$1" 5) in
    *wear/* | *start/first-line* | *children/* | *limits/*) return 0 ;;
    *) return 1 ;;
    esac
}
late=() early=()
for name in "${names[@]}"; do
    if takes_long "$name"; then early+=("$name"); else late+=("$name"); fi
done
for name in "${early[@]}" "${late[@]}"; do
    if [ -z "$(column "$name" 1)" ]; then
        tell_fault "$table has no server '$name'"
        continue
    fi
    [ ${#running[@]} -lt "$side_by_side" ] || await_one
    suite "$name" </dev/null >"$work/$name" 2>&1 &
    running[$!]=$name
done
while [ ${#running[@]} -gt 0 ]; do
    await_one
done

closing_line
