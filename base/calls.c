// calls.c: see calls.h.
#include "base/calls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "base/file.h"

struct call {
    long number;
    const char *name;
};

// Those that a thread of a server may be found in, longer than by chance. Each architecture has
// numbers of its own; aarch64 never had the calls that a later one made superfluous.
#define CALL(name)                                                                                 \
    {                                                                                              \
        SYS_##name, #name                                                                          \
    }
static const struct call calls[] = {
    CALL(accept),
    CALL(accept4),
    CALL(brk),
    CALL(clock_nanosleep),
    CALL(clone),
    CALL(clone3),
    CALL(close),
    CALL(connect),
    CALL(epoll_ctl),
    CALL(epoll_pwait),
    CALL(epoll_pwait2),
    CALL(execve),
    CALL(exit),
    CALL(exit_group),
    CALL(fcntl),
    CALL(fdatasync),
    CALL(flock),
    CALL(fsync),
    CALL(futex),
    CALL(futex_waitv),
    CALL(getdents64),
    CALL(getrandom),
    CALL(io_getevents),
    CALL(io_pgetevents),
    CALL(io_uring_enter),
    CALL(ioctl),
    CALL(mmap),
    CALL(mprotect),
    CALL(mq_timedreceive),
    CALL(msgrcv),
    CALL(msgsnd),
    CALL(munmap),
    CALL(nanosleep),
    CALL(newfstatat),
    CALL(openat),
    CALL(ppoll),
    CALL(pread64),
    CALL(preadv),
    CALL(pselect6),
    CALL(pwrite64),
    CALL(pwritev),
    CALL(read),
    CALL(readv),
    CALL(recvfrom),
    CALL(recvmmsg),
    CALL(recvmsg),
    CALL(restart_syscall),
    CALL(rt_sigsuspend),
    CALL(rt_sigtimedwait),
    CALL(sched_yield),
    CALL(semop),
    CALL(semtimedop),
    CALL(sendfile),
    CALL(sendmmsg),
    CALL(sendmsg),
    CALL(sendto),
    CALL(shutdown),
    CALL(splice),
    CALL(tee),
    CALL(wait4),
    CALL(waitid),
    CALL(write),
    CALL(writev),
#ifdef SYS_epoll_wait
    CALL(epoll_wait),
    CALL(fork),
    CALL(open),
    CALL(pause),
    CALL(poll),
    CALL(select),
    CALL(vfork),
#endif
};

static const char running[] = "running";

void call_parse(const char *line, char text[CALL_TEXT])
{
    char *end;
    long number = strtol(line, &end, 10);

    if (end == line) { // no number: "running"
        snprintf(text, CALL_TEXT, "%s", running);
        return;
    }
    if (number < 0) {
        snprintf(text, CALL_TEXT, "in no call");
        return;
    }
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        if (calls[i].number == number) {
            snprintf(text, CALL_TEXT, "in %s", calls[i].name);
            return;
        }
    snprintf(text, CALL_TEXT, "in call %ld", number);
}

bool call_parse_function(const char *line, char text[CALL_TEXT])
{
    bool told = *line != '\0' && strcmp(line, "0") != 0;
    size_t length = strcspn(line, "."); // behind it, what a compiler has made of the function
    size_t room = CALL_TEXT - sizeof "in ()";

    if (told)
        snprintf(text, CALL_TEXT, "in %.*s()", (int)(length < room ? length : room), line);
    return told;
}

// The first line of a file of the thread's.
static bool read_line(pid_t process, pid_t thread, const char *file, char line[256])
{
    char path[64];

    snprintf(path, sizeof path, "/proc/%d/task/%d/%s", (int)process, (int)thread, file);
    return file_first_line(path, line, 256);
}

void call_look(pid_t process, pid_t thread, char state, char text[CALL_TEXT])
{
    char line[256];

    if (state == 'Z' || state == 'X')
        snprintf(text, CALL_TEXT, "a zombie");
    else if (state == 'T' || state == 't')
        snprintf(text, CALL_TEXT, "stopped");
    else if (read_line(process, thread, "syscall", line))
        call_parse(line, text);
    else if (state == 'R')
        snprintf(text, CALL_TEXT, "%s", running);
    else if (!read_line(process, thread, "wchan", line) || !call_parse_function(line, text))
        snprintf(text, CALL_TEXT, "asleep");
}

bool call_is_function(const char *text)
{
    return strchr(text, '(') != NULL;
}
