#!/usr/bin/env bash
# check_grades.sh: `make grade` over a hundred submissions, right, wrong and hostile ones beside each
# other: each gets its own points, no process and no file of theirs stays, an interruption keeps what
# was graded, and a second run grades only what is new. The lab is a small one, made for this test.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
bin=$(cd "${BIN:-bin}" && pwd) || exit 1
# shellcheck source=scripts/verdicts.sh
. scripts/verdicts.sh
if [ -n "${INSTRUMENTED:-}" ]; then
    skip 'a sanitizer needs more memory than a submission may have'
    closing_line
    exit
fi
work=$(mktemp -d)
batch= # a grade-all in the background
end() {
    trap '' INT TERM HUP
    [ -z "$batch" ] || kill -TERM "$batch" 2>/dev/null
    wait
    rm -rf "$work"
}
trap end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# ---- A lab, and a hundred students --------------------------------------------------------------

mkdir -p "$work/labs/01-tiny" "$work/submissions" "$work/hostile"
printf '1\t01-tiny\tA tiny lab\techo\tone\t-\tblocking\tdocs/lectures/1-sockets.md\n' \
    >"$work/labs/labs.tsv"
printf '%s\t%s\t%s\t%s\t%s\n' \
    4 start/first-line visible 'It listens' 'It does not listen.' \
    4 echo/every-value visible 'Any byte' 'A byte can have any value.' \
    2 stop/without-clients hidden 'It stops' 'It does not stop.' >"$work/labs/01-tiny/grading.tsv"

# submit NAME COMMAND: a folder with a script of one line.
submit() {
    local program=$2
    mkdir -p "$work/submissions/$1"
    if [[ $program == /* ]]; then # which it would not see there
        cp "$program" "$work/submissions/$1/"
        program=./${program##*/}
    fi
    printf '#!/bin/sh\nexec %s "$@"\n' "$program" >"$work/submissions/$1/server"
    chmod +x "$work/submissions/$1/server"
}
declare -A expected=()
# students COUNT PREFIX POINTS COMMAND
students() {
    local i name
    for ((i = 1; i <= $1; i++)); do
        name=$(printf '%s-%02d' "$2" "$i")
        submit "$name" "$4"
        expected[$name]=$3
    done
}
students 70 right 10 "$bin/blocking"
students 2 strlen 6 "$bin/wrong/strlen" # each takes 15 s: the suite waits for what is lost
students 10 ends 0 /bin/false
expected['김 "한, 글"']=10
submit '김 "한, 글"' "$bin/blocking"
expected['=1+2']=10
submit '=1+2' "$bin/blocking"
expected[nothing]=0
mkdir "$work/submissions/nothing"
# In alphabetical order they stand between the others. They attack after one client, and answer
# --help, for which the suite would wait.
sed 's/AFTER_CLIENTS = [0-9]*/AFTER_CLIENTS = 1/' labs/hostile/serve.h >"$work/hostile/serve.h"
cp labs/hostile/*.c "$work/hostile"
for name in fork-bomb memory-eater endless-output kills-all leaves-daemons traces-grader \
    attacks-files prints-results; do
    submit "$name" './attack'
    sed -i "1a case \"\$*\" in *--help*) exit ;; esac" "$work/submissions/$name/server"
    expected[$name]=any # who attacks beside serving may earn some
    "${CC:-gcc}" -std=c17 -D_GNU_SOURCE -O1 -DRESULTS="\"$work/out\"" -DLABS="\"$work/labs\"" \
        -o "$work/submissions/$name/attack" "$work/hostile/$name.c" 2>"$work/said" ||
        fail "labs/hostile/$name.c does not compile: $(grep -m 1 error "$work/said")"
done
expected[prints-results]=0
while [ ${#expected[@]} -lt 100 ]; do
    students 1 "more-${#expected[@]}" 10 "$bin/blocking"
done

# ---- A batch --------------------------------------------------------------------------------------

# Whatever a batch starts has this in its environment.
marker=$$-batch
left_behind() {
    local file
    for file in /proc/[0-9]*/environ; do
        if tr '\0' '\n' <"$file" | grep -qx "BATCH=$marker"; then
            tr '\0' ' ' <"${file%environ}cmdline" | sed 's/$/ is left behind\n/'
        fi
    done 2>/dev/null
}
grade_all=(env BATCH="$marker" BIN="$bin" scripts/grade-all --lab 1 --jobs 2
    --labs "$work/labs" --out "$work/out" "$work/submissions")
