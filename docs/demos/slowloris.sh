# shellcheck shell=bash
# shellcheck disable=SC2154 # port, pid, status, wrong, right, work: the stage sets them
# Clients that say nothing use up a crew, and cost a loop next to nothing.
title 'Four silent clients starve a pool of four; a loop does not notice 400.' \
    '말없는 클라이언트 네 명이 워커 네 개짜리 풀을 막아 버립니다. 루프는 400명이 와도 끄떡없습니다.'
cast bin/pool bin/epoll

# How many connections stand at the server, accepted or not.
connections() {
    awk -v port=":$(printf %04X "$port")" '$4 == "01" && substr($2, 9) == port { n++ }
        END { print n + 0 }' /proc/net/tcp
}
so_many_are_connected() {
    [ "$(connections)" -ge "$1" ]
}

# stay_silent N: N clients connect, say nothing, and stay.
stay_silent() {
    show "bin/talk 127.0.0.1:$port 0-$(($1 - 1)):connect pause=3600 &>$work/silent &"
    await so_many_are_connected "$1"
}

# A victim with 500 requests a second, whether they are answered or not. Sets answered and p99_ns,
# which is empty where there is none.
ask() {
    show "bin/loadgen --connections 1 --rate 500 --duration 3s --drain 1s --csv $work/victim.csv \
127.0.0.1:$port | grep -E '^requests|mean|^response'"
    answered=$(cell requests.answered)
    p99_ns=$(cell latency_ns.response.p99)
}
cell() {
    awk -F, -v name="$1" 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
        { print $at[name] }' "$work/victim.csv"
}

say 'A pool of four threads; each serves one client from its first byte to its last. Four clients
connect and say nothing. Then a victim comes, who has something to ask.' \
    '스레드 네 개짜리 풀입니다. 스레드마다 클라이언트 한 명을 처음부터 끝까지 맡습니다. 클라이언트 네 명이
연결만 하고 아무 말도 하지 않습니다. 그다음 정말 물어볼 것이 있는 피해자가 옵니다.'
serve wrong "$wrong" --workers 4

screen
stay_silent 4
ask
look 'how many requests were answered. Four sockets without any traffic keep everyone out.' \
    '응답을 받은 요청의 수입니다. 트래픽이 전혀 없는 소켓 네 개가 모두를 막았습니다.'
figure "$answered requests answered: there is no p99 to speak of" \
    "응답을 받은 요청 $answered개, p99는 말할 것도 없습니다"
prove 'the victim is not answered at all' '피해자는 응답을 하나도 받지 못합니다' test "$answered" -eq 0
stop wrong

screen
say 'bin/epoll waits for all its clients at once. A silent one costs it a descriptor and a little
memory; let there be 400.' \
    'bin/epoll은 모든 클라이언트를 한꺼번에 기다립니다. 말없는 클라이언트에 드는 것은 디스크립터 하나와 약간의
메모리뿐입니다. 이번에는 400명입니다.'
serve right "$right"
stay_silent 400
ask
p99=$(calc %.1f "${p99_ns:-0} / 1e6")
figure "$answered requests answered, 99 of 100 within $p99 ms" \
    "응답을 받은 요청 $answered개, 100개 중 99개는 $p99 ms 안에 받았습니다"
prove 'beside 400 silent clients the victim has answers; in 3 s the pool gave none' \
    '말없는 클라이언트 400명 옆에서도 피해자는 응답을 받습니다. 풀은 3초 동안 한 번도 응답하지 않았습니다' \
    holds "$answered > 0 && ${p99_ns:-1e18} < 3e9"
stop right
say 'Who gives each client a thread or a process must limit how long it may be silent
(--idle-timeout), or let somebody else wait: a loop, or a proxy in front. Read serve_clients() in
threads/pool.c beside main() in epoll/epoll.c: for how many clients does each wait at a time?' \
    '클라이언트마다 스레드나 프로세스를 내준다면 침묵할 수 있는 시간을 제한하거나(--idle-timeout), 기다리는
일을 루프나 앞단의 프록시에 맡겨야 합니다. threads/pool.c의 serve_clients()와 epoll/epoll.c의 main()을
나란히 읽어 보십시오. 각각 한 번에 클라이언트 몇 명을 기다립니까?'
