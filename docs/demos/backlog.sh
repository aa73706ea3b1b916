# shellcheck shell=bash
# shellcheck disable=SC2154 # port, pid, status, wrong, right, work: the stage sets them
# A server that listens and never calls accept: what the kernel does without it.
title 'Connected is not accepted: the kernel answers for a server that never calls accept.' \
    '연결되었다고 accept된 것은 아닙니다. 서버가 accept를 부르지 않아도 커널이 대신 응답합니다.'
cast bin/wrong/no-accept bin/epoll

# The listener's line of the kernel's table: state 0A is LISTEN; the last number, in hexadecimal, is
# how many wait in its queue.
listener_of() {
    grep -E "^ *[0-9]+: 0100007F:$(printf %04X "$1") 00000000:0000 0A " /proc/net/tcp
}
queue_of() {
    local line
    line=$(listener_of "$1")
    [[ $line =~ :([0-9A-F]{8})\ [0-9A-F]{2}:[0-9A-F]{8}\  ]]
    echo $((16#${BASH_REMATCH[1]}))
}

serve deaf "$wrong" --backlog 5
show bin/talk --patience=1 "127.0.0.1:$port" 0-11:connect 0-11:send=hello 0-11:read
connected=$(counted connect ok) answered=$(counted read ok)
look 'Some have connected, and even sent. Nobody has an answer. The others are not refused: their SYN gets no reply.' \
    '일부는 연결되었고 보내기까지 했지만, 답을 받은 클라이언트는 없습니다. 나머지는 거절된 것이 아니라 SYN에 아무 응답도 받지 못했습니다.'
show "grep -E ' 0100007F:$(printf %04X "$port") .* 0A ' /proc/net/tcp | cut -c 1-54"
queued=$(queue_of "$port")
figure "$connected of 12 are connected, $queued wait in the queue (--backlog 5), $answered are answered" \
    "12명 중 연결 $connected명, 대기열에 $queued명(--backlog 5), 응답 $answered명"
prove 'the queue holds one more than the backlog, and nobody takes them out' \
    '대기열에는 backlog보다 하나 많은 연결이 들어가고, 아무도 꺼내 가지 않습니다' \
    holds "$connected == 6 && $queued == 6 && $answered == 0"
stop deaf

screen
say 'The same backlog, and a server that accepts. Who finds the queue full tries again, unseen: the kernel sends another SYN after a second.' \
    '같은 backlog에, accept를 부르는 서버입니다. 대기열이 가득 찬 순간에 온 클라이언트는 커널이 1초 뒤 SYN을 다시 보내므로, 스스로는 눈치채지도 못합니다.'
serve right "$right" --backlog 5
show bin/talk "127.0.0.1:$port" 0-11:connect 0-11:send=hello 0-11:read
answered=$(counted read ok) queued=$(queue_of "$port")
figure "$answered of 12 are answered, $queued wait in the queue" \
    "12명 중 응답 $answered명, 대기열에 $queued명"
prove 'whoever is accepted soon leaves room for the next' \
    '바로바로 accept하면 다음 클라이언트의 자리가 납니다' \
    holds "$answered == 12 && $queued == 0"
stop right
say 'A handshake says that a kernel is there, not that a server is. Read main() in labs/wrong/no-accept.c
beside welcome() in epoll/epoll.c.' \
    '핸드셰이크는 커널이 있다는 뜻일 뿐, 서버가 일하고 있다는 뜻은 아닙니다. labs/wrong/no-accept.c의
main()과 epoll/epoll.c의 welcome()을 나란히 읽어 보십시오.'
