#!/usr/bin/env bash
# check_commands.sh [FILE.md...]: every command that a document prints is run as it is printed.
#
# Blocks of ```sh hold commands, blocks of ```console commands behind `$ ` and what they print. Those
# of a document run one after the other in one shell, as a reader would type them, from the root of a
# copy of this tree, in a network of its own (port 7000 is free there). Korean texts are left out, for
# check_lectures.sh proves that their commands are those of the English ones. A comment on the line
# above a block says what else is to be known of it:
#   <!-- run: server -->             it stays in the foreground until the next one of its kind
#   <!-- run: typed TEXT -->         what the reader types into it
#   <!-- run: cut short -->          it takes too long: each command gets ^C after some seconds
#   <!-- run: exactly -->            it prints what stands there, to the letter
#   <!-- run: status N -->           it ends with this exit status
#   <!-- run: elsewhere, REASON -->  not here
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
# shellcheck source=scripts/verdicts.sh
. scripts/verdicts.sh
# shellcheck source=tests/command_samples.sh
. tests/command_samples.sh
bin=${BIN:-bin}
at_once=4         # documents that run side by side, where each has a network of its own
patience=240      # seconds for a document
short=4           # seconds until a long command gets its ^C
work=$(mktemp -d)
declare -A document=() # from the process that runs one

end() {
    local pid
    trap '' INT TERM HUP
    for pid in "${!document[@]}"; do
        kill -KILL -- "-$pid" 2>/dev/null
    done
    rm -rf "$work"
}
trap end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# ---- What a document prints ------------------------------------------------------------------

# blocks FILE FOLDER: puts block K into FOLDER as K.text, its kind and line into K.kind, its comment
# into K.mark. Complains about commands in a block that says not what it holds.
blocks() {
    awk -v folder="$2" '
        function open_block() {
            name = folder "/" sprintf("%03d", ++count)
            print kind, FNR >(name ".kind")
            print mark >(name ".mark")
            printf "" >(name ".text")
        }
        function close_block() { close(name ".kind"); close(name ".mark"); close(name ".text") }
        /^```/ && !inside {
            inside = 1
            kind = substr($0, 4)
            taken = kind == "sh" || kind == "console"
            mark = before ~ /^<!-- run: .* -->$/ ? substr(before, 11, length(before) - 14) : ""
            if (kind != "" && kind !~ /^(c|console|diff|json|make|python|sh)$/)
                print FILENAME ", line " FNR ": a block of \"" kind "\": commands stand in sh or console"
            if (mark != "" && mark !~ /^(server|cut short|exactly|typed .+|status [0-9]+|elsewhere, .+)$/)
                print FILENAME ", line " FNR - 1 ": no such mark: " mark
            if (before ~ /<!-- *run/ && mark == "")
                print FILENAME ", line " FNR - 1 ": no mark: " before
            if (taken)
                open_block()
            next
        }
        /^```/ { inside = 0; if (taken) close_block(); before = ""; next }
        inside && taken { print >(name ".text"); next }
        inside && /^(\$ |bin\/[a-z]|scripts\/[a-z]|make( |$))/ && kind == "" {
            print FILENAME ", line " FNR ": a command in a block that is not ```sh or ```console"
        }
        { before = $0 }' "$1"
}

# commands FILE.text KIND: the commands, each ended by a NUL. Of a console those behind `$ `, with the
# lines that make them whole.
commands() {
    local line command='' open=
    while IFS= read -r line; do
        if [ "$2" = console ] && [ -z "$open" ]; then
            [[ $line == '$ '* ]] || continue
            line=${line:2}
        fi
        command+=${command:+$'\n'}$line
        if [ -z "$command" ]; then continue; fi
        open=yes
        if bash -n <<<"$command" 2>/dev/null; then
            printf '%s\0' "$command"
            command='' open=
        fi
    done <"$1"
    if [ -n "$open" ]; then printf '%s\0' "$command"; fi
}

# lacking TEXT: the first tool it calls that is not installed.
lacking() {
    local tool
    for tool in nc ncat socat telnet strace perf gdb taskset tmux ss ip ps pgrep gnuplot pandoc python3 go; do
        if grep -qE "(^|[ (|;&])$tool( |\$)" "$1" && ! command -v "$tool" >/dev/null; then
            echo "$tool"
            return
        fi
    done
}

# listens PORT: somebody does (10 is TCP_LISTEN in the kernel's table).
listens() {
    cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | grep -qi "$(printf ':%04X 0*:0000 0A' "$1")"
}
# await_port PORT: for half a minute, while the commands have left something in the background (but
# for the document's own server). A reader types the next command seconds after this one.
await_port() {
    local running
    for _ in {1..300}; do
        running=$(jobs -pr)
        if listens "$1" || [ -z "${running/"$server_of_the_document"/}" ]; then return; fi
        sleep 0.1
    done
}

