#!/usr/bin/env bash
# check_lab_texts.sh: what the labs' texts and tables say of each other is so: points add up to 100,
# what a failing case refers to can be read, each wrong server of a lab is in its table of mistakes
# and meets a case of it, starters compile without a warning. Its own functions are tried on wrong
# samples first: a check that can't fail says nothing.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
# shellcheck source=scripts/verdicts.sh
. scripts/verdicts.sh
bin=${BIN:-bin}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

sections=(Goal Background 'The command line' 'What it speaks, and what it promises'
    'The task, in steps' 'How it is graded' 'What is looked at after each case' Hints 'Going further')
notes=('What it teaches' Time 'Common mistakes' 'Questions to discuss' Variations)

# rows TABLE: without its comments.
rows() {
    grep -v '^#' "$1"
}

# ---- What is looked for, each as complaints on standard output -----------------------------------

# ordered FILE SECTION...: its `##` are these, in this order; others may stand between them.
ordered() {
    local file=$1 heading
    shift
    while IFS= read -r heading; do
        if [ $# -gt 0 ] && [ "$heading" = "## $1" ]; then shift; fi
    done < <(grep '^## ' "$file")
    [ $# -eq 0 ] || echo "$file: no section \"$1\", or not in its place"
}

# points TABLE: as the handout should print them, by what is looked at.
points() {
    rows "$1" | awk -F'\t' '
        function group(name) {
            if (name ~ /^(start|stop)\//) return 1
            if (name ~ /^echo\//) return 2
            if (name ~ /^frame\/|^violation\/frame/) return 3
            if (name ~ /^guess\/|^violation\/guess/) return 4
            if (name ~ /^options\//) return 5
            if (name ~ /^children\//) return 6
            if (name ~ /^fault\//) return 7
            if (name ~ /^owed\//) return 8
            if (name ~ /^limits\//) return 9
            if (name ~ /^wear\//) return 10
            if (name ~ /^model\//) return 11
            return 12
        }
        BEGIN {
            split("Start and stop|echo|frame|guess|The crew|Child processes|Clients that misbehave, come at " \
                "once or flood|Clients that do not read|Silent clients, idle clients, no descriptor left|" \
                "After many connections|Which model it is|Throughput beside ours", words, "|")
        }
        {
            g = group($2)
            all[g] += $1
            sum += $1
            if ($3 == "visible") { seen[g] += $1; open += $1 }
        }
        END {
            print "| what | points | of these visible |"
            print "|---|---|---|"
            for (g = 1; g <= 12; g++)
                if (all[g]) printf "| %s | %d | %d |\n", words[g], all[g], seen[g]
            printf "| all | %d | %d |\n", sum, open
        }'
}

# tabled TABLE HANDOUT: the handout has these points, and they are 100.
tabled() {
    local line
    while IFS= read -r line; do
        grep -qxF -- "$line" "$2" || echo "$2 lacks this row: $line"
    done < <(points "$1")
    [ "$(rows "$1" | awk -F'\t' '{ sum += $1 } END { print sum }')" = 100 ] ||
        echo "$1: the points are not 100 in all"
}

# readable TABLE HANDOUT: every heading that a row sends its reader to is there.
readable() {
    local told name lecture headings
    while IFS=$'\t' read -r _ name _ _ told; do
        while read -r lecture; do
            headings=$(grep -h '^### ' docs/lectures/"${lecture:8:1}"-*.md)
            while IFS= read -r heading; do
                grep -qxF "### $heading" <<<"$headings" || echo "$1: $name: $lecture has no \"$heading\""
            done < <(grep -oE "$lecture, \"[^\"]*\"( and \"[^\"]*\")*" <<<"$told" | grep -oE '"[^"]*"' | tr -d '"')
        done < <(grep -oE 'Lecture [1-8]' <<<"$told" | sort -u)
        while IFS= read -r heading; do
            grep -qE "^###? $heading\$" "$2" || echo "$1: $name: the handout has no \"$heading\""
        done < <(grep -oE 'handout, "[^"]*"' <<<"$told" | cut -d'"' -f2)
        grep -q 'Read: ' <<<"$told" || echo "$1: $name: it says not where to read on"
    done < <(rows "$1")
}

# mistakes NUMBER TABLE NOTES: the wrong servers of this lab are in the notes, each with a case.
mistakes() {
    local name cases case meets
    while IFS=$'\t' read -r name cases; do
        grep -qF "](../wrong/$name.c)" "$3" || echo "$3 lacks $name"
        meets=
        for case in ${cases//,/ }; do
            if rows "$2" | cut -f2 | grep -qxF -- "${case#\?}"; then meets=yes; fi
        done
        # What breaks no promise can be found out by its model only.
        if [ -z "$meets" ] && { [ "$cases" != - ] || ! rows "$2" | cut -f2 | grep -q '^model/'; }; then
            echo "$2 has no case that $name fails"
        fi
    done < <(awk -F'\t' -v lab="$1" '!/^#/ && $4 == lab { print $1 "\t" $5 }' labs/wrong/wrong.tsv)
}

# quiet_compilers FILE...: it compiles, and no compiler has anything to say.
quiet_compilers() {
    local compiler file
    for compiler in gcc clang; do
        command -v "$compiler" >/dev/null || continue
        for file; do
            "$compiler" -std=c17 -D_GNU_SOURCE -pthread -O2 -Wall -Wextra -Wpedantic -Wshadow \
                -o "$work/starter" "$file" 2>&1 | sed -n "1s|^|$compiler: |p"
        done
    done
}

# mute FILE: it prints no line that passes for a server's, and ends.
mute() {
    gcc -std=c17 -D_GNU_SOURCE -pthread -o "$work/starter" "$1" 2>&1 || return
    local said status=0
    said=$(timeout 10 "$work/starter" --port 0 --service echo 2>/dev/null) || status=$?
    [ -z "$said" ] || echo "$1 prints \"$said\""
    [ "$status" -ne 0 ] && [ "$status" -ne 124 ] || echo "$1 ends with status $status"
}

# narrow FILE...: lines of text have 120 columns; tables and code may be wider.
narrow() {
    awk '/^```/ { code = !code }
         { text = $0; gsub(/[\200-\277]/, "", text) }
         !code && !/^\|/ && length(text) > 120 { print FILENAME ", line " FNR ": over 120 columns" }' "$@"
}

# ---- They can fail --------------------------------------------------------------------------------

# finds NAME EXPECTED COMMAND...: on a wrong sample it complains so.
finds() {
    local name=$1 expected=$2 said
    shift 2
    said=$("$@")
    if [[ $said == *"$expected"* ]]; then
        pass "on a sample: $name"
    else
        fail "on a sample, $name goes unseen: ${said:-nothing}"
    fi
}
printf '## Goal\n## Hints\n' >"$work/h.md"
printf '60\techo/x\tvisible\tt\tRead: Lecture 1, "No such heading"; handout, "Nowhere".\n' >"$work/t.tsv"
printf 'int main(void) { int x; return puts("listening on 127.0.0.1:1") < 0; }\n' >"$work/s.c"
finds 'a missing section' 'no section "Background"' ordered "$work/h.md" "${sections[@]}"
finds 'points that are not 100' 'not 100' tabled "$work/t.tsv" "$work/h.md"
finds 'a row that the handout lacks' '| echo | 60 | 60 |' tabled "$work/t.tsv" "$work/h.md"
finds 'a heading that is in no lecture' 'has no "No such heading"' readable "$work/t.tsv" "$work/h.md"
finds 'a heading that is not in the handout' 'no "Nowhere"' readable "$work/t.tsv" "$work/h.md"
finds 'a wrong server that the notes lack' 'lacks strlen' mistakes 1 "$work/t.tsv" "$work/h.md"
finds 'a wrong server without a case' 'no case that strlen fails' mistakes 1 "$work/t.tsv" "$work/h.md"
finds 'a warning' 'gcc: ' quiet_compilers "$work/s.c"
printf '#include <stdio.h>\nint main(void) { return puts("listening on 127.0.0.1:1") < 0; }\n' >"$work/s.c"
finds 'a starter that says it listens' 'prints "listening' mute "$work/s.c"
printf '%0121d\n' 0 >"$work/h.md"
finds 'a wide line' 'over 120 columns' narrow "$work/h.md"

# ---- The labs -------------------------------------------------------------------------------------

known=$("$bin/conform" --list | awk '{ print $1 }')
while IFS=$'\t' read -r number folder _ services _; do
    lab=labs/$folder
    grep -qF "](../../$lab/handout.md)" docs/labs/README.md || fail "docs/labs/README.md lacks lab $number"
    [ "$number" -lt 10 ] || continue # the report is no server: it has a table of its own
    rows "$lab/grading.tsv" | cut -f2 | grep -vxF ratio/throughput | grep -vxFf <(echo "$known") |
        sed 's/$/ is no case/' | complaints "$lab: its cases are the suite's"
    {
        tabled "$lab/grading.tsv" "$lab/handout.md"
        readable "$lab/grading.tsv" "$lab/handout.md"
        ordered "$lab/handout.md" "${sections[@]}"
        for service in $services; do
            grep -qE "^### The service $service\$" "$lab/handout.md" ||
                echo "$lab/handout.md: no section about the service $service"
        done
    } | complaints "$lab: table and handout agree"
    {
        ordered "$lab/instructor.md" "${notes[@]}"
        mistakes "$number" "$lab/grading.tsv" "$lab/instructor.md"
    } | complaints "$lab: the notes have its classic mistakes, each with a case"
    {
        quiet_compilers "$lab/starter/server.c"
        mute "$lab/starter/server.c"
    } | complaints "$lab: the starter compiles, and passes for nothing"
    narrow "$lab"/*.md | complaints "$lab: its lines"
done < <(rows labs/labs.tsv)
narrow docs/labs/*.md | complaints 'docs/labs: their lines'

closing_line
