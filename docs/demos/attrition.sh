# shellcheck shell=bash
# shellcheck disable=SC2154 # port, pid, status, wrong, right, work: the stage sets them
# Workers die one by one, nobody replaces them, and the parent lives.
title 'The parent lives, the port is open, and the service is gone: a crew that nobody replaces.' \
    '부모는 살아 있고 포트도 열려 있는데 서비스는 없습니다. 죽은 워커를 아무도 채우지 않기 때문입니다.'
cast bin/wrong/attrition bin/prefork

# The server's children, but those that are dead.
crew() {
    { ps -o stat=,pid= --ppid "$pid" || true; } | awk '$1 !~ /^Z/ { print $2 }'
}

# crew_is_new OLD: three, and none of the old.
crew_is_new() {
    local member members
    members=$(crew)
    for member in $members; do
        if [[ " $1 " == *" $member "* ]]; then return 1; fi
    done
    [ "$(wc -w <<<"$members")" -eq 3 ]
}

# Three bad lines, and when all three clients have left, A: 0 gives the game up.
ask() {
    show bin/talk --patience=3 "127.0.0.1:$port" 0-2:connect '0-2:send=abc\n' 0-2:read 0-2:close \
        A:connect 'A:send=0\n' A:read
}

say 'A guessing game, served by three processes that were forked beforehand. Three clients send a line
that is no number. In this server such a line ends the process that reads it.' \
    '미리 fork()해 둔 프로세스 세 개가 숫자 맞히기를 서비스합니다. 클라이언트 세 명이 숫자가 아닌 줄을
보냅니다. 이 서버에서는 그런 줄을 읽은 프로세스가 죽습니다.'
serve wrong "$wrong" --service guess --workers 3

screen
ask
show ps -o pid,ppid,stat,args --pid "$pid" --ppid "$pid"
look 'A comes later, and does nothing wrong. The kernel connects it, and the parent is there: whoever
watches the process or the port notices nothing.' \
    'A는 나중에 왔고 잘못도 없습니다. 커널이 연결해 주었고 부모도 살아 있으니, 프로세스나 포트만 지켜보는
사람은 아무것도 눈치채지 못합니다.'
left=$(crew | wc -l)
figure "$left of 3 workers are left; A got nothing in 3 s" \
    "남은 워커 3개 중 $left개, A는 3초 동안 아무것도 받지 못했습니다"
prove 'the parent lives, and the next client is not answered' \
    '부모는 살아 있지만 다음 클라이언트는 응답을 받지 못합니다' \
    test "$(told A connect outcome) $(told A read outcome)" = 'ok silent' -a -d "/proc/$pid"
stop wrong

screen
say 'bin/prefork answers a bad line. Should a worker die all the same, it is replaced: we kill the
whole crew.' \
    'bin/prefork는 잘못된 입력에도 응답합니다. 그래도 워커가 죽으면 새로 채웁니다. 워커를 모두 죽여
보겠습니다.'
serve right "$right" --service guess --workers 3
await crew_is_new "" || true # three, whoever they are
mapfile -t old < <(crew)
show kill -KILL "${old[@]}"
await crew_is_new "${old[*]}" || true
ask
waited=$(calc %.1f "1000 * $(told A read waited_s)")
figure "$(crew | wc -l) workers, all of them new; A waited $waited ms" \
    "워커 $(crew | wc -l)개가 모두 새로 왔고, A가 기다린 시간은 $waited ms입니다"
prove 'the crew is complete again' '워커가 다시 다 찼습니다' crew_is_new "${old[*]}"
prove 'the next client is answered' '다음 클라이언트가 응답을 받습니다' \
    test "$(told A read outcome)" = ok
stop right
say 'To see whether a service lives, ask it something. And a parent has one duty, to bring its crew
back to its number: main() in fork/prefork.c, beside labs/wrong/attrition.c.' \
    '서비스가 살아 있는지 알려면 무엇이든 물어봐야 합니다. 부모의 임무는 하나, 워커의 수를 되돌리는
것입니다. fork/prefork.c의 main()과 labs/wrong/attrition.c를 나란히 읽어 보십시오.'
