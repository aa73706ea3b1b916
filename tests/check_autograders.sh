#!/usr/bin/env bash
# check_autograders.sh: what `make autograder` packs grades by itself: Gradescope's in a folder as
# Gradescope has it, Autolab's in an empty one. For the starter, for the reference, for a server
# alone without a Makefile; with --any-model, without the rows of model/; and where the grader fails,
# there is a result all the same.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
bin=$(cd "${BIN:-bin}" && pwd) || exit 1
# shellcheck source=scripts/verdicts.sh
. scripts/verdicts.sh
if [ -n "${INSTRUMENTED:-}" ]; then
    skip 'what is packed is the same, whoever built the other programs'
    closing_line
    exit
fi
lab=1 reference=blocking starter=labs/01-iterative/starter
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
as_root=$([ "$(id -u)" -eq 0 ] && echo yes)

alone() {
    env -i PATH="$PATH" HOME="$work" "$@"
}
# What is left of 100 points without the rows of model/, and what is said of it.
rest=$(awk -F'\t' '!/^#/ && $2 !~ /^model\// { n += $1 } END { print n }' labs/01-iterative/grading.tsv)
{
    scripts/autograder "$lab" "$work/any" --any-model >"$work/said" 2>&1 || cat "$work/said"
    grep -q "without the rows of model/: the assignment has $rest points" "$work/said" ||
        cat "$work/said"
    [ "$rest" -lt 100 ] || echo 'the lab has no such rows'
    status=0
    scripts/autograder "$lab" "$work/other" --any >"$work/said" 2>&1 || status=$?
    [ "$status" -eq 64 ] || echo "another option ends with status $status"
} | complaints '--any-model says how many points there are'
# json PROGRAM: asserts of `r`, the results; what is wrong is printed.
json() {
    python3 -c "import json, sys; r = json.load(open(sys.argv[1])); $1" "$root/results/results.json" \
        2>&1 | tail -n 1
}
has_python=$(command -v python3 || true)

# ---- Gradescope -----------------------------------------------------------------------------------

scripts/autograder "$lab" "$work/packed" >"$work/said" 2>&1 || fail "$(cat "$work/said")"
root=$work/autograder
mkdir -p "$root/submission" "$root/results"
cp -R "$work/packed/gradescope" "$root/source"
alone AUTOGRADER="$root" "$root/source/setup.sh" >"$work/said" 2>&1 || tail -n 3 "$work/said" |
    complaints 'setup.sh builds the grader'
cat >"$root/submission_metadata.json" <<'END'
{"id": 1, "users": [{"email": "bob@example.org", "id": 2}, {"email": "alice@example.org", "id": 1}],
 "previous_submissions": [{"results": {"output": "\"email\": \"eve\""}}]}
END

# submit: nothing yet.
submit() {
    rm -rf "$root/submission" "$root/results"
    mkdir -p "$root/submission$1"
}
run() {
    alone AUTOGRADER="$root" "$root/source/run_autograder" --accept-unconfined >"$work/said" 2>&1 ||
        echo "run_autograder ended with status $?: $(tail -n 1 "$work/said")"
}

if [ -z "$has_python" ]; then
    skip 'results.json: no python3 to read it'
