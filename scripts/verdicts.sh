# shellcheck shell=bash
# verdicts.sh, to be sourced from the root: a line for each case, counted, and a closing line that
# scripts/tally.sh reads.
shopt -s lastpipe # what a pipe's last command counts is counted here
passed=0 failed=0 skipped=0
failures=() # what the closing line repeats

pass() {
    passed=$((passed + 1))
    echo "pass  $1"
}
fail() {
    failed=$((failed + 1))
    echo "FAIL  $1"
}
skip() {
    skipped=$((skipped + 1))
    echo "skip  $1"
}
# complaints CASE: one in each line of standard input; none is a pass.
complaints() {
    local text
    text=$(cat)
    if [ -z "$text" ]; then
        pass "$1"
    else
        fail "$1:"
        while read -r text; do
            echo "        $text"
        done <<<"$text"
    fi
}
# The closing line, the last of all: 0 if nothing has failed.
closing_line() {
    if [ ${#failures[@]} -gt 0 ]; then printf '%s\n' 'what failed:' "${failures[@]}"; fi
    echo "$passed passed, $failed failed, $skipped skipped"
    [ "$failed" -eq 0 ]
}
