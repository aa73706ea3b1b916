#!/usr/bin/env bash
# check_demos.sh [--repeat N] [--busy] [NAME...]: every demo (or those named) proves its point by
# itself, on screens of 80 x 24; one of a fault fails to when the fault is repaired; and none leaves
# anything behind, whenever it is interrupted.
#
# As it is, it is short: each demo once in English and, with its fault repaired, in Korean, several
# side by side, and a few are interrupted. --repeat N: all there is, N times, one after the other:
# both languages, every demo interrupted, and one of them at very many moments. --busy: while
# something else keeps all cores busy.
#
# The demos run what `bin` links to. DEMOS_SIDE_BY_SIDE: how many run at a time (4).
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
. docs/demos/stage.sh # only for the width of a text
. scripts/tally.sh
SIDE_BY_SIDE=${DEMOS_SIDE_BY_SIDE:-4}
. scripts/abreast.sh
. tests/lane.sh
. tests/demo_samples.sh
rounds=1 whole='' busy='' chosen=()

usage() {
    echo "usage: tests/check_demos.sh [--repeat N] [--busy] [NAME...]" >&2
    exit 64
}
while [ $# -gt 0 ]; do
    case $1 in
    --repeat)
        [[ ${2:-} =~ ^[1-9][0-9]?$ ]] || usage
        rounds=$2 whole=yes side_by_side=1
        shift
        ;;
    --busy) busy=yes ;;
    -*) usage ;;
    *) chosen+=("$1") ;;
    esac
    shift
done

# ---- The list -------------------------------------------------------------------------------

