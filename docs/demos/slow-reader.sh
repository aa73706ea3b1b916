# shellcheck shell=bash
# shellcheck disable=SC2154 # port, pid, status, wrong, right, work: the stage sets them
# One client takes no answers, and a loop sleeps in its write to it.
title 'One client that does not read stalls a loop whose sockets block.' \
    '응답을 읽지 않는 클라이언트 하나가, 블로킹 소켓을 쓰는 루프를 멈춰 세웁니다.'
cast bin/wrong/slow-reader bin/select

ask_beside_the_greedy() {
    show bin/talk --patience=3 "127.0.0.1:$port" A:connect A:send=one A:read greedy:connect \
        greedy:send-bytes=64M A:send=two A:read
    taken=$(calc %.1f "$(told greedy send-bytes bytes) / 1e6")
}

say 'An echo server, one loop over select(). A is served. Then a greedy client sends as much as it
can, and reads no answers. The sockets of this server block.' \
    'select() 루프 하나로 된 에코 서버입니다. A는 응답을 받습니다. 그다음 욕심쟁이 greedy가 보낼 수 있는 만큼 보내기만
하고 응답은 읽지 않습니다. 이 서버의 소켓은 블로킹입니다.'
serve wrong "$wrong"

screen
ask_beside_the_greedy
look 'A asks a second time, and hears nothing: the loop sleeps in its write to the other one.' \
    'A가 두 번째로 물었지만 아무것도 오지 않습니다. 루프가 greedy에게 보내는 write에서 잠들었기 때문입니다.'
figure "$taken MB were taken from the greedy client; then everything stood still" \
    "greedy에게서 $taken MB를 받고는 모든 것이 멈췄습니다"
prove 'A, which did nothing wrong, gets no answer' '아무 잘못 없는 A가 응답을 받지 못합니다' \
    test "$(told A read outcome)" = silent
stop wrong

screen
say 'bin/select writes what there is room for, keeps the rest, and goes back to the others. It reads
no more from the greedy client until those answers are gone.' \
    'bin/select는 들어갈 만큼만 쓰고, 나머지는 보관한 채 다른 클라이언트에게 돌아갑니다. 밀린 응답이
나갈 때까지 greedy에게서는 더 읽지 않습니다.'
serve right "$right"
ask_beside_the_greedy
waited=$(told A read waited_s)
look "A's second answer. The greedy client is stuck, but only by its own full buffers." \
    'A의 두 번째 응답입니다. greedy는 막혔지만, 자기 버퍼가 가득 찼기 때문일 뿐입니다.'
figure "$taken MB were taken from the greedy client; A waited $(calc %.1f "1000 * $waited") ms" \
    "greedy에게서 받은 양 $taken MB, A가 기다린 시간 $(calc %.1f "1000 * $waited") ms"
prove 'A is answered while the greedy client is stuck' 'greedy가 막혀 있어도 A는 응답을 받습니다' \
    test "$(told A read outcome) $(told greedy send-bytes outcome)" = 'ok silent'
stop right
say '"Writable" means that some bytes have room, not that all of yours have. In a loop no socket
may block; what does not fit waits in a buffer with a bound. Read conn_wants() in server/conn.h
beside welcome() in labs/wrong/slow-reader.c.' \
    '"쓸 수 있다"는 말은 몇 바이트쯤 들어간다는 뜻이지 전부 들어간다는 뜻이 아닙니다. 루프에서는 어떤
소켓도 블로킹이면 안 되고, 남은 데이터는 크기가 정해진 버퍼에서 기다립니다. server/conn.h의 conn_wants()와
labs/wrong/slow-reader.c의 welcome()을 나란히 읽어 보십시오.'
