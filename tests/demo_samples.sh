# shellcheck shell=bash
# shellcheck disable=SC2154 # what lane.sh and the stage set
# demo_samples.sh, to be sourced after tests/lane.sh: demos made up to see whether the stage
# (docs/demos/stage.sh) tells what is proved from what is not, and samples for the checks of
# tests/check_demos.sh themselves.

# Lines of at most 80 columns; pages of at most 23 lines, since the 24th is the key's.
fits() {
    LC_ALL=C awk "$columns_awk"'
        /\f/ { sub(/.*\f/, ""); lines = 0; page++ }
        { lines++ }
        width($0) > 80 { print "page " page + 1 ": " width($0) " columns: " $0 }
        lines == 24 { print "page " page + 1 " has more than 23 lines, such as: " $0 }' "$1"
}

# try STATUS WHAT TEXT...: a demo of these lines, in a tree of its own, ends with that status.
try() {
    local tree=$box/tree wanted=$1 what=$2
    shift 2
    printf '%s\n' "$@" >"$tree/docs/demos/backlog.sh"
    begin "$tree/scripts/demo" --auto --language en backlog
    finish 60
    if [ "$ended" -ne "$wanted" ]; then echo "$what: exit status $ended, not $wanted: $(said)"; fi
    leftovers | sed "s/^/$what: /"
}
check_stage() {
    mkdir -p "$box/tree/scripts" "$box/tree/docs/demos"
    cp scripts/demo scripts/demo-panes.sh scripts/demo-screen.sh "$box/tree/scripts"
    cp docs/demos/stage.sh "$box/tree/docs/demos"
    ln -s "$PWD/bin" "$box/tree/bin"
    # shellcheck disable=SC2016 # the demo's own names
    {
        try 0 'what is proved' 'title a b' "prove 'so it is' b test 1 -eq 1"
        try 1 'what is not so' 'title a b' 'prove a b test 1 -eq 2'
        try 2 'a mistake in what is to be proved' 'title a b' 'prove a b test x -eq 2'
        try 2 'a demo that proves nothing' 'title a b' 'say a b'
        try 2 'a command that fails' 'title a b' false 'prove a b true'
        try 2 'a command that fails in a function' 'title a b' 'f() { false; true; }' f 'prove a b true'
        try 2 'a name that is not set' 'title a b' 'say "$nowhere" b' 'prove a b true'
        try 2 'a server that does not listen' 'title a b' 'serve x false' 'prove a b true'
        try 2 'a server that is not built' 'title a b' 'serve x bin/nowhere' 'prove a b true'
        try 0 'a server that is left to the stage' 'title a b' 'serve x bin/fork' \
            'quietly bin/talk 127.0.0.1:$port A:connect A:send=x A:read' 'kill -STOP $pid' \
            'prove a b test "$(told A read outcome)" = ok'
        try 0 'a server that does not heed SIGTERM' 'title a b' \
            "serve x bash -c 'trap \"\" TERM; echo listening on 127.0.0.1:1; exec sleep 100'" \
            'prove a b test "$port" -eq 1'
        try 0 'children of a server that has gone' 'title a b' \
            "serve x bash -c 'echo listening on 127.0.0.1:1; sleep 100 & sleep 100'" 'stop x' \
            'prove a b test "$status" -eq 143'
        try 0 'a status that is not 0' 'title a b' "quietly sh -c 'echo x; exit 3'" \
            'prove a b test "$status" -eq 3 -a "$(cat "$work/shown")" = x'
        try 0 'a line for the shell' 'title a b' "show 'echo x | tr x y; exit 4'" \
            'prove a b test "$status" -eq 4 -a "$(cat "$work/shown")" = y'
    } | complaints 'the stage tells what is proved from what is not, and from what broke'
}

check_samples() {
    {
        printf '%080d\n' 0 >"$box/out"
        fits "$box/out"
        printf '%081d\n' 0 >"$box/out"
        [ -n "$(fits "$box/out")" ] || echo '81 columns pass'
        printf '가나다라마바사아자차%.0s' 1 2 3 4 >"$box/out"
        fits "$box/out"
        echo '가' >>"$box/out"
        [ -n "$(fits "$box/out")" ] || echo '41 Korean letters pass'
        { seq 23 && printf '\f' && seq 23; } >"$box/out"
        fits "$box/out"
        seq 24 >"$box/out"
        [ -n "$(fits "$box/out")" ] || echo 'a page of 24 lines passes'
        begin sleep 100
        await some_marked || echo 'a process that is left is not found'
        kill -KILL "$demo"
        wait "$demo" 2>/dev/null
        leftovers
        mkdir "$box/tmp/x"
        [ -n "$(leftovers)" ] || echo 'a folder that is left is not found'
    } | complaints 'the checks below tell right samples from wrong ones'
}
