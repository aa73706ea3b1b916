# shellcheck shell=bash
# shellcheck disable=SC2154 # port, pid, status, wrong, right, work: the stage sets them
# A job of 200 ms inside a loop is everybody's 200 ms.
title 'A job of 200 ms in the loop freezes everyone; with a process or a thread each it does not.' \
    '루프 안의 200 ms짜리 작업은 모두를 멈춥니다. 프로세스나 스레드가 따로 있으면 멈추지 않습니다.'
cast bin/epoll bin/fork

# B asks last. Its own job takes 200 ms; what it waits beyond that is other people's.
ask_together() {
    show bin/talk --patience=15 "127.0.0.1:$port" 0-7:connect B:connect 0-7:send=job B:send=job \
        B:read
    waited=$(told B read waited_s)
}

say 'Each request means 200 ms of waiting inside the server, for a database, say. Eight clients ask
at the same time, and then B. One loop serves them all.' \
    '요청 하나를 처리하려면 서버 안에서 200 ms를 기다려야 합니다. 데이터베이스를 떠올리면 됩니다.
클라이언트 여덟 명이 동시에 요청하고, 이어서 B가 요청합니다. 루프 하나가 모두를 맡습니다.'
serve loop "$wrong" --work sleep:200ms
ask_together
in_loop=$waited
look "how long B waited. Its own job takes 0.2 s." 'B가 기다린 시간입니다. B 자신의 작업은 0.2초입니다.'
figure "In one loop, B waits $(calc %.3f "$waited") s" \
    "루프 하나에서 B가 기다린 시간 $(calc %.3f "$waited")초"
prove "B waits for the jobs of at least five others" \
    'B는 적어도 다섯 명의 작업이 끝나기를 기다립니다' holds "$in_loop >= 6 * 0.2"
stop loop

screen
say 'The same clients, and a process for each.' '같은 클라이언트들에게 이번에는 프로세스를 하나씩 붙입니다.'
serve fork "$right" --work sleep:200ms
ask_together
figure "With fork, B waits $(calc %.3f "$waited") s; in the loop it was $(calc %.3f "$in_loop") s" \
    "fork에서 B가 기다린 시간 $(calc %.3f "$waited")초, 루프에서는 $(calc %.3f "$in_loop")초"
prove 'with a process each, B waits less than a third as long' \
    '프로세스가 따로 있으면 B가 기다리는 시간은 3분의 1도 되지 않습니다' \
    holds "3 * $waited < $in_loop"
stop fork

screen
say 'And a fixed crew of nine threads.' '이번에는 워커 스레드 아홉 개로 고정된 풀입니다.'
serve pool bin/pool --workers 9 --work sleep:200ms
ask_together
figure "With the pool, B waits $(calc %.3f "$waited") s" \
    "pool에서 B가 기다린 시간 $(calc %.3f "$waited")초"
prove 'with a thread each, too, B waits less than a third as long' \
    '스레드가 따로 있어도 B가 기다리는 시간은 3분의 1도 되지 않습니다' \
    holds "3 * $waited < $in_loop"
stop pool
say 'A loop is as slow as its slowest turn: nothing in it may wait or compute for long. What must,
goes to a crew: epoll/workers.c has a loop that watches and threads that work. Read main() in
epoll/epoll.c beside fork/fork.c, and ask of each call who waits there, and for whom.' \
    '루프는 가장 느린 차례만큼 느립니다. 루프 안에서는 오래 기다리거나 오래 계산하면 안 되고, 꼭 해야
한다면 워커에게 넘깁니다. epoll/workers.c에는 지켜보는 루프와 일하는 스레드가 따로 있습니다.
epoll/epoll.c와 fork/fork.c의 main()을 나란히 놓고, 호출마다 누가 누구를 기다리는지 따져 보십시오.'