# points NAME: in its row, which begins with its name and two numbers.
points() {
    sed -n 2p "$work/out/rows/$1.csv" 2>/dev/null | sed 's/^"\([^"]\|""\)*",1,//; s/,.*//'
}
rows() {
    tail -n +2 "$work/out/grades.csv" 2>/dev/null | wc -l
}

if "$bin/grade" --lab 1 --labs "$work/labs" --submission "$work/submissions/nothing" 2>&1 |
    grep -q 'nothing here keeps the submission'; then
    skip 'an ordinary user cannot keep hostile submissions from the grader here, and grade says so'
    closing_line
    exit
fi

# Interrupted after a few, as by ^C.
"${grade_all[@]}" >"$work/said" 2>&1 &
batch=$!
deadline=$((SECONDS + 60))
until [ "$(rows)" -ge 3 ] || [ "$SECONDS" -ge "$deadline" ]; do sleep 0.02; done
kill -TERM "$batch"
status=0
wait "$batch" || status=$?
batch=
kept=$(rows)
{
    [ "$status" -eq 143 ] || echo "it ended with status $status"
    [ "$kept" -ge 3 ] && [ "$kept" -lt 100 ] || echo "it has $kept rows"
    [ -z "$(find "$work/out" -name '*.part*')" ] || echo 'an unfinished row is left'
    left_behind
} | complaints "interrupted, it keeps what was graded, and leaves no process"

status=0
begun=$SECONDS
"${grade_all[@]}" >"$work/said" 2>&1 || status=$?
took=$((SECONDS - begun))
{
    [ "$status" -eq 0 ] || { echo "it ended with status $status"; tail -n 2 "$work/said"; }
    grep -q "^$kept of 100 were graded before" "$work/said" || head -n 1 "$work/said"
    [ "$(rows)" -eq 100 ] || echo "grades.csv has $(rows) rows"
    left_behind
    for name in "${!expected[@]}"; do
        got=$(points "$name")
        case ${expected[$name]} in
        any) [[ $got =~ ^[0-9.]+$ ]] || echo "$name has no points: $got" ;;
        *) [ "$got" = "${expected[$name]}" ] || echo "$name gets $got, not ${expected[$name]}" ;;
        esac
        ! grep 'attack succeeded' "$work/out/$name.txt" || echo "by $name"
        [ -s "$work/out/$name.json" ] && [ -s "$work/out/$name.txt" ] || echo "$name lacks a result"
    done
} | complaints "100 submissions, a few of them hostile, get their own points ($took s)"

{
    "${grade_all[@]}" >"$work/said" 2>&1 || echo "it ended with status $?"
    [ "$(grep -c points "$work/said")" -eq 0 ] || echo 'it grades what was graded'
    touch "$work/submissions/right-07/server"
    submit new "$bin/blocking"
    "${grade_all[@]}" >"$work/said" 2>&1 || echo "it ended with status $?"
    [ "$(grep points "$work/said" | awk '{ print $1 }' | sort | paste -sd' ')" = 'new right-07' ] ||
        cat "$work/said"
    [ "$(rows)" -eq 101 ] || echo "grades.csv has $(rows) rows"
} | complaints 'a second run grades what is new or has changed'

