# shellcheck shell=bash
# shellcheck disable=SC2154 # port, pid, status, wrong, right, work: the stage sets them
# accept() fails with EMFILE, and the listener stays ready.
title 'Out of descriptors, a loop spins on accept(), and who waits at the door is not told.' \
    '디스크립터가 바닥나면 루프는 accept()에서 헛돌고, 기다리는 클라이언트는 아무 통지도 받지 못합니다.'
cast bin/wrong/out-of-descriptors bin/epoll

# What the server has used of a processor, in seconds.
processor() {
    awk -v hz="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); printf "%.2f", ($12 + $13) / hz }' \
        "/proc/$pid/stat"
}

# fill_up LABEL: sets used (seconds of processor), answered, silent, turned_away, and waits, of the
# server's own counters.
fill_up() {
    show bin/talk --patience=3 "127.0.0.1:$port" 0-29:connect 0-29:send=hi 0-29:read
    used=$(processor)
    answered=$(counted read ok) silent=$(counted read silent)
    turned_away=$(($(counted read end) + $(counted read reset)))
    stop "$1"
    show grep -E 'accepted|refused|waits' "$work/$1.json"
    waits=$(awk -F '[:,]' '$1 ~ /"waits"/ { print $2 + 0 }' "$work/$1.json")
}

say 'A loop that may have 24 descriptors, and 30 clients. When accept() fails (EMFILE) this server
goes back to its wait; but the newcomer is still in the queue, so the wait returns at once.' \
    '디스크립터를 24개만 쓸 수 있는 루프에 클라이언트 30명이 옵니다. accept()가 실패하면(EMFILE) 이 서버는
다시 기다리러 갑니다. 하지만 새 클라이언트가 아직 큐에 있으므로 대기 호출은 바로 반환됩니다.'
serve wrong prlimit --nofile=24 "$wrong" --stats "$work/wrong.json"

screen
fill_up wrong
wrong_waits=$waits
look 'those that are silent: connected, and told nothing. And how often the wait has returned.' \
    '아무 통지도 받지 못한(silent) 클라이언트와, 대기 호출이 반환된 횟수(waits)입니다.'
figure "$waits waits, nearly all for an accept() that fails; $used s of processor in 3 s" \
    "대기 $waits번, 거의 모두 실패하는 accept() 때문입니다. 3초 동안 프로세서 시간 $used초"
prove "$silent clients are left without a word" \
    "클라이언트 $silent명이 아무 통지도 받지 못합니다" test "$silent" -gt 0
prove 'the loop spins: more than 50 waits for each client' \
    '루프가 헛돕니다. 클라이언트 한 명당 50번 넘게 기다렸습니다' test "$waits" -gt 1500

screen
say 'bin/epoll holds one descriptor in reserve. When there is no other, it gives that one up for an
accept(), closes the newcomer at once, and takes it back.' \
    'bin/epoll은 디스크립터 하나를 예비로 둡니다. 바닥나면 그 자리를 내주어 accept()하고, 새 클라이언트를
바로 닫은 다음 자리를 되찾습니다.'
serve right prlimit --nofile=24 "$right" --stats "$work/right.json"
fill_up right
figure "$answered answered, $turned_away turned away at once, $silent left waiting; $waits waits,
$used s of processor" \
    "응답 $answered명, 바로 거절 $turned_away명, 기다리는 클라이언트 $silent명. 대기 $waits번,
프로세서 시간 $used초"
prove 'everyone without a place is told' '자리가 없는 클라이언트는 모두 거절을 통지받습니다' \
    holds "$answered + $turned_away == 30 && $turned_away > 0"
prove 'and the waits are less than a tenth' '대기 횟수는 10분의 1도 되지 않습니다' \
    holds "10 * $waits < $wrong_waits"
say 'Not every failure of accept() takes the client off the queue; a level-triggered wait then returns
for ever. Read accept_with_spare() in server/accept.c beside labs/wrong/out-of-descriptors.c.' \
    'accept()가 실패해도 클라이언트는 큐에 남아 있을 수 있고, 그러면 레벨 트리거 대기는 끝없이 반환됩니다.
server/accept.c의 accept_with_spare()와 labs/wrong/out-of-descriptors.c를 나란히 읽어 보십시오.'
