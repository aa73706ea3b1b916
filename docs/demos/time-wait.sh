# shellcheck shell=bash
# shellcheck disable=SC2154 # port, pid, status, wrong, right, work: the stage sets them
# A restart right after the server closed first, without and with SO_REUSEADDR.
title 'A restart finds its port in use, for a minute, by connections that are over.' \
    '서버를 다시 시작했더니, 이미 끝난 연결이 1분 동안 포트를 붙잡고 있습니다.'
cast bin/wrong/no-reuseaddr bin/epoll

# What the kernel still has of connections on that port whose end it waits out (state 06).
time_waits_of() {
    grep -cE "^ *[0-9]+: 0100007F:$(printf %04X "$1") [0-9A-F]{8}:[0-9A-F]{4} 06 " /proc/net/tcp || true
}
has_time_wait() {
    [ "$(time_waits_of "$1")" -gt 0 ]
}

# restart SERVER: a game that the server ends, and so closes first; then stops it and starts it on
# the same port. Sets restarted and waits.
restart() {
    local before
    serve first "$1" --service guess
    before=$port
    show bin/talk "127.0.0.1:$before" A:connect 'A:send=0\n' A:end A:close
    await has_time_wait "$before"
    stop first
    waits=$(time_waits_of "$before") restarted=yes
    if ! serve second "$1" --service guess --port "$before"; then restarted=no; fi
}

say 'In a game of guess, 0 gives up: the server says bye and closes first. Then it is stopped and started again.' \
    '숫자 맞히기에서 0은 포기입니다. 서버가 bye라고 답하고 먼저 닫습니다. 그런 다음 서버를 멈췄다가 다시 시작합니다.'
restart "$wrong"
look 'Who closes first keeps the connection in TIME_WAIT, so that a late segment of it cannot reach the next one.' \
    '먼저 닫은 쪽에는 연결이 TIME_WAIT로 남습니다. 늦게 도착한 세그먼트가 다음 연결에 섞이지 않게 하려는 것입니다.'
figure "exit status $status; connections in TIME_WAIT: $waits" \
    "종료 상태 $status, TIME_WAIT 연결 $waits개"
prove 'without SO_REUSEADDR the restart is refused' 'SO_REUSEADDR가 없으면 재시작이 거부됩니다' \
    test "$restarted" = no -a "$status" -eq 1

screen
say 'The same with a server that sets SO_REUSEADDR before it binds.' \
    '이번에는 bind하기 전에 SO_REUSEADDR를 설정하는 서버입니다.'
restart "$right"
figure "connections in TIME_WAIT: $waits, and a second server on the port" \
    "TIME_WAIT 연결 $waits개, 그리고 같은 포트에 두 번째 서버"
prove 'with SO_REUSEADDR it listens at once, TIME_WAIT or not' \
    'SO_REUSEADDR가 있으면 TIME_WAIT가 남아 있어도 바로 listen합니다' \
    test "$restarted" = yes -a "$waits" -gt 0
stop second
say 'Read set_options() in server/listener.c beside listener_open() in
labs/wrong/no-reuseaddr.c.' \
    'server/listener.c의 set_options()와 labs/wrong/no-reuseaddr.c의 listener_open()을 나란히 읽어 보십시오.'
