# shellcheck shell=bash
# shellcheck disable=SC2154 # port, pid, status, wrong, right, work: the stage sets them
# A server that serves one client at a time: the second one is connected, and waits.
title 'One client at a time: the second one waits until the first has left.' \
    '한 번에 한 명만: 두 번째 클라이언트는 첫 번째가 떠날 때까지 기다립니다.'
cast bin/blocking bin/fork

serve one "$wrong"
show bin/talk "127.0.0.1:$port" A:connect A:send=hello A:read B:connect B:send=hello B:silent=2 \
    A:close B:read
waited=$(told B read waited_s)
session=$(calc %.6f "$(told A close ended_s) - $(told A connect begun_s)")
look "B is connected and its bytes are taken: the kernel does that. But the server
sleeps in its read from A." \
    'B도 연결되었고 보낸 바이트도 받아들여졌습니다. 커널이 한 일입니다. 서버는 A를 기다리는
read에서 잠들어 있습니다.'
figure "B waited $(calc %.3f "$waited") s; A's session took $(calc %.3f "$session") s" \
    "B가 기다린 시간 $(calc %.3f "$waited")초, A가 머문 시간 $(calc %.3f "$session")초"
# From B's question until A left, and not a moment less.
waited_for_a() {
    [ "$(told B silent outcome) $(told B read outcome)" = 'silent ok' ] &&
        holds "$waited >= $(told A close begun_s) - $(told B send ended_s)"
}
prove 'B got nothing while A was there, and its answer when A had left' \
    'A가 있는 동안 B는 아무것도 받지 못했고, A가 떠나자 답을 받았습니다' waited_for_a
stop one

screen
say 'The same clients, and a server that makes a process for each.' \
    '이번에는 클라이언트마다 프로세스를 하나씩 만드는 서버입니다.'
serve many "$right"
show bin/talk "127.0.0.1:$port" A:connect A:send=hello A:read B:connect B:send=hello B:read \
    A:send=bye A:read
look 'A is still there when B is answered: it sleeps in a process of its own.' \
    'B가 답을 받을 때 A는 아직 연결되어 있습니다. A는 다른 프로세스가 맡고 있기 때문입니다.'
figure "B waited $(calc %.3f "$(told B read waited_s)") s, and A was served on after that" \
    "B가 기다린 시간 $(calc %.3f "$(told B read waited_s)")초, 그 뒤에도 A는 계속 서비스를 받았습니다"
prove 'both are served at the same time' '두 클라이언트가 동시에 서비스를 받습니다' \
    test "$(told B read outcome)" = ok -a "$(told A read text)" = bye
stop many
say 'Read main() in blocking/blocking.c beside fork/fork.c: who sleeps in a read, and who in accept()?' \
    'blocking/blocking.c와 fork/fork.c의 main()을 나란히 읽어 보십시오. 누가 read에서 자고, 누가
accept()에서 잡니까?'