else
    submit ''
    cp "$starter"/* "$root/submission"
    {
        run
        json 'assert r["score"] == 0, r["score"]'
        json 'assert len(r["tests"]) > 5 and all(t["score"] == 0 for t in r["tests"])'
        json 'assert "of " in r["output"] and r["stdout_visibility"] == "hidden", r["output"]'
        grep -q 'alice@example.org+bob@example.org' "$work/said" || echo 'no seed of both students'
        ! grep -q eve "$work/said" || echo 'a seed from the results'
    } | complaints 'Gradescope: the starter gets 0 points'

    submit /inside # packed with the folder round it
    cp -L "$bin/$reference" "$root/submission/inside/server"
    {
        run
        json 'assert r["score"] == 100, r["score"]'
        json 'assert sum(t["max_score"] for t in r["tests"]) == 100'
        json 'assert all(t["status"] == "passed" for t in r["tests"])'
        json 'assert {t["visibility"] for t in r["tests"]} <= {"visible", "hidden", "after_published"}'
    } | complaints 'Gradescope: the reference, in a folder of its own, gets 100'

    cp "$work/any/gradescope/options" "$root/source" # all else is the same
    {
        run
        json "assert r['score'] == $rest, r['score']"
        json "assert sum(t['max_score'] for t in r['tests']) == $rest"
    } | complaints 'Gradescope: with --any-model, the rows of model/ are not asked'
    cp "$work/packed/gradescope/options" "$root/source"

    submit ''
    cp "$starter/server.c" "$root/submission"
    {
        run
        json 'assert "no program" not in r["output"], r["output"]'
        json 'assert "not written yet" in r["tests"][0]["output"], r["tests"][0]["output"]'
    } | complaints "Gradescope: a server.c alone is built with the starter's Makefile"

    submit ''
    printf 'server:\n\texit 3\n' >"$root/submission/Makefile"
    {
        run
        json 'assert r["score"] == 0 and "make failed" in r["output"], r["output"]'
    } | complaints 'Gradescope: what make says is shown'

    submit ''
    mv "$root/source/echolab/bin/grade" "$work/grade"
    {
        run | grep -q 'status 127' || echo 'it does not say that the grader failed'
        json 'assert r["score"] == 0 and "Tell your instructor" in r["output"], r'
    } | complaints 'Gradescope: where the grader fails there is a result'
    mv "$work/grade" "$root/source/echolab/bin/grade"
fi
if [ -n "$as_root" ]; then
    [ "$(stat -c %a "$root/source")" = 700 ] || echo 'anybody can enter it'
    find "$root/source" -not -type l -perm /077
fi | complaints "Gradescope: only root reads the tasks and the sources"

# ---- Autolab --------------------------------------------------------------------------------------

# autolab FILE NAME [PACKED]: what `make` says in a folder with what Autolab puts there.
autolab() {
    rm -rf "$work/autolab"
    cp -R "$work/${3:-packed}/autolab" "$work/autolab"
    cp "$1" "$work/autolab/$2"
    (cd "$work/autolab" && alone make ACCEPT=--accept-unconfined) >"$work/said" 2>&1
}
# closes LINE: that is the last one; and nothing is told of a task that the student must not see.
closes() {
    [ "$(tail -n 1 "$work/said")" = "$1" ] || tail -n 3 "$work/said"
    ! grep -E '\[(hidden|after)\]' "$work/said"
    awk -F'\t' '!/^#/ && $3 != "visible" { print $4 }' labs/01-iterative/grading.tsv |
        while read -r title; do ! grep -F "$title" "$work/said"; done
}
mkdir -p "$work/handin"
cp -L "$bin/$reference" "$work/handin/server"
tar czf "$work/handin.tar" -C "$work/handin" .
{
    autolab "$work/handin.tar" handin.tar || echo "make ended with status $?"
    closes "{\"scores\": {\"lab$lab\": 100.0}}"
} | complaints 'Autolab: the reference gets 100, and no hidden task is told'
{
    autolab "$work/handin.tar" handin.tar any || echo "make ended with status $?"
    closes "{\"scores\": {\"lab$lab\": $rest.0}}"
} | complaints 'Autolab: with --any-model, the rows of model/ are not asked'
{
    autolab "$starter/server.c" server.c || echo "make ended with status $?"
    closes "{\"scores\": {\"lab$lab\": 0.0}}"
    tr -s ' \n' ' ' <"$work/said" | grep -q 'not written yet' || echo 'it does not say why'
} | complaints 'Autolab: the starter gets 0'
{
    autolab "$starter/server.c" handin.tar || echo "make ended with status $?"
    closes "{\"scores\": {\"lab$lab\": 0}}"
} | complaints 'Autolab: what is no tar file gets 0'
{
    ! autolab "$starter/server.c" other.c || echo 'make ended with status 0'
    ! grep -q '"scores"' "$work/said" || echo 'it gives a score'
} | complaints 'Autolab: where the grader fails there is no score'
closing_line
