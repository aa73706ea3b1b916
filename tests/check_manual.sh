#!/usr/bin/env bash
# check_manual.sh: the manual page that `make man` makes from loadgen's --help is a page: man(1) has
# nothing to say against it, and it holds what --help does. Looks at loadgen.1 beside $BIN.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
bin=${BIN:-bin}
page=$bin/../loadgen.1
# shellcheck source=scripts/verdicts.sh
. scripts/verdicts.sh

# verdict CASE [COMPLAINT]: without a complaint it has passed.
verdict() {
    if [ -z "${2-}" ]; then
        pass "$1"
    else
        fail "$1: $2"
    fi
}

if ! command -v help2man >/dev/null; then
    skip 'the manual page: help2man is not installed (make man installs it)'
    closing_line
    exit
fi

# What man sees, without the hyphens and the markup.
sections=$(sed -n 's/^\.SH //p' "$page" | tr -d '"' | paste -sd ' ')
verdict 'the page has its sections in order' \
    "$([ "$sections" = 'NAME SYNOPSIS DESCRIPTION OPTIONS EXAMPLES' ] || echo "it has $sections")"
groups=$(sed -n 's/^\.SS //p' "$page" | tr -d '"' | paste -sd ' ')
verdict 'the options stand in their groups' \
    "$([ "$groups" = 'Load: Requests: Time: Output: Exit status:' ] || echo "they are $groups")"

missing=
options=$("$bin/loadgen" --help | sed -nE 's/^ +--([a-z-]+).*/\1/p')
for option in $options; do
    grep -qF -- "\\fB\\-\\-${option//-/\\-}\\fR" "$page" || missing+=" --$option"
done
verdict "the page has the $(wc -w <<<"$options") options that --help has" \
    "$([ -n "$options" ] || echo 'no options in --help')${missing:+without$missing}"

if command -v lexgrog >/dev/null; then
    name=$(lexgrog "$page" 2>&1)
    [[ $name == *'"loadgen - drives an echo server and measures latency and throughput"' ]] && name=
    verdict 'apropos finds its name and what it is for' "$name"
else
    skip 'the name as apropos sees it: lexgrog is not installed'
fi
if command -v man >/dev/null && command -v groff >/dev/null; then
    # MANROFFSEQ: no preprocessor, so nothing that may be missing.
    verdict 'man shows it without a warning' \
        "$(LC_ALL=C.UTF-8 MANROFFSEQ='' MANWIDTH=80 man --warnings -E UTF-8 -l -Tutf8 -Z "$page" \
            2>&1 >/dev/null)"
else
    skip 'the page as man shows it: man or groff is not installed'
fi
closing_line
