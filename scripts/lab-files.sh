# shellcheck shell=bash
# lab-files.sh, to be sourced from the root: which files a lab's grader is made of. Used by
# scripts/handout and scripts/autograder.

# lab_row NUMBER COLUMN: what labs.tsv has there; nothing where there is no such lab.
lab_row() {
    awk -F'\t' -v number="$1" -v column="$2" '!/^#/ && $1 == number { print $column }' labs/labs.tsv
}

# require_lab NAME NUMBER: ends the script NAME with status 64 where there is no such lab.
require_lab() {
    if [ -z "$(lab_row "$2" 2)" ]; then
        echo "$1: there is no lab '$2'; labs/labs.tsv has" \
            "$(awk -F'\t' '!/^#/ { print $1 }' labs/labs.tsv | paste -sd' ')" >&2
        exit 64
    fi
    if [ ! -f "labs/$(lab_row "$2" 2)/grading.tsv" ]; then
        echo "$1: labs/$(lab_row "$2" 2) has no grading.tsv" >&2
        exit 1
    fi
}

# require_empty NAME FOLDER: makes it; ends the script NAME where something is in it.
require_empty() {
    mkdir -p "$2"
    if [ -n "$(ls -A "$2")" ]; then
        echo "$1: $2 is not empty; name a new folder with OUT=" >&2
        exit 1
    fi
}

# copy_sources TO FOLDER...: their C files.
copy_sources() {
    local to=$1 folder
    shift
    for folder; do
        mkdir -p "$to/$folder"
        find "$folder" -maxdepth 1 -name '*.[ch]' -exec cp -t "$to/$folder" -- {} +
    done
}

# is_report NUMBER: a lab in which no server is handed in, but a measurement.
is_report() {
    awk -F'\t' '!/^#/ { exit $2 !~ /^report\// }' "labs/$(lab_row "$1" 2)/grading.tsv"
}

# copy_grader TO: the sources of bin/grade, and how it is built.
copy_grader() {
    copy_sources "$1" base tests/conform grade
    # What a report's figures are computed with again: it knows nothing of servers.
    mkdir -p "$1/loadgen"
    cp loadgen/histogram.[ch] loadgen/statistics.[ch] "$1/loadgen"
    cp labs/check.mk "$1/Makefile"
    cp VERSION "$1"
}

# copy_tables TO NUMBER [VISIBILITY]: the lab's row of labs.tsv, and the rows of its own table with
# that visibility (all).
copy_tables() {
    local folder
    folder=$(lab_row "$2" 2)
    mkdir -p "$1/labs/$folder"
    awk -F'\t' -v number="$2" '/^#/ || $1 == number' labs/labs.tsv >"$1/labs/labs.tsv"
    awk -F'\t' -v visibility="${3:-}" '/^#/ || visibility == "" || $3 == visibility' \
        "labs/$folder/grading.tsv" >"$1/labs/$folder/grading.tsv"
}
