# shellcheck shell=bash
# shellcheck disable=SC2034 # status, port and pid are for the demos
# stage.sh, to be sourced: the words that a demo is written in. scripts/demo sources it, sets $name,
# $auto and $language, calls stage_begin, and then sources docs/demos/NAME.sh, whose first word is
# `title`. EN and KO are the same text in both languages. The stage breaks its lines anew, but keeps
# those that begin with a blank as they are.
#
#   title EN KO            the demo in one sentence
#   say EN KO              what is going on
#   look EN KO             what to look at
#   screen                 waits for a key, and begins a new screen
#   serve LABEL COMMAND... starts a server (with --port 0, unless it has a --port), shows the command
#                          and waits for `listening on`; sets pid and port. Where the server ends
#                          instead, it says what that has said, sets status, and returns 1
#   stop LABEL             SIGTERM, and waits; sets status. What is then left of its group is killed
#   show COMMAND...        shows the command, waits for a key, runs it; its output is in $work/shown
#                          too, and its exit status in status
#   quietly COMMAND...     runs it; the output is in $work/shown alone
#   picture COMMAND...     shows what it prints, without the command
#   figure EN KO           the figure that proves it
#   prove EN KO COMMAND... says that it is so where the command succeeds; where its status is 1, it is
#                          not so, and the demo ends with 1; any other is a mistake of the demo's
#   cast WRONG RIGHT       sets wrong and right; with REPAIRED=1 the right one plays both parts, and
#                          the demo must then fail to prove what it wants to
#   await COMMAND...       until it succeeds; returns 1 where it has not within 15 s
#   told WHO STEP COLUMN   from the table of the last bin/talk: `told B read waited_s`. Of several
#                          such steps the last
#   counted STEP OUTCOME   how many clients' STEP came to that, in the same table
#   holds EXPRESSION       of numbers, as awk has it: holds "$a >= 2 * $b"
#   calc FORMAT EXPRESSION prints it: calc %.1f "1000 * $a"
#
# A COMMAND that is one word with blanks in it is a line for the shell. `bin/talk` under show or
# quietly also writes its table, to $work/talk.tsv. A command shown has `$work` for that folder.
#
# A screen has 23 lines of 80 columns (Korean letters take two); the 24th is the key's. What would
# not fit any more, other than the output of `show`, begins a new one by itself.
#
# Whatever was started is in a process group of its own, and ends with the demo, however that ends.

: "${name=}" "${auto=}" "${language=en}"
work='' verdict='' proved='' terminal='' status=0 port='' pid=''
declare -A pids=() # of servers that have not been stopped, by label
groups=()          # all that was ever started: each leads a process group
with_panes='' # yes: this one has started tmux (scripts/demo-panes.sh)
bold='' dim='' good='' bad='' accent='' plain=''
. scripts/demo-screen.sh

# ---- The beginning and the end --------------------------------------------------------------

# Before anything that must not stay behind: so a signal finds everything that is there.
stage_begin() {
    trap leave EXIT
    trap 'end_with 129' HUP
    trap 'end_with 130' INT
    trap 'end_with 131' QUIT
    trap 'end_with 141' PIPE
    trap 'end_with 143' TERM
    trap 'blame "$?" "${BASH_SOURCE[0]}" "$LINENO" "$BASH_COMMAND"' ERR
    set -E
    export LC_ALL=C.UTF-8 # points in numbers; characters, not bytes
    terminal=$(if [ -t 0 ]; then stty -g 2>/dev/null; fi) || terminal=''
    if [ -t 1 ] && [ "${TERM:-dumb}" != dumb ] && [ -z "${NO_COLOR:-}" ]; then
        bold=$'\e[1m' dim=$'\e[2m' good=$'\e[1;32m' bad=$'\e[1;31m' accent=$'\e[1;36m' plain=$'\e[0m'
    fi
    # Not mktemp: a signal may come when it has made the folder, and not yet said which.
    work=${TMPDIR:-/tmp}/echolab-demo.$$.$SRANDOM
    mkdir -m 700 -- "$work"
}

