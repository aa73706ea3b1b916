# shellcheck shell=bash
# shellcheck disable=SC2154 # port, pid, status, wrong, right, work: the stage sets them
# One client comes, and everybody who watches the listener wakes.
title 'One client comes and sixteen workers wake: the thundering herd.' \
    '클라이언트 한 명이 왔는데 워커 열여섯 개가 모두 깨어납니다. 이른바 thundering herd입니다.'
cast bin/wrong/herd bin/exclusive
clients=600

# sleeps PROCESS: how often it, its threads and its children have gone to sleep of their own accord.
# Not those switches that others force on them: the machine may be busy.
sleeps() {
    local process
    for process in "$1" $(pgrep -P "$1" || true); do
        cat "/proc/$process/task/"*/status
    done | awk '/^voluntary/ { n += $2 } END { print n }'
}

# come_and_go HOW PROCESS PORT: one client after the other, with show or quietly, and time between
# two of them for everyone to fall asleep again. Sets each: sleeps per client.
come_and_go() {
    local before
    before=$(sleeps "$2")
    "$1" bin/loadgen --connections 1 --requests-per-connection 1 --requests "$clients" \
        --think 3ms --quiet "127.0.0.1:$3"
    each=$(calc %.1f "($(sleeps "$2") - $before) / $clients")
}

say 'Sixteen processes watch one listener, each with an epoll of its own. 600 clients come one after
the other, ask once, and leave.' \
    '프로세스 열여섯 개가 저마다 자기 epoll로 리스너 하나를 감시합니다. 클라이언트 600명이 차례로 와서 한
번씩 묻고 떠납니다.'
serve wrong "$wrong" --workers 16
wrong_pid=$pid wrong_port=$port

screen
come_and_go show "$wrong_pid" "$wrong_port"
herd=$each
show "for p in \$(pgrep -P $pid); do grep ^voluntary /proc/\$p/status; done |
    cut -f2 | xargs -n 8"
look 'how often each has gone to sleep, and so was awake before: nearly all of them for nearly every
client, though only one can have it.' \
    '저마다 잠든 횟수, 곧 깨어났던 횟수입니다. 클라이언트를 맡는 것은 하나뿐인데 거의 모두가 거의
매번 깨어났습니다.'
figure "$herd context switches per client" "클라이언트 한 명당 문맥 교환 $herd번"

screen
say 'bin/exclusive watches its listener with EPOLLEXCLUSIVE: the kernel wakes one. Its workers are
threads; to the listener that is the same.' \
    'bin/exclusive는 리스너를 EPOLLEXCLUSIVE로 등록하므로, 커널은 하나만 깨웁니다. 여기서 워커는
스레드이지만 리스너에게는 마찬가지입니다.'
serve right "$right" --workers 16
come_and_go show "$pid" "$port"
show "grep -h ^voluntary /proc/$pid/task/*/status | cut -f2 | xargs -n 8"
figure "context switches per client: $herd with the herd, $each with EPOLLEXCLUSIVE" \
    "클라이언트 한 명당 문맥 교환: herd $herd번, EPOLLEXCLUSIVE $each번"

# Where the herd gets no core to run on, one waking does for several clients.
for again in 1 2; do
    if holds "$herd >= 2 * $each"; then break; fi
    come_and_go quietly "$wrong_pid" "$wrong_port"
    herd=$each
    come_and_go quietly "$pid" "$port"
    figure "measured again ($again): $herd with the herd, $each with EPOLLEXCLUSIVE" \
        "다시 측정($again): herd $herd번, EPOLLEXCLUSIVE $each번"
done
prove 'the herd costs at least twice as many' 'herd의 문맥 교환이 적어도 두 배입니다' \
    holds "$herd >= 2 * $each"
stop wrong
stop right
say 'It is one flag in tell_kernel() of epoll/exclusive.c; labs/wrong/herd.c lacks it. Who sleeps in
accept() itself needs none (fork/prefork.c); nor does who has a listener for each loop
(epoll/reactors.c).' \
    '차이는 epoll/exclusive.c의 tell_kernel()에 있는 플래그 하나이고, labs/wrong/herd.c에는 그것이
없습니다. accept()에서 직접 잠드는 fork/prefork.c나, 루프마다 리스너를 따로 두는 epoll/reactors.c에는
필요하지 않습니다.'
