# shellcheck shell=bash
# tally.sh, to be sourced: runs commands, shows what they say, and adds up how many cases passed.
set -o pipefail
# shellcheck source=scripts/verdicts.sh
. scripts/verdicts.sh
tally_log=$(mktemp)
trap 'rm -f "$tally_log"' EXIT

# note_failures COMMAND: the lines of its output that say what failed, once each, for the closing
# line: the end of a long log is what its reader sees.
note_failures() {
    local line known=${#failures[@]}
    while IFS= read -r line; do
        case $'\n'$(printf '%s\n' "${failures[@]}")$'\n' in
        *$'\n'"$line"$'\n'*) ;;
        *) failures+=("$line") ;;
        esac
    done < <(awk '
        /^FAIL/ { print; more = 3; next }
        more && /^ / { print; more--; next }
        { more = 0 }
        /^\[  (ERROR|LINE|FAILED)/ && !/listed below/ { print }' "$tally_log")
    if [ ${#failures[@]} -eq "$known" ]; then failures+=("FAIL  $1"); fi
}

# tally COMMAND...: counts by the command's last line "N passed, N failed, N skipped", or cmocka's
# own summary; a command that prints neither counts as one case. Returns the command's status.
tally() {
    local status=0 p f s
    "$@" </dev/null 2>&1 | tee "$tally_log" || status=$?
    read -r p f s < <(awk '
        /^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$/ { p = $1; f = $3; s = $5; closed = 1 }
        /^\[  PASSED  \] [0-9]+ test/ { p0 += $4; cmocka = 1 }
        /^\[  FAILED  \] .*[0-9]+ test\(s\), listed/ { sub(/ test\(s\).*/, ""); f0 += $NF; cmocka = 1 }
        /^\[  SKIPPED \] .*[0-9]+ test\(s\), listed/ { sub(/ test\(s\).*/, ""); s0 += $NF; cmocka = 1 }
        END {
            if (closed) print p, f, s
            else if (cmocka) print p0 + 0, f0 + 0, s0 + 0
            else print "- - -"
        }' "$tally_log")
    if [ "$p" = - ]; then
        p=$((status == 0)) f=$((status != 0)) s=0
    elif [ "$status" -ne 0 ] && [ "$f" -eq 0 ]; then
        f=1 # it ended badly, whatever it said
    fi
    if [ "$status" -eq 0 ] && [ "$f" -ne 0 ]; then status=1; fi
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
    if [ "$f" -ne 0 ]; then note_failures "$*"; fi
    return "$status"
}