# Ends everything that was started. Called by the shell, whatever it ends of but SIGKILL.
leave() {
    local code=$? group tries=20
    trap '' HUP INT QUIT PIPE TERM
    trap - EXIT ERR
    set +eEm
    exec 2>/dev/null # where the shell would say what is killed below
    if [ -n "$with_panes" ]; then end_panes "$work"; fi
    # `jobs` too: the signal may have come between a start and the line that notes it.
    for group in "${groups[@]}" $(jobs -p); do
        kill -KILL -- "-$group" "$group"
    done
    if [ -n "$terminal" ]; then stty "$terminal"; fi
    wait
    if [ -n "$verdict" ]; then
        code=$verdict
    elif [ "$code" -ne 0 ] && [ "$code" -le 128 ]; then
        code=2 # no word of ours has ended it: it broke
    fi
    # Again, where somebody who is ending has put another file there meanwhile.
    until [ -z "$work" ] || rm -rf -- "$work" || [ "$((tries -= 1))" -eq 0 ]; do
        sleep 0.05
    done
    if [ -n "${ECHOLAB_PANES:-}" ]; then
        echo "$code" >"$ECHOLAB_PANES/status"
        end_panes "$ECHOLAB_PANES"
    fi
    exit "$code"
}

end_with() {
    verdict=$1
    exit "$1"
}

# A command of the demo's own has failed, and set -e is about to end it.
blame() {
    if [ "$1" -le 128 ] && [ -z "$verdict" ]; then
        echo "demo: ${2#"$PWD/"}, line $3: exit status $1 of: $4" >&2
    fi
}

# ---- Commands -------------------------------------------------------------------------------