# A case that `blocking` cannot pass, in a lab with three students.
{
    mkdir -p "$work/few" "$work/any"
    cp -R "$work/labs" "$work/any/labs"
    cp -R "$work/submissions"/right-0[123] "$work/few"
    sed -i 's/\tone\t-\t/\tone\tepoll\t/' "$work/any/labs/labs.tsv"
    printf '%s\t%s\t%s\t%s\t%s\n' 3 model/descriptors visible 'An epoll' 'No epoll.' \
        >>"$work/any/labs/01-tiny/grading.tsv"
    any=(env BATCH="$marker" BIN="$bin" scripts/grade-all --lab 1 --labs "$work/any/labs"
        --out "$work/any/out" "$work/few")
    # graded SUM OPTION...: all three are, now, and get as much.
    graded() {
        local sum=$1
        shift
        "${any[@]}" "$@" >"$work/said" 2>&1 || echo "it ended with status $?"
        [ "$(grep -c "$sum points" "$work/said")" -eq 3 ] || head -n 4 "$work/said"
    }
    graded '10 of 13'
    graded '10 of 10' --any-model # what was graded with the other rows does not count
    "${any[@]}" --any-model >"$work/said" 2>&1
    ! grep points "$work/said" || echo 'it grades what was graded'
    graded '10 of 13'
} | complaints '--any-model leaves the rows of model/ out, and grades all of them anew'

# In the place of bin/grade: waits some time for another of its kind, and leaves word if one comes.
mkdir -p "$work/stage" "$work/two-labs/labs"
cat >"$work/stage/grade" <<'END'
#!/usr/bin/env bash
here=${0%/*}
while [ $# -gt 1 ]; do
    if [ "$1" = --csv ]; then printf '"student"\n"x"\n' >"$2"; fi
    shift
done
touch "$here/here.$$"
for ((i = 0; i < 100; i++)); do
    if [ "$(find "$here" -name 'here.*' | wc -l)" -gt 1 ]; then touch "$here/two"; fi
    if [ -e "$here/two" ] || { [ -e "$here/measures" ] && [ "$i" -gt 20 ]; }; then break; fi
    sleep 0.05
done
rm "$here/here.$$"
echo '1 of 1 points'
END
printf '#!/bin/sh\necho 8\n' >"$work/stage/nproc"
chmod +x "$work/stage/grade" "$work/stage/nproc"
# side_by_side OPTION...: whether two are graded at a time, on a machine with eight cores.
side_by_side() {
    rm -f "$work/stage/two"
    env PATH="$work/stage:$PATH" BATCH="$marker" BIN="$work/stage" scripts/grade-all --lab 1 --again \
        --labs "$work/two-labs/labs" --out "$work/two-labs/out" "$@" "$work/few" >"$work/said" 2>&1 ||
        cat "$work/said"
    [ -e "$work/stage/two" ]
}
{
    cp -R "$work/labs" "$work/two-labs"
    side_by_side || echo 'a lab that measures nothing is graded one at a time'
    touch "$work/stage/measures"
    ! side_by_side --jobs 1 || echo 'with --jobs 1 there are two at a time'
    for case in ratio/throughput report/agrees-within-3; do
        cp -R "$work/labs" "$work/two-labs"
        printf '2\t%s\tvisible\tMeasured\tSlow.\n' "$case" \
            >>"$work/two-labs/labs/01-tiny/grading.tsv"
        ! side_by_side || echo "with $case in its table, there are two at a time"
    done
} | complaints 'two at a time, but one where a lab measures'

if command -v python3 >/dev/null; then
    python3 - "$work/out/grades.csv" <<'END' | complaints 'grades.csv is read by a reader of CSV'
import csv, sys
rows = list(csv.DictReader(open(sys.argv[1], encoding="utf-8", newline="")))
if len(rows) != 101: print(len(rows), "rows")
names = {row["student"]: row for row in rows}
for name in ('김 "한, 글"', "'=1+2", "right-60"):
    if name not in names: print("no", name)
    elif names[name]["points"] != "10" or names[name]["stop/without-clients"] != "2": print(names[name])
if names["strlen-01"]["echo/every-value"] != "0": print(names["strlen-01"])
if "no program ./server" not in names["nothing"]["remark"]: print(names["nothing"])
END
else
    skip 'grades.csv is read by a reader of CSV: no python3'
fi

{
    printf '%s\n' '5	x' >>"$work/labs/01-tiny/grading.tsv" # a table that cannot be read
    status=0
    "${grade_all[@]}" >"$work/said" 2>&1 || status=$?
    [ "$status" -eq 1 ] || echo "it ended with status $status"
    grep -q 'right-01 .*could not be graded: grade: .*grading.tsv, line' "$work/said" ||
        head -n 3 "$work/said"
} | complaints 'a table with a fault is said, for each, and ends in failure'
closing_line
