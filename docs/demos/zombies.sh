# shellcheck shell=bash
# shellcheck disable=SC2154 # port, pid, status, wrong, right, work: the stage sets them
# Children end, and nobody asks how.
title 'A child that has ended stays, as a zombie, until its parent asks how it ended.' \
    '끝난 자식은 부모가 종료 상태를 물을 때까지 좀비로 남습니다.'
cast bin/wrong/zombies bin/fork

come_and_go() {
    show bin/talk "127.0.0.1:$port" 0-7:connect 0-7:send=hi 0-7:read 0-7:close
}

zombies() {
    { ps -o stat= --ppid "$pid" || true; } | awk '/^Z/ { n++ } END { print n + 0 }'
}

all_are_zombies() {
    [ "$(zombies)" -eq 8 ]
}
# Children end a moment after their clients.
none_runs() {
    { ps -o stat= --ppid "$pid" || true; } | awk '!/^Z/ { n++ } END { exit n > 0 }'
}
no_child_is_left() {
    ! ps -o pid= --ppid "$pid" >/dev/null
}

say 'A process for each client. Eight clients come, ask, and leave, and their processes end. This
server has no rule for SIGCHLD, and never waits for a child.' \
    '클라이언트마다 프로세스를 하나씩 만듭니다. 클라이언트 여덟 명이 와서 묻고 떠나면 프로세스도 끝납니다.
이 서버는 SIGCHLD를 처리하지 않고, 자식을 wait하지도 않습니다.'
serve wrong "$wrong"

screen
come_and_go
await none_runs || true
show ps -o pid,ppid,stat,args --ppid "$pid"
look 'the Z under STAT. All has been given back but the process number.' \
    'STAT 열의 Z입니다. 모두 돌려주고 프로세스 번호만 남아 있습니다.'
figure "8 clients have left, $(zombies) zombies stay" "떠난 클라이언트 8명, 남은 좀비 $(zombies)개"
prove 'each client has left a zombie behind' '클라이언트마다 좀비를 하나씩 남겼습니다' all_are_zombies
stop wrong

screen
say 'bin/fork has a handler for SIGCHLD, which waits for all children that have ended.' \
    'bin/fork의 SIGCHLD 핸들러는 끝난 자식을 빠짐없이 wait합니다.'
serve right "$right"
come_and_go
await no_child_is_left || true
show ps -o pid,ppid,stat,args --ppid "$pid"
look 'only the heading: there is no child, dead or alive.' \
    '제목 줄뿐입니다. 산 자식도 죽은 자식도 없습니다.'
figure "8 clients have left, $(zombies) zombies stay" "떠난 클라이언트 8명, 남은 좀비 $(zombies)개"
prove 'nothing is left of the eight' '여덟 개 중 하나도 남지 않았습니다' no_child_is_left
stop right
say 'Left alone, zombies use up the process numbers (RLIMIT_NPROC, pid_max), and fork() fails.
Signals of one kind do not queue, so that one SIGCHLD may stand for many children: reap in a loop.
Read children_reap() in server/children.c beside labs/wrong/zombies.c.' \
    '내버려 두면 좀비가 프로세스 번호를 다 써 버려서(RLIMIT_NPROC, pid_max) fork()가 실패합니다. 같은
시그널은 쌓이지 않으므로 SIGCHLD 하나가 여러 자식을 뜻할 수 있습니다. 그래서 루프를 돌며 거둡니다.
server/children.c의 children_reap()과 labs/wrong/zombies.c를 나란히 읽어 보십시오.'
