# shellcheck shell=bash
# shellcheck disable=SC2154 # port, pid, status, wrong, right, work: the stage sets them
# An edge is told once; who leaves bytes behind is not told again.
title 'Edge-triggered epoll tells of an arrival once; what is not read then stays unread.' \
    '에지 트리거 epoll은 도착을 한 번만 알립니다. 그때 읽지 않은 데이터는 그대로 남습니다.'
cast bin/wrong/edge-lost bin/edge
text=0123456789abcdef
text=$text$text$text$text

# How many bytes lie in the server's socket, received and not read.
unread() {
    local queue
    queue=$(awk -v port=":$(printf %04X "$port")" \
        '$4 == "01" && substr($2, 9) == port { print substr($5, 10); exit }' /proc/net/tcp)
    echo $((16#${queue:-0}))
}

# The server's, as ps has it: S sleeps.
state() {
    awk '/^State:/ { print $2 }' "/proc/$pid/status"
}

# A stays connected, in the background, while the kernel is looked at.
send_and_look() {
    rm -f "$work/A"
    show "bin/talk 127.0.0.1:$port A:connect A:send=$text A:read A:silent=1 A:silent=3600 \
&>$work/A &"
    await grep -qs ' silent ' "$work/A" || true
    show cat "$work/A"
    show "awk '\$2 ~ /:$(printf %04X "$port")/ && \$4 == \"01\" { print \$5 }' /proc/net/tcp"
    left=$(unread)
}

say 'A sends 64 bytes. The server is woken, reads 16 of them, answers, and waits again.' \
    'A가 64바이트를 보냅니다. 서버는 깨어나 16바이트만 읽고 응답한 뒤 다시 기다립니다.'
serve wrong "$wrong"

screen
send_and_look
look "16 bytes have come back, and then nothing. The last line is the kernel's table: to be
sent, and to be read by the server, in hexadecimal. 30 is 48." \
    '16바이트만 돌아오고 조용합니다. 마지막 줄은 커널의 표로, 서버가 보낼 것과 읽을 것을 16진수로
보여 줍니다. 16진수 30은 48입니다.'
figure "$left bytes lie in the kernel; the server sleeps in epoll_wait()" \
    "커널에 $left바이트가 남아 있고, 서버는 epoll_wait()에서 잠들어 있습니다"
prove '48 of the 64 bytes have come and are never read' \
    '64바이트 중 48바이트는 도착했지만 끝내 읽히지 않습니다' \
    test "$left $(state)" = '48 S'
stop wrong

screen
say 'bin/edge reads until the kernel says "would block" (EAGAIN), and waits only then.' \
    'bin/edge는 커널이 더 없다고 할 때까지(EAGAIN) 읽고, 그제야 기다립니다.'
serve right "$right"
send_and_look
figure "$left bytes are left in the kernel" "커널에 남은 데이터 $left바이트"
prove 'all 64 bytes have been read and answered' '64바이트를 모두 읽고 응답했습니다' \
    "grep -q ' read  *64 bytes' \"\$work/A\" && [ $left -eq 0 ]"
stop right
say 'An edge says that something has come, not that something is there: read until EAGAIN, or ask to
be told again (EPOLL_CTL_MOD). Read serve() in epoll/edge.c beside that in labs/wrong/edge-lost.c.' \
    '에지는 "무엇이 있다"가 아니라 "무엇이 왔다"는 뜻입니다. EAGAIN까지 읽거나, 다시 알려 달라고 해야
합니다(EPOLL_CTL_MOD). epoll/edge.c의 serve()와 labs/wrong/edge-lost.c의 serve()를 나란히 읽어 보십시오.'
