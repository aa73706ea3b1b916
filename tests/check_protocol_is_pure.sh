#!/usr/bin/env bash
# check_protocol_is_pure.sh: what protocol/ calls, as the linker sees it: each other, seven functions
# over bytes, and nothing else. So it has no sockets, no errno, no I/O and no allocation, and would
# work on a machine without an operating system. Looks at the objects beside the folder $BIN.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
# shellcheck source=scripts/verdicts.sh
. scripts/verdicts.sh
objects=${BIN:-bin}/../protocol

# Under their plain names, or as _FORTIFY_SOURCE calls them.
bytes='(__)?(memcpy|memmove|memset|memchr|memcmp|strcmp|strlen)(_chk)?'
# What a compiler adds on demand: sanitizers, coverage, the stack protector.
compiler='_*(asan|lsan|ubsan|tsan|sanitizer|sancov|gcov|llvm_profile|llvm_gcov|llvm_gcda|start_asan|stop_asan'
compiler+='|start___sancov|stop___sancov|stack_chk)_.*|_GLOBAL_OFFSET_TABLE_'

for source in protocol/*.c; do
    object=$objects/$(basename "$source" .c).o
    if ! symbols=$(nm --undefined-only --format=posix "$object" 2>&1); then
        fail "$source: $symbols"
        continue
    fi
    foreign=$(cut -d' ' -f1 <<<"$symbols" | grep -vxE "|$bytes|$compiler" |
        grep -vxF "$(nm --defined-only --extern-only --format=posix "$objects"/*.o | cut -d' ' -f1)")
    if [ -z "$foreign" ]; then
        pass "$source calls nobody outside"
    else
        fail "$source needs ${foreign//$'\n'/, }"
    fi
done
[ "$passed" -gt 0 ] || fail 'there is nothing in protocol/ to look at'
closing_line