mapfile -t demos < <(scripts/demo --language en | awk '/^[a-z]/ { print $1 }')
check_list() {
    local file one language wrong status
    {
        for file in docs/demos/*.sh; do
            one=$(basename "$file" .sh)
            [ "$one" != stage ] || continue
            [[ " ${demos[*]} " == *" $one "* ]] || echo "$one is not on the list"
            grep -qE '^title ' "$file" || echo "$one has no title"
        done
        sed -n '/^demos=(/,/)/p' scripts/demo | sed 's/^demos=//' | tr -d '()' | tr -s ' \n' '\n' |
            while read -r one; do
                [ -z "$one" ] || [ -f "docs/demos/$one.sh" ] ||
                    echo "there is no docs/demos/$one.sh"
            done
        for one in "${demos[@]}"; do
            grep -q "^| \`$one\` |" docs/demos/README.md ||
                echo "docs/demos/README.md does not list $one"
        done
    } | complaints "the ${#demos[@]} demos are files, have a title, and stand in docs/demos/README.md"
    for language in en ko; do
        scripts/demo --language "$language" >"$box/out" 2>&1 || echo "exit status $?"
        LC_ALL=C awk "$columns_awk"'width($0) > 80' "$box/out"
    done | complaints 'the list fits into 80 columns in both languages'
    {
        [[ $(LC_ALL='' LC_MESSAGES='' LANG=ko_KR.UTF-8 scripts/demo) == *다.* ]] ||
            echo 'LANG=ko_KR.UTF-8 is not heeded'
        [[ $(LC_ALL='' LC_MESSAGES='' LANG=ko scripts/demo) == *다.* ]] ||
            echo 'LANG=ko is not heeded'
        [[ $(LC_ALL=C LANG=ko scripts/demo) != *다.* ]] || echo 'LC_ALL does not come first'
        [[ $(LANG=ko scripts/demo --language=en) != *다.* ]] ||
            echo '--language does not come first'
        for wrong in '--language fr second-client' --nonsense nonsense 'second-client backlog' --auto \
            --language; do
            status=0
            # shellcheck disable=SC2086 # several words
            scripts/demo $wrong >"$box/out" 2>&1 || status=$?
            [ "$status" -eq 64 ] || echo "exit status $status, not 64, of: $wrong"
        done
        scripts/demo --help | grep -q '^Usage: ' || echo 'there is no --help'
    } | complaints 'the language is chosen, and what is wrong on the command line is said (status 64)'
}

# ---- Each demo ------------------------------------------------------------------------------

# Where the demo of a fault has its wrong server.
is_of_a_fault() {
    grep -qE '^cast |REPAIRED|bin/wrong/' "docs/demos/$1.sh"
}

# plays NAME LANGUAGE [ASSIGNMENT]: gives it by itself; sets ended.
plays() {
    begin env ${3:+"$3"} scripts/demo --auto --language "$2" "$1"
    finish 180
}

# it_proves NAME LANGUAGE
it_proves() {
    plays "$1" "$2"
    if [ "$ended" -eq 69 ]; then
        skip "$1 ($2) cannot run here: $(said | tail -n 1)"
        leftovers | complaints "$1 ($2) leaves nothing behind"
        return
    fi
    {
        [ "$ended" -eq 0 ] || echo "exit status $ended: $(said)"
        grep -q $'\e' "$box/out" && echo 'it writes escape sequences where there is no terminal'
        fits "$box/out"
        leftovers
    } | complaints "$1 proves its point, fits the screen and leaves nothing behind ($2)"
}

# it_fails_repaired NAME LANGUAGE
it_fails_repaired() {
    if ! is_of_a_fault "$1"; then return; fi
    plays "$1" "$2" REPAIRED=1
    if [ "$ended" -eq 69 ]; then
        skip "$1, repaired, cannot run here: $(said | tail -n 1)"
        return
    fi
    {
        [ "$ended" -eq 1 ] || echo "exit status $ended, not 1: $(said)"
        grep ' Killed ' "$box/out" && echo 'the shell speaks of what the stage has ended'
        fits "$box/out"
        leftovers
    } | complaints "$1 fails to prove it when the fault is repaired"
}

it_can_be_interrupted() {
    begin scripts/demo --auto --language en "$1"
    await at_work || true
    sleep 0.3 # into the middle
    kill -INT -- "-$demo" 2>/dev/null
    finish 20
    {
        # A short one may have been over, and one that can't run here is.
        case $ended in
        0 | 69 | 130) ;;
        *) echo "exit status $ended, not 130: $(said)" ;;
        esac
        leftovers
    } | complaints "$1 leaves nothing behind when it is interrupted"
}
at_work() {
    grep -qs '^[$] ' "$box/out" || gone "$demo"
}

all_prove() {
    local name
    for name; do it_proves "$name" en; done
}
whole_demo() {
    it_proves "$1" en
    it_proves "$1" ko
    it_fails_repaired "$1" en
    it_can_be_interrupted "$1"
}

# ---- Interrupts, keys and terminals -----------------------------------------------------------

# interrupt COMMAND...: at each of the `moments`, SIGNAL:SECONDS after its start.
interrupt() {
    local moment signal delay n=0
    for moment in "${moments[@]}"; do
        signal=${moment%:*} delay=${moment#*:}
        begin "$@"
        sleep "$delay"
        case $signal in
        INT) kill -INT -- "-$demo" ;; # as ^C does
        *) kill "-$signal" "$demo" ;;
        esac 2>/dev/null
        finish 20
        case $ended in
        0 | 129 | 130 | 143) n=$((n + 1)) ;;
        *) echo "SIG$signal after $delay s: exit status $ended: $(said)" ;;
        esac
        leftovers | sed "s/^/SIG$signal after $delay s: /"
    done 2>/dev/null # where the shell would say what a signal has ended
    [ "$n" -gt 0 ] || echo 'nothing was tried'
}
check_interrupts() {
    interrupt scripts/demo --auto --language en second-client |
        complaints 'a demo leaves nothing behind, whenever it is interrupted'
}

# keys KEYS STATUS: what a demo on whose standard input these keys come ends with.
keys() {
    local status=0
    # shellcheck disable=SC2059 # KEYS may hold escapes
    printf "$1" | env "$mark" TMPDIR="$box/tmp" timeout 60 scripts/demo --language en second-client \
        >"$box/out" 2>&1 || status=$?
    [ "$status" -eq "$2" ] || echo "exit status $status, not $2, of the keys $1: $(said)"
    leftovers
}
check_keys() {
    {
        keys q 0
        keys ' q' 0
        keys 'abcd' 0
        keys '\033[A \033[Bq' 0
        keys ' ' 1
        keys '' 1
    } | complaints 'any key goes on, q leaves, and no keys is said'
}

# closed STATUS REDIRECTION [OPTION]: what a demo comes to whose standard input or output is closed,
# or takes nothing.
closed() {
    local status=0
    eval "env \"\$mark\" TMPDIR=\"\$box/tmp\" timeout 60 scripts/demo ${3:-} --language en coalesced" \
        "2>\"\$box/out\" $2" >/dev/null || status=$?
    [ "$status" -eq "$1" ] || echo "exit status $status, not $1, with $2: $(said)"
    grep 'read error' "$box/out"
    leftovers
}
check_closed() {
    {
        closed 0 '<&-' --auto
        closed 1 '<&-'
        closed 2 '>&-' --auto
        closed 2 '>/dev/full' --auto
    } | complaints 'closed input hurts nobody; output that goes nowhere is said in a line'
}

tmux_on_our_socket() {
    env -u TMUX tmux -u -S "$box/sockets/tmux" -f /dev/null "$@"
}
screen_shows() {
    tmux_on_our_socket capture-pane -p | grep -q -- "$1"
}
# In a terminal, until that goes away: at its first question, later, and while ^C is at work.
lose_the_terminal() {
    local n
    for n in 1 2 3; do
        tmux_on_our_socket new-session -d -x 80 -y 24 env "$mark" TMPDIR="$box/tmp" \
            scripts/demo --language en second-client
        await screen_shows 'any key' || echo 'it does not ask for a key'
        if [ "$n" -gt 1 ]; then
            tmux_on_our_socket send-keys Space
            await screen_shows ' s  A  connect' || echo 'a key does not go on'
        fi
        if [ "$n" -gt 2 ]; then tmux_on_our_socket send-keys C-c; fi
        tmux_on_our_socket kill-server 2>/dev/null # ^C may have been faster
        leftovers
    done
}
check_terminal() {
    lose_the_terminal | complaints 'a demo leaves nothing behind when its terminal goes away'
}
check_panes() {
    begin scripts/demo --tmux --auto --language ko second-client
    finish 60
    {
        [ "$ended" -eq 0 ] || echo "exit status $ended: $(said)"
        leftovers
    } | complaints 'a demo in panes proves its point and leaves nothing behind'
    interrupt scripts/demo --tmux --auto --language en second-client |
        complaints 'a demo in panes leaves nothing behind, whenever it is interrupted'
}

# -------------------------------------------------------------------------------------------------

if [ ! -x bin/talk ] || [ ! -x bin/epoll ]; then
    fail 'nothing is built: run make'
    closing_line
    exit
fi

burners=()
stop_burners() {
    local burner
    for burner in "${burners[@]}"; do kill -KILL "$burner" 2>/dev/null; done
    abreast_leave
}
trap stop_burners EXIT
if [ -n "$busy" ]; then
    for ((n = $(nproc); n > 0; n--)); do
        while :; do :; done &
        burners+=("$!")
    done
fi

if [ ${#chosen[@]} -eq 0 ]; then
    chosen=("${demos[@]}")
    others=(check_stage check_samples check_list check_keys check_closed check_interrupts)
    if command -v tmux >/dev/null; then
        others+=(check_terminal check_panes)
    else
        skip 'demos in a terminal and in panes: tmux is not installed'
    fi
else
    others=()
fi
if [ -n "$whole" ]; then
    moments=()
    for delay in 0 0.005 0.01 0.015 0.02 0.03 0.04 0.05 0.07 0.1 0.15 0.2 0.3 0.5 0.8 1.2; do
        moments+=("INT:$delay" "TERM:$delay" "HUP:$delay")
    done
    for ((round = 1; round <= rounds; round++)); do
        for name in "${chosen[@]}"; do
            abreast "$name, round $round of $rounds" lane whole_demo "$name"
        done
    done
else
    moments=(INT:0.02 TERM:0.07 HUP:0.2 INT:0.8)
    # Those that compare times or count switches: not beside each other.
    compare=() rest=()
    for name in "${chosen[@]}"; do
        case $name in
        herd | fork-cost | head-of-line | slowloris | hidden-stall) compare+=("$name") ;;
        *) rest+=("$name") ;;
        esac
    done
    if [ ${#compare[@]} -gt 0 ]; then
        abreast "${compare[*]}" lane all_prove "${compare[@]}"
    fi
    for name in "${rest[@]}"; do abreast "$name" lane it_proves "$name" en; done
    for name in "${chosen[@]}"; do
        abreast "$name, repaired" lane it_fails_repaired "$name" ko
    done
    # The one stops its server, the other has clients in the background.
    for name in "${compare[@]}"; do
        case $name in
        slowloris | hidden-stall)
            abreast "$name, interrupted" lane it_can_be_interrupted "$name"
            ;;
        esac
    done
fi
for other in "${others[@]}"; do abreast "${other//_/ }" lane "$other"; done
abreast_end
echo "== all"
closing_line
