# shellcheck shell=bash
# shellcheck disable=SC2154 # port, pid, status, wrong, right, work: the stage sets them
# fork() copies page tables, so that it costs what its parent has resident.
title 'fork() slows as its parent grows; pthread_create() does not.' \
    'fork()는 부모의 메모리가 커질수록 느려지지만, pthread_create()는 그렇지 않습니다.'
cast '' --dontfork

free_kib=$(awk '$1 == "MemAvailable:" { print $2 }' /proc/meminfo)
if [ "${free_kib:-0}" -lt $((512 * 1024)) ]; then
    say "This needs 512 MiB of free memory; here are $((${free_kib:-0} / 1024))." \
        "빈 메모리가 512 MiB 필요한데, 여기에는 $((${free_kib:-0} / 1024)) MiB가 있습니다."
    end_with 69
fi

measure() {
    show bin/fork-cost "$@"
    if [ "$status" -ne 0 ]; then end_with 69; fi # it has said what it lacks
}

# growth COLUMN: how many times the first row's time the last row's is, in the table shown.
growth() {
    awk -v column="$1" 'NR == 2 { first = $column } { last = $column }
        END { printf "%.1f", last / (first > 0 ? first : 1) }' "$work/shown"
}

say 'A process fills 0, then 64, then 256 MiB of memory. Each time it makes 41 children, then 41
threads. Below: the medians of how long the call took.' \
    '프로세스 하나가 메모리를 0, 64, 256 MiB까지 채웁니다. 그때마다 자식 프로세스 41개, 이어서 스레드
41개를 만듭니다. 아래는 호출에 걸린 시간의 중앙값입니다.'
measure ${wrong:+"$wrong"}
look 'the column of fork(). The memory itself is shared until somebody writes to it; what is copied
at once is the page table, eight bytes for each page of 4 KiB.' \
    'fork() 열입니다. 메모리 자체는 누가 쓰기 전까지 공유됩니다. 바로 복사하는 것은 페이지 테이블, 곧
4 KiB 페이지마다 8바이트입니다.'
fork=$(growth 3) thread=$(growth 5)
figure "last row against the first: fork() x $fork, pthread_create() x $thread" \
    "첫 줄과 비교한 마지막 줄: fork() $fork배, pthread_create() $thread배"
prove 'fork() has slowed at least fourfold' 'fork()는 네 배 이상 느려졌습니다' holds "$fork >= 4"
prove 'and at least three times as much as pthread_create()' \
    '느려진 정도는 pthread_create()의 세 배 이상입니다' holds "$fork >= 3 * $thread"

screen
say 'The same memory, kept out of children: madvise(MADV_DONTFORK). The parent is as large as
before, but there is nothing to copy.' \
    '같은 메모리를 madvise(MADV_DONTFORK)로 자식에게서 뺍니다. 부모의 크기는 그대로이지만 복사할 것이
없습니다.'
measure "$right"
kept_out=$(growth 3)
figure "last row against the first: fork() x $kept_out; it was x $fork" \
    "첫 줄과 비교한 마지막 줄: fork() $kept_out배, 앞에서는 $fork배"
prove 'without page tables to copy, fork() slows less than half as much' \
    '복사할 페이지 테이블이 없으면, 느려지는 정도는 절반에도 미치지 못합니다' \
    holds "2 * $kept_out < $fork"
say 'Fork while you are small: fork/prefork.c makes its processes before anyone comes. A server that
forks for each client (fork/fork.c) keeps no large cache in its parent. The program measured
here is docs/demos/fork_cost.c.' \
    '작을 때 미리 fork()하는 것이 좋습니다. fork/prefork.c는 아무도 오기 전에 프로세스를 만들어 둡니다.
클라이언트마다 fork()하는 서버(fork/fork.c)라면 부모에 큰 캐시를 두지 않습니다. 여기서 잰 프로그램은
docs/demos/fork_cost.c입니다.'
