# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # what the stage and scripts/demo set and use
# demo-panes.sh, to be sourced by scripts/demo: a demo in a pane of tmux (--tmux), beside what its
# servers say and what their processes do. There are two of scripts/demo then: the outer one starts
# tmux, in its folder; the inner one gives the demo, and is told of that folder by ECHOLAB_PANES.

# ---- The outer one --------------------------------------------------------------------------

# The demo in the first pane, 80 columns wide, and what its servers say and do beside it or, where
# the terminal is not that wide, above it.
in_panes() {
    local rows=40 columns=132 where client again
    command -v tmux >/dev/null || lack 'tmux is missing: apt-get install tmux, or leave --tmux away'
    if [ -z "$auto" ]; then
        if ! { [ -t 0 ] && [ -t 1 ]; }; then lack '--tmux needs a terminal, or --auto'; fi
        read -r rows columns < <(stty size)
    fi
    if [ "$columns" -ge 121 ] && [ "$rows" -ge 24 ]; then
        where=(split-window -d -h -l $((columns - 81)))
        again=(split-window -d -v -t %1)
    elif [ "$columns" -ge 80 ] && [ "$rows" -ge 38 ]; then
        where=(split-window -d -v -b -l $((rows - 25)))
        again=(split-window -d -h -t %1)
    else
        lack "--tmux needs a terminal of 121x24 or 80x38 characters; this one is ${columns}x$rows"
    fi
    stage_begin
    : >"$work/servers"
    with_panes=yes
    local tmux=(env -u TMUX tmux -u -S "$work/tmux" -f /dev/null)
    local demo=(env ECHOLAB_PANES="$work" scripts/demo --language "$language" ${auto:+--auto}
        "$name")
    # The demo ends tmux when it is over: see leave().
    local session=(new-session ${auto:+-d} -x "$columns" -y "$rows" "${demo[@]}" ';'
        set-option -g status off ';' "${where[@]}" tail -n +1 -s 0.1 -f "$work/servers" ';'
        "${again[@]}" env ECHOLAB_VIEW="$work" scripts/demo)
    # In the background, and waited for: see run(). Where the terminal's ^C can't come, it does not
    # meet the start of tmux's own server.
    if [ -n "$auto" ]; then
        setsid "${tmux[@]}" "${session[@]}" </dev/null &
        client=$!
        wait "$client"
        until [ -s "$work/status" ] || ! "${tmux[@]}" has-session 2>/dev/null; do sleep 0.1; done
    else
        "${tmux[@]}" "${session[@]}" <&0 &
        client=$!
        wait "$client" || true
    fi
    end_with "$(cat "$work/status" 2>/dev/null || echo 2)"
}

# end_panes FOLDER: ends tmux and what runs in its panes. Its server may be just about to listen.
end_panes() {
    local tries=100
    until env -u TMUX tmux -S "$1/tmux" kill-server || [ "$((tries -= 1))" -eq 0 ]; do
        if [ ! -S "$1/tmux" ] && [ -z "$(jobs -pr)" ]; then break; fi
        sleep 0.02
    done
}

# ---- The inner one --------------------------------------------------------------------------

# What the other panes show: whatever a server says, and the one that was started last.
show_in_panes() {
    printf '\n%s\n' "$bold\$ $4$plain" >>"$ECHOLAB_PANES/servers"
    set -m
    tail -q -n +1 -s 0.1 --pid="$1" -f "$2" "$3" >>"$ECHOLAB_PANES/servers" 2>/dev/null &
    groups+=("$!")
    set +m
    echo "$1" >"$ECHOLAB_PANES/latest"
}

# ---- The view -------------------------------------------------------------------------------

# The pane that shows the server's processes: those of the server that was started last.
show_processes() {
    local shown='' latest top=''
    while sleep 0.3 && [ -d "$view" ]; do
        latest=$(cat "$view/latest" 2>/dev/null) || latest=''
        if [ -x bin/top ]; then
            if [ "$latest" = "$shown" ]; then continue; fi
            shown=$latest
            if [ -n "$top" ]; then kill "$top" 2>/dev/null || true; fi
            printf '\e[H\e[2J'
            bin/top --interval 0.5 --pid "$latest" </dev/null &
            top=$!
        elif [ -n "$latest" ]; then
            printf '\e[H\e[2J%s\n' "$(group_of "$latest")"
        fi
    done
}

# What /proc tells of a process group: for each process its state, threads, descriptors, and the
# kernel function that its main thread sleeps in.
group_of() {
    local stat pid state group
    printf '%-8s %-5s %7s %11s  %s\n' process state threads descriptors 'sleeps in'
    for stat in /proc/[0-9]*/stat; do
        # The name, in parentheses, may hold anything.
        read -r pid state group < <(sed -E 's/^([0-9]+) \(.*\) (.) [0-9]+ ([0-9]+) .*/\1 \2 \3/' \
            "$stat" 2>/dev/null) || continue
        if [ "$group" != "$1" ]; then continue; fi
        printf '%-8s %-5s %7s %11s  %s\n' "$pid" "$state" "$(find "/proc/$pid/task" -mindepth 1 \
            -maxdepth 1 2>/dev/null | wc -l)" "$(find "/proc/$pid/fd" -mindepth 1 2>/dev/null |
            wc -l)" "$(cat "/proc/$pid/wchan" 2>/dev/null)"
    done
}
