# shellcheck shell=bash
# shellcheck disable=SC2154 # port, pid, status, wrong, right, work: the stage sets them
# An fd_set has 1,024 places; FD_SET does not look whether a descriptor has one.
title 'select() has 1,024 places, and FD_SET does not look whether yours is one of them.' \
    'select()의 자리는 1,024개뿐인데, FD_SET은 자리가 있는지 확인하지 않습니다.'
cast bin/wrong/fd1024 bin/select

soft=$(ulimit -Sn)
if [ "$soft" != unlimited ] && [ "$soft" -lt 1200 ] && ! ulimit -Sn 1200 2>/dev/null; then
    say "This needs 1,200 descriptors; the limit here is $(ulimit -Hn) (ulimit -Hn)." \
        "디스크립터 1,200개가 필요한데, 여기서는 $(ulimit -Hn)개까지만 쓸 수 있습니다(ulimit -Hn)."
    end_with 69
fi

# The last one asks first: when it has waited in vain, the server has surely accepted them all.
ask_all() {
    show bin/talk --patience=3 "127.0.0.1:$port" 0-1039:connect 1039:send=hi 1039:read \
        0:send=hi 0:read 1-1038:send=hi 1-1038:read
    outcomes="$(told 0 read outcome) $(told 1039 read outcome)"
    answered=$(counted read ok) silent=$(counted read silent)
    turned_away=$(($(counted read end) + $(counted read reset)))
}

say '1,040 clients come to a loop over select(). Their descriptors go beyond 1,023, where an
fd_set ends; this server calls FD_SET for them all the same.' \
    'select() 루프 하나에 클라이언트 1,040명이 연결합니다. 디스크립터 번호는 fd_set이 끝나는 1,023을
넘어가지만, 이 서버는 그래도 FD_SET을 호출합니다.'
serve wrong "$wrong"

screen
ask_all
look 'All are connected, and nobody is told of an error. The last one gets no answer. Nor does the
first: a bit outside one set lies in the set behind it, and stands for somebody else there.' \
    '모두 연결되었고 오류를 받은 쪽은 없습니다. 그런데 마지막 클라이언트는 응답을 받지 못합니다. 첫
클라이언트도 마찬가지입니다. 한 집합을 벗어난 비트는 뒤에 놓인 집합에서 다른 클라이언트의 비트가 됩니다.'
figure "$silent of 1,040 clients wait for ever" "1,040명 가운데 $silent명이 끝없이 기다립니다"
prove 'clients 0 and 1039 are connected, and not answered' \
    '클라이언트 0과 1039는 연결되어 있지만 응답을 받지 못합니다' test "$outcomes" = 'silent silent'
stop wrong

screen
say 'bin/select looks before it sets: a newcomer whose descriptor has no place is closed at once.' \
    'bin/select는 비트를 켜기 전에 확인하고, 자리가 없는 클라이언트는 바로 끊습니다.'
serve right "$right"
ask_all
look 'Client 0 is served. Client 1039 hears at once that there is no room.' \
    '클라이언트 0은 응답을 받습니다. 클라이언트 1039는 자리가 없다는 것을 바로 압니다.'
figure "$answered answered, $turned_away turned away at once, $silent left waiting" \
    "응답 $answered명, 바로 거절 $turned_away명, 기다리기만 하는 클라이언트 $silent명"
prove 'each of the 1,040 is answered or told; client 0 is answered' \
    '1,040명 모두 응답이나 거절을 받고, 클라이언트 0은 응답을 받습니다' \
    holds "$answered + $turned_away == 1040 && \"$outcomes\" ~ /^ok (end|reset)\$/"
stop right
say 'An fd_set is an array of bits whose size is fixed; no ulimit changes it. Read watch() in
select/select.c beside rewatch() in labs/wrong/fd1024.c. poll() and epoll have no such limit.' \
    'fd_set은 크기가 고정된 비트 배열이라서 ulimit을 올려도 커지지 않습니다. select/select.c의 watch()와
labs/wrong/fd1024.c의 rewatch()를 나란히 읽어 보십시오. poll()과 epoll에는 이런 한계가 없습니다.'
