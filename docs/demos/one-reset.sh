# shellcheck shell=bash
# shellcheck disable=SC2154 # port, pid, status, wrong, right, work: the stage sets them
# recv() fails for one client, and the server takes it for its own end.
title "One client's reset must be that client's trouble alone." \
    '클라이언트 하나의 리셋(RST)은 그 클라이언트만의 문제로 끝나야 합니다.'
cast bin/wrong/one-reset bin/poll

# Asked twice after the reset: by the second time the server has surely heard of it. Sets alive: how
# many of the ten were answered then.
reset_among_ten() {
    show bin/talk "127.0.0.1:$port" 0-9:connect B:connect B:reset 0-9:send=one 0-9:read \
        0-9:send=two 0-9:read
    alive=$(awk -F'\t' '$2 == "read" { answered[$1] = $5 == "ok" }
        END { for (who in answered) n += answered[who]; print n + 0 }' "$work/talk.tsv")
}

say 'Ten clients are connected. B comes, and resets its connection. In this server recv() fails for B,
and it exits as if the failure were its own.' \
    '클라이언트 열 명이 연결되어 있습니다. B가 와서 연결을 리셋합니다. 이 서버는 B의 recv()가 실패하면
마치 자기 일인 것처럼 종료합니다.'
serve wrong "$wrong"

screen
reset_among_ten
stop wrong
look "the ten, after B's reset. The last words of the server, and its exit status:" \
    'B가 리셋한 뒤의 열 명입니다. 서버가 남긴 마지막 말과 종료 상태는 이렇습니다.'
picture cat "$work/wrong.err"
figure "$alive of 10 are still served; the server has exited with status $status" \
    "아직 서비스를 받는 클라이언트 10명 중 $alive명, 서버의 종료 상태 $status"
prove 'none of the ten survives it' '열 명 중 아무도 살아남지 못합니다' test "$alive" -eq 0

screen
say 'The same clients at bin/poll, where an error of recv() ends one client.' \
    '같은 클라이언트들이 이번에는 bin/poll에 연결합니다. recv() 오류는 클라이언트 하나만 끝냅니다.'
serve right "$right"
reset_among_ten
look "the ten, after B's reset." 'B가 리셋한 뒤의 열 명입니다.'
figure "$alive of 10 are still served" "아직 서비스를 받는 클라이언트 10명 중 $alive명"
prove 'all ten survive it' '열 명 모두 살아남습니다' test "$alive" -eq 10
stop right
say 'Whatever one client does, no other may notice. ECONNRESET is news of one connection: close it,
count it, go on. Read give_up() in server/conn.c beside serve() in labs/wrong/one-reset.c.' \
    '한 클라이언트가 무엇을 하든 다른 클라이언트가 영향을 받아서는 안 됩니다. ECONNRESET은 연결 하나의
소식이므로, 그 연결을 닫고 세고 계속하면 됩니다. server/conn.c의 give_up()과 labs/wrong/one-reset.c의
serve()를 나란히 읽어 보십시오.'