# ---- Running it ------------------------------------------------------------------------------

# script FOLDER: what one shell does with all of a document's blocks. It leaves K.out and K.status.
script() {
    local kind mark name words
    cat <<'END'
server_of_the_document=
end_server() {
    [ -z "$server_of_the_document" ] || kill -TERM -- "-$server_of_the_document" 2>/dev/null
    [ -z "$server_of_the_document" ] || wait "$server_of_the_document" 2>/dev/null
    server_of_the_document=
}
END
    declare -f listens await_port
    printf 'exec </dev/null\n'
    for kind in "$1"/*.kind; do
        [ -f "$kind" ] || continue
        name=${kind%.kind}
        mark=$(cat "$name.mark")
        case $mark in
        elsewhere* | lacks*) continue ;;
        server)
            cat <<END
end_server
setsid bash '$name.sh' >'$name.out' 2>&1 &
server_of_the_document=\$!
for _ in {1..300}; do grep -qs '^listening on' '$name.out' && break; sleep 0.1; done
grep -qs '^listening on' '$name.out'; echo \$? >'$name.status'
END
            ;;
        'cut short')
            words=0
            while IFS= read -r -d '' command; do
                words=$((words + 1))
                printf '%s\n' "$command" >"$name.$words.sh"
                printf "timeout --kill-after=60 --signal=INT --preserve-status %s bash '%s' >>'%s' 2>&1; code=\$?\n" \
                    "$short" "$name.$words.sh" "$name.out"
                # make says 2 of what an interrupt has ended, at times.
                printf "[ \"\$code\" -ne 130 ] || code=0; [ \"\$code\" -ne 2 ] || ! grep -qs '^make: ' '%s' || code=0\n" "$name.out"
                printf "echo \"\$code\" >'%s'; [ \"\$code\" -eq 0 ] || exit\n" "$name.status"
            done < <(commands "$name.text" "$(cut -d' ' -f1 "$kind")")
            ;;
        'typed '*)
            printf '%s\n' "${mark#typed }" >"$name.typed"
            printf ". '%s' <'%s' >'%s' 2>&1; echo \$? >'%s'\n" "$name.sh" "$name.typed" "$name.out" "$name.status"
            ;;
        *) printf ". '%s' >'%s' 2>&1; echo \$? >'%s'\n" "$name.sh" "$name.out" "$name.status" ;;
        esac
        # What it has left in the background.
        sed -nE 's/^[^#]*--port[ =]([0-9]+).* &( .*)?$/await_port \1/p' "$name.sh" | tail -1
    done
    echo end_server
}

# What a shell or a program says when a command as printed was wrong.
wrong="command not found|No such file or directory|unrecognized option|invalid option|^Try '|^[Uu]sage: "
wrong+="|cannot listen|Connection refused|syntax error|core dumped|Segmentation fault|No rule to make target"

# judge FILE FOLDER: a complaint for each block that did not do what it should.
judge() {
    local kind name mark line status wanted
    for kind in "$2"/*.kind; do
        [ -f "$kind" ] || continue
        name=${kind%.kind}
        mark=$(cat "$name.mark")
        line=$(cut -d' ' -f2 "$kind")
        case $mark in elsewhere* | lacks*) continue ;; esac
        if [ ! -f "$name.status" ]; then
            echo "$1, line $line: it did not come to an end: $(head -1 "$name.text")"
            return
        fi
        status=$(cat "$name.status") wanted=0
        if [[ $mark == 'status '* ]]; then wanted=${mark#status }; fi
        if [ "$status" -ne "$wanted" ]; then
            echo "$1, line $line: exit status $status, not $wanted: $(tail -1 "$name.out" 2>/dev/null)"
        elif [ "$wanted" -eq 0 ] && grep -qE "$wrong" "$name.out"; then
            echo "$1, line $line: it says: $(grep -E -m1 "$wrong" "$name.out")"
        elif [ "$mark" = exactly ] && ! diff <(grep -v '^\$ ' "$name.text") "$name.out" >"$name.diff"; then
            echo "$1, line $line: it prints something else: $(sed -n 's/^> //p' "$name.diff" | head -1)"
        fi
    done
}

# prepare FILE FOLDER: all that running it needs.
prepare() {
    local kind name tool
    mkdir -p "$2"
    blocks "$1" "$2" >"$2/complaints"
    for kind in "$2"/*.kind; do
        [ -f "$kind" ] || continue
        name=${kind%.kind}
        commands "$name.text" "$(cut -d' ' -f1 "$kind")" | tr '\0' '\n' >"$name.sh"
        tool=$(lacking "$name.sh")
        if [ -n "$tool" ]; then echo "lacks $tool" >"$name.mark"; fi
    done
    script "$2" >"$2/all.sh"
}

# ---- A place to run it in --------------------------------------------------------------------

# An own network: as root, or as nobody in particular where the system lets anybody have one.
network=()
for attempt in 'unshare --net' 'unshare --map-root-user --net'; do
    # shellcheck disable=SC2086
    if $attempt ip link set lo up 2>/dev/null; then
        read -r -a network <<<"$attempt"
        break
    fi
done
if [ ${#network[@]} -eq 0 ]; then at_once=1; fi

# A copy of the tree, with the programs as they are; folders have their times, or make would find
# everything out of date.
tree() {
    local variant folder
    variant=$(basename "$(dirname "$(readlink -f "$bin")")")
    # What git knows of and is not there, an uncommitted change has taken away.
    mkdir -p "$1/build" && git ls-files -zco --exclude-standard | tar cf - --null -T - 2>/dev/null | tar xf - -C "$1"
    git ls-files -co --exclude-standard | xargs -d '\n' dirname | sort -ru | while read -r folder; do
        touch -r "$folder" "$1/$folder" 2>/dev/null
    done
    cp -a .git "$1/" && cp -a "build/$variant" "$1/build/" && ln -s "build/$variant/bin" "$1/bin"
}

# run FILE FOLDER: in the background, as a session of its own, and with a tree of its own: what one
# document leaves behind is not in another's way.
run() {
    # shellcheck disable=SC2016
    local start='[ $# -eq 1 ] || ip link set lo up; cd "$0" && exec bash "$1"'
    cp -al "$work/tree" "$2/tree"
    setsid "${network[@]}" timeout --kill-after=5 "$patience" \
        bash -c "$start" "$2/tree" "$2/all.sh" ${network[0]:+net} >"$2/log" 2>&1 &
    document[$!]=$1
}

# ---- The documents ---------------------------------------------------------------------------

if [ $# -eq 0 ]; then check_samples; fi
if [ ! -d .git ]; then
    skip 'the commands in the documents: this is no git checkout'
    closing_line
    exit
fi
if [ ${#network[@]} -eq 0 ] && listens 7000; then
    skip 'the commands in the documents: port 7000 is in use, and a network of its own can not be had (unshare, ip)'
    closing_line
    exit
fi
if [ $# -gt 0 ]; then
    files=("$@")
else
    mapfile -t files < <(git ls-files '*.md' ':!README.ko.md' ':!docs/lectures/ko')
fi
tree "$work/tree" || fail 'the tree could not be copied'

# tell FILE FOLDER
tell() {
    local ran=0 elsewhere=0 kind
    for kind in "$2"/*.kind; do
        [ -f "$kind" ] || continue
        case $(cat "${kind%.kind}.mark") in
        elsewhere*) elsewhere=$((elsewhere + 1)) ;;
        lacks*) skip "$1, line $(cut -d' ' -f2 "$kind"): it $(cat "${kind%.kind}.mark")" ;;
        *) ran=$((ran + 1)) ;;
        esac
    done
    { cat "$2/complaints" && judge "$1" "$2"; } |
        complaints "$1: what it prints to be typed works ($ran blocks; $elsewhere elsewhere)"
}

finish_one() {
    local pid try
    while :; do
        for pid in "${!document[@]}"; do
            if ! kill -0 "$pid" 2>/dev/null; then
                wait "$pid" 2>/dev/null
                kill -KILL -- "-$pid" 2>/dev/null # what it has left in the background
                for ((try = 0; ${#network[@]} == 0 && try < 300; try++)); do
                    listens 7000 || break
                    sleep 0.1
                done
                tell "${document[$pid]}" "$work/${document[$pid]//\//+}"
                rm -rf "$work/${document[$pid]//\//+}/tree"
                unset "document[$pid]"
                return
            fi
        done
        sleep 0.2
    done
}

for file in "${files[@]}"; do
    folder=$work/${file//\//+}
    prepare "$file" "$folder"
    if ! compgen -G "$folder/*.kind" >/dev/null; then
        if [ -s "$folder/complaints" ]; then complaints "$file" <"$folder/complaints"; fi
        continue
    fi
    [ ${#document[@]} -lt "$at_once" ] || finish_one
    run "$file" "$folder"
done
while [ ${#document[@]} -gt 0 ]; do finish_one; done
closing_line
