# shellcheck shell=bash
# shellcheck disable=SC2154 # port, pid, status, wrong, right, work: the stage sets them
# The same stall of a second, measured by a closed and by an open loop.
title 'A server stands still for a second, and the usual measuring does not see it.' \
    '서버가 1초 동안 멈췄는데, 흔히 쓰는 측정 방법으로는 보이지 않습니다.'

# p99 LOOP: of the run whose CSV that is, in seconds; nothing where too few have answered.
p99() {
    awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
        $at["latency_ns.response.p99"] != "" { printf "%.6f", $at["latency_ns.response.p99"] / 1e9 }' \
        "$work/$1.csv"
}

# heat LOOP: the timeline as a heat map: a column for each tenth of a second, a row for each power of
# ten of the response time, the more requests the darker.
heat() {
    in_language 'Response times over those seconds (# many, o some, . few):
' '그 시간 동안의 응답 시간 (# 많음, o 조금, . 드묾):
'
    awk -F'\t' '
        NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
        {
            columns++
            n = split($at["histogram"], cells, " ")
            for (i = 1; i <= n; i++) {
                split(cells[i], cell, ":")
                row = cell[1] >= 1e8 ? 1 : cell[1] >= 1e7 ? 2 : cell[1] >= 1e6 ? 3 : 4
                count[row, columns] += cell[2]
            }
        }
        END {
            split("over 100 ms|10 to 100 ms|1 to 10 ms|under 1 ms", names, "|")
            for (row = 1; row <= 4; row++) {
                line = ""
                for (c = 1; c <= columns && c <= 60; c++) {
                    here = count[row, c]
                    line = line (here == 0 ? " " : here < 3 ? "." : here < 30 ? "o" : "#")
                }
                printf "%12s |%s\n", names[row], line
            }
        }' "$work/$1.timeline"
}

# measure HOW LOOP OPTION...: with show or quietly. A second after its beginning the server is stopped for a second, unless
# that has been repaired.
measure() {
    local how=$1 loop=$2 stall="(sleep 1; kill -STOP $pid; sleep 1; kill -CONT $pid) &"
    shift 2
    if [ -n "${REPAIRED:-}" ]; then stall=''; fi
    "$how" "${stall:+$stall }bin/loadgen $* --duration 4s --interval 100ms --csv \$work/$loop.csv \
--timeline \$work/$loop.timeline 127.0.0.1:$port | grep -E 'sent,|^latency|^response|min '"
    if [ "$how" = show ]; then picture heat "$loop"; fi
}

serve echo bin/epoll
say 'The closed loop: ten clients, each asks again when it has its answer.' \
    '폐쇄 루프: 클라이언트 열 명이, 답을 받으면 다시 묻습니다.'
measure show closed --connections 10 --think 2ms
look 'While the server stands still nobody asks: ten late answers among thousands. p99 knows nothing.' \
    '서버가 멈춘 동안에는 아무도 묻지 않습니다. 수천 개 가운데 늦은 답은 열 개뿐이라 p99에는 나타나지 않습니다.'

screen
say 'The open loop: requests come as the public does, without waiting for others.' \
    '개방 루프: 요청은 실제 사용자들처럼, 남의 답을 기다리지 않고 옵니다.'
measure show open --connections 10 --rate 2k
closed=$(p99 closed) open=$(p99 open)
figure "p99: $(calc %.1f "1000 * $closed") ms in the closed loop, $(calc %.1f "1000 * $open") ms in the open one" \
    "p99: 폐쇄 루프 $(calc %.1f "1000 * $closed") ms, 개방 루프 $(calc %.1f "1000 * $open") ms"
# Where the generator gets no core to run on it asks so seldom that ten late answers are a hundredth.
for again in 1 2; do
    if holds "$open < 0.9 || $closed * 2 < $open"; then break; fi
    measure quietly closed --connections 10 --think 2ms
    closed=$(p99 closed)
    figure "measured again ($again): p99 $(calc %.1f "1000 * $closed") ms in the closed loop" \
        "다시 측정($again): 폐쇄 루프 p99 $(calc %.1f "1000 * $closed") ms"
done
# A quarter of the open loop's requests come in that second, and wait for its end: one in a hundred of
# all waits for 0.96 s. A busy machine adds to that, but hardly comes to it by itself.
stall_is_seen_in_the_open_alone() {
    holds "$open >= 0.9 && $closed * 2 < $open"
}
prove 'the open loop sees the stall, the closed one hides it' \
    '개방 루프는 정지를 보여 주고, 폐쇄 루프는 감춥니다' \
    stall_is_seen_in_the_open_alone
look 'Recorded, as heat maps in colour: results/data/reference/plots/stall-heat.svg' \
    '기록된 실행의 색깔 히트맵: results/data/reference/plots/stall-heat.svg'
stop echo
say 'The loadgen asks at the intended moment, whatever the server does (--rate), and counts from there.
Without --rate it waits for answers, as most tools do.' \
    'loadgen은 --rate를 주면 서버와 상관없이 정해진 순간에 묻고, 그때부터 시간을 잽니다. --rate가 없으면
흔한 도구처럼 답을 기다렸다가 묻습니다.'