# As somebody would type it.
quoted() {
    local word=${1//"$work"/\$work} harmless='^[][A-Za-z0-9_./:=,@%+$-]+$'
    if [[ $word =~ $harmless ]]; then
        printf '%s' "$word"
    elif [[ $word != *"'"* ]]; then
        printf "'%s'" "$word"
    else
        printf '%q' "$word"
    fi
}

# order COMMAND...: shows it, its lines broken between words, never within quotes.
order() {
    local line='' whole='' word marks words=() lines=()
    if [ $# -eq 1 ]; then
        whole=${1//"$work"/\$work}
        read -ra words <<<"${whole//$'\n'/ }"
        whole=''
    else
        for word; do words+=("$(quoted "$word")"); done
    fi
    for word in "${words[@]}"; do
        whole+=${whole:+ }$word
        marks=${whole//[^\'\"]/}
        if [ $((${#marks} % 2)) -eq 1 ]; then continue; fi
        if [ -z "$line" ]; then
            line="\$ $whole"
        elif [ $((${#line} + ${#whole})) -le 76 ]; then
            line+=" $whole"
        else
            lines+=("$bold$line \\$plain")
            line="    $whole"
        fi
        whole=''
    done
    put order "$(printf '%s\n' "${lines[@]}" "$bold$line${whole:+ $whole}$plain")"
}

perform() {
    if [ $# -eq 1 ] && [[ $1 == *[[:space:]]* ]]; then
        eval "$1"
    else
        "$@"
    fi
}

# run LOUD COMMAND...: in the background, since a shell that waits for a program in the foreground
# hears of no signal.
run() {
    local loud=$1 to=$work/shown reader='' child
    shift
    if [ "$1" = bin/talk ]; then set -- bin/talk --tsv="$work/talk.tsv" "${@:2}"; fi
    if [ -n "$loud" ]; then
        to=$work/pipe
        rm -f "$to"
        mkfifo "$to"
        tee "$work/shown" <"$to" &
        reader=$!
    fi
    set -m # a group of its own
    (
        trap - ERR
        set +eE
        perform "$@"
    ) </dev/null >"$to" 2>&1 &
    child=$!
    set +m
    groups+=("$child")
    status=0
    wait "$child" 2>/dev/null || status=$?
    if [ -n "$reader" ]; then
        wait "$reader" || true
        printed "$work/shown"
    fi
}

show() {
    order "$@"
    wait_for_key 'any key: run it   q: leave' '아무 키: 실행   q: 끝'
    run yes "$@"
}

quietly() {
    run '' "$@"
}

picture() {
    put picture "$(perform "$@")"
}

prove() {
    local text said=0
    text=$(in_language "$1" "$2")
    shift 2
    perform "$@" || said=$?
    if [ "$said" -gt 1 ]; then
        echo "demo: exit status $said of: $*" >&2
        end_with 2
    elif [ "$said" -eq 1 ]; then
        put proof "$(folded "$bad" "$(in_language 'NOT SO: ' '아님: ')" '        ' "$text")"
        end_with 1
    fi
    proved=yes
    put proof "$(folded "$good" "$(in_language 'Proved: ' '확인: ')" \
        "$(in_language '        ' '      ')" "$text")"
}

# Ended, though perhaps not yet waited for.
gone() {
    ! grep -q '^State:[[:space:]]*[^ZX]' "/proc/$1/status" 2>/dev/null
}

await() {
    local end=$((SECONDS + 15))
    until "$@"; do
        if [ "$SECONDS" -ge "$end" ]; then return 1; fi
        sleep 0.02
    done
}

listens_or_ended() {
    grep -q '^listening on ' "$1" || gone "$2"
}

serve() {
    local label=$1 out=$work/$1.out err=$work/$1.err
    shift
    if [[ $1 == bin/* && ! -x $1 ]]; then
        echo "demo: $1 is not built: run make" >&2
        end_with 2
    fi
    if [[ " $* " != *' --port'[\ =]* ]]; then set -- "$@" --port 0; fi
    order "$@"
    : >"$out"
    set -m
    "$@" </dev/null >"$out" 2>"$err" &
    pid=$!
    set +m
    groups+=("$pid")
    pids[$label]=$pid
    if [ -n "${ECHOLAB_PANES:-}" ]; then show_in_panes "$pid" "$out" "$err" "$*"; fi
    if ! await listens_or_ended "$out" "$pid"; then
        echo "demo: $1 does not listen" >&2
        end_with 2
    fi
    cat "$out"
    printed "$out"
    port=$(sed -n 's/^listening on .*:\([0-9]*\)$/\1/p;T;q' "$out")
    if [ -n "$port" ]; then return 0; fi
    stop "$label"
    cat "$err"
    printed "$err"
    if [ "$status" = 69 ]; then end_with 69; fi # it can't run on this machine
    return 1
}

stop() {
    local leader=${pids[$1]}
    if [ -n "${ECHOLAB_PANES:-}" ] && ! gone "$leader"; then # somebody looks at it
        wait_for_key 'any key: stop the server   q: leave' '아무 키: 서버 정지   q: 끝'
    fi
    kill -TERM "$leader" 2>/dev/null || true
    kill -CONT "$leader" 2>/dev/null || true # what was stopped hears of nothing else
    await gone "$leader" || true
    kill -KILL -- "-$leader" 2>/dev/null || true
    status=0
    wait "$leader" 2>/dev/null || status=$?
    unset "pids[$1]"
}

# ---- What a demo reads ----------------------------------------------------------------------

cast() {
    wrong=$1 right=$2
    if [ -n "${REPAIRED:-}" ]; then wrong=$2; fi
}

told() {
    awk -F'\t' -v who="$1" -v step="$2" -v column="$3" '
        NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
        $at["who"] == who && $at["step"] == step { value = $at[column] }
        END { print value }' "$work/talk.tsv"
}

counted() {
    awk -F'\t' -v step="$1" -v outcome="$2" '
        NR > 1 && $2 == step && $5 == outcome { n++ }
        END { print n + 0 }' "$work/talk.tsv"
}

holds() {
    awk "BEGIN { exit !($1) }"
}

calc() {
    awk "BEGIN { printf \"$1\", $2 }"
}
