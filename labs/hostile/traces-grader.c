// traces-grader.c: goes through all processes that it sees, and tries to trace them, to write into
// their memory, to take their descriptors, and to write to these.
#include "serve.h"

#include <ctype.h>
#include <dirent.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>

static void attack_descriptors(pid_t pid)
{
    char path[320];
    const struct dirent *entry;

    snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
    DIR *folder = opendir(path);
    if (folder == NULL)
        return;
    while ((entry = readdir(folder)) != NULL) {
        char target[64] = "";
        snprintf(path, sizeof path, "/proc/%d/fd/%s", (int)pid, entry->d_name);
        if (readlink(path, target, sizeof target - 1) > 0)
            succeeded("the descriptors of another process can be seen");
    }
    closedir(folder);
}

static void attack_process(pid_t pid)
{
    char path[64];
    long word = 0;

    attack_descriptors(pid);
    snprintf(path, sizeof path, "/proc/%d/mem", (int)pid);
    if (open(path, O_RDWR) != -1)
        succeeded("the memory of another process can be opened");
    int whole = (int)syscall(SYS_pidfd_open, pid, 0);
    for (int fd = 0; fd < 8 && whole != -1; fd++)
        if (syscall(SYS_pidfd_getfd, whole, fd, 0) != -1)
            succeeded("a descriptor of another process can be had");
    close(whole);
    struct iovec here = {&word, sizeof word}, there = {(void *)0x400000, sizeof word};
    if (process_vm_readv(pid, &here, 1, &there, 1, 0) > 0 || errno == EFAULT)
        succeeded("the memory of another process can be read");
    if (ptrace(PTRACE_SEIZE, pid, 0, 0) == 0)
        succeeded("another process can be traced");
}

// The grader's, that is: others on this machine, and this submission's own, are left alone.
static void attack(void)
{
    const struct dirent *entry;
    DIR *folder = opendir("/proc");
    unsigned seen = 0;

    while (folder != NULL && (entry = readdir(folder)) != NULL) {
        pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);
        char path[64], text[512] = "";
        if (!isdigit((unsigned char)*entry->d_name) || pid == getpid())
            continue;
        snprintf(path, sizeof path, "/proc/%d/cmdline", (int)pid);
        int fd = open(path, O_RDONLY);
        ssize_t n = fd == -1 ? 0 : read(fd, text, sizeof text - 1);
        close(fd);
        if (n > 0 && strstr(text, "grade") != NULL) {
            attack_process(pid);
            seen++;
        }
    }
    if (seen == 0)
        succeeded("the grader is not there to be attacked: this attack proves nothing");
    closedir(folder);
}

int main(int argc, char **argv)
{
    return serve(argc, argv, attack, AT_ONCE);
}
