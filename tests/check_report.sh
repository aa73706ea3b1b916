#!/usr/bin/env bash
# check_report.sh [REPORT.html]: a report in a real browser: its figures, its switches by mouse and
# by keyboard, light and dark, on paper, and that nothing in it runs or loads what it should not.
# Without an argument: the report of a made-up run, with names that try to be code. Programs are in
# $BIN.
set -uo pipefail
bin=${BIN:-$(dirname "$0")/../bin}
folder=
trap '[ -z "$folder" ] || rm -rf "$folder"' EXIT

# shellcheck source=scripts/verdicts.sh
. "$(dirname "$0")/../scripts/verdicts.sh"

leave_out() {
    skip "the report in a browser: $1"
    closing_line
    exit
}

chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome) ||
    leave_out 'chromium is missing (the package chromium)'
python3 -c '' 2>/dev/null || leave_out 'python3 is missing (the package python3)'

report=${1-}
if [ -z "$report" ]; then
    folder=$(mktemp -d)
    report=$folder/report.html
    if ! "$bin/test_report" --page "$folder"; then
        fail 'the report of a made-up run could not be written'
        closing_line
        exit
    fi
fi
python3 -B "$(dirname "$0")/browser/check_page.py" "$chromium" "$report" </dev/null
