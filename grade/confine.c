// confine.c: see confine.h; the namespaces, the user, and the limits.
#include "grade/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <linux/securebits.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fail.h"

enum { CANNOT = 101 }; // the status of a runner that could not set itself up
enum { MIB = 1 << 20, OUTPUT = 16 * MIB, BUILT = 128 * MIB, CPU_SECONDS = 120, FILES = 4096 };

static struct confinement *held; // the runner's, for the hooks

// ---- Namespaces ----------------------------------------------------------------------------

enum { REST = CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS };

// From the best to none. Not every container lets a new /proc be mounted.
static const int namespaces[] = {CLONE_NEWUSER | CLONE_NEWPID | REST, CLONE_NEWPID | REST,
                                 CLONE_NEWUSER | REST, 0};

static bool write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);

    if (fd == -1)
        return false;
    bool written = write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    close(fd);
    return written;
}

// Everybody stays who he is. Without rights, one user and one group is all that can be mapped.
static bool map_ids(pid_t pid, const char *which, unsigned id)
{
    char path[64], text[4096] = "";
    size_t n = 0;
    unsigned first, outer, count;

    snprintf(path, sizeof path, "/proc/self/%s_map", which);
    FILE *file = geteuid() == 0 ? fopen(path, "re") : NULL;
    // The kernel's numbers fit. NOLINTNEXTLINE(cert-err34-c)
    while (file != NULL && n < 3500 && fscanf(file, "%u %u %u", &first, &outer, &count) == 3)
        n += (size_t)snprintf(text + n, sizeof text - n, "%u %u %u\n", first, first, count);
    if (file != NULL)
        fclose(file);
    if (n == 0)
        snprintf(text, sizeof text, "%u %u 1\n", id, id);
    snprintf(path, sizeof path, "/proc/%d/%s_map", (int)pid, which);
    return write_file(path, text);
}

static bool map_all_ids(pid_t pid)
{
    char path[64];

    snprintf(path, sizeof path, "/proc/%d/setgroups", (int)pid);
    if (geteuid() != 0 && !write_file(path, "deny"))
        return false;
    return map_ids(pid, "gid", getegid()) && map_ids(pid, "uid", geteuid());
}

static bool bring_loopback_up(void)
{
    struct ifreq request = {.ifr_name = "lo"};
    int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (s == -1)
        return false;
    bool up = ioctl(s, SIOCGIFFLAGS, &request) == 0;
    request.ifr_flags |= IFF_UP;
    up = up && ioctl(s, SIOCSIFFLAGS, &request) == 0;
    close(s);
    return up;
}

// The runner's part. The signal is sent too where the grader was killed and could do nothing more.
static bool settle_in(struct confinement *c, int flags)
{
    prctl(PR_SET_PDEATHSIG, (flags & CLONE_NEWPID) != 0 ? SIGKILL : SIGTERM);
    setsid();
    // The grader's terminal and keys are not the submission's.
    if (freopen("/dev/null", "re", stdin) == NULL || fcntl(STDIN_FILENO, F_SETFD, 0) == -1)
        return false;
    syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL);
    // Where memory ends before the guard has noticed, the submission's processes have to go first.
    write_file("/proc/self/oom_score_adj", "1000");
    c->pids = flags & CLONE_NEWPID;
    c->network = c->files = flags & CLONE_NEWNET;
    c->user_space = flags & CLONE_NEWUSER;
    if (c->network && !bring_loopback_up())
        return false;
    // Whoever makes a user space of his own has all rights there.
    if (c->files && !files_close(c))
        return false;
    if (c->pids && c->user_space)
        write_file("/proc/sys/user/max_user_namespaces", "0");
    return true;
}

// ---- The runner ----------------------------------------------------------------------------

// What was tried in vain is tried without; the child tells when it has settled in.
static pid_t try_fork(struct confinement *c, int flags)
{
    int go[2], settled[2], status;
    char byte = 0;

    if (pipe2(go, O_CLOEXEC) == -1 || pipe2(settled, O_CLOEXEC) == -1)
        return -1;
    // Not the C library's clone(), which wants a stack: this one returns twice, as fork does.
    pid_t pid = (pid_t)syscall(SYS_clone, flags | SIGCHLD, NULL, NULL, NULL, NULL);
    if (pid == 0) {
        close(go[1]);
        close(settled[0]);
        if (read(go[0], &byte, 1) != 1 || !settle_in(c, flags) || write(settled[1], "", 1) != 1)
            _exit(CANNOT);
        close(go[0]);
        close(settled[1]);
        held = c;
        return 0;
    }
    close(go[0]);
    close(settled[1]);
    bool well = pid > 0 && (!(flags & CLONE_NEWUSER) || map_all_ids(pid)) &&
                write(go[1], "", 1) == 1 && read(settled[0], &byte, 1) == 1;
    close(go[1]);
    close(settled[0]);
    if (well)
        return pid;
    if (pid > 0) {
        kill(pid, SIGKILL);
        waitpid(pid, &status, 0);
    }
    return -1;
}

static void add_missing(struct confinement *c, const char *what)
{
    size_t n = strlen(c->missing);

    snprintf(c->missing + n, sizeof c->missing - n, "%s%s", n > 0 ? ", " : "", what);
}

static void say_what_is_missing(struct confinement *c)
{
    if (!c->network)
        add_missing(c, "a network of its own");
    if (!c->pids)
        add_missing(c, "process numbers of its own");
    if (!c->files && c->landlock == 0)
        add_missing(c, "files that are read-only");
    else if (!c->files && c->landlock < LANDLOCK_TRUNCATES)
        add_missing(c, "files that it cannot empty");
    if (c->hides && ((!c->files && c->landlock == 0) || files_stay_in_sight(c)))
        add_missing(c, "the files of others out of its sight");
    if (!confine_guards_grader(c))
        add_missing(c, "a user of its own");
}

bool confine_guards_grader(const struct confinement *c)
{
    return c->uid != 0 || c->pids;
}

static int choose_landlock(unsigned without)
{
    int version = (without & WITHOUT_LANDLOCK) != 0 ? 0 : landlock_version();

    if ((without & WITHOUT_SCOPES) != 0 && version >= LANDLOCK_SCOPES)
        return LANDLOCK_SCOPES - 1;
    return version;
}

static bool make_folder(struct confinement *c, bool files)
{
    if (files) {
        snprintf(c->folder, sizeof c->folder, "/tmp/submission"); // the runner's /tmp is new
        return true;
    }
    snprintf(c->folder, sizeof c->folder, "/tmp/grade-XXXXXX");
    if (mkdtemp(c->folder) == NULL)
        return false;
    return c->uid == 0 || chown(c->folder, c->uid, c->uid) == 0;
}

pid_t confine_fork(struct confinement *c)
{
    pid_t pid = -1;

    c->uid = (c->without & WITHOUT_USER) != 0 ? 0 : user_choose((unsigned)getpid());
    c->landlock = choose_landlock(c->without);
    for (size_t i = 0; i < sizeof namespaces / sizeof *namespaces && pid == -1; i++) {
        int flags = namespaces[i];
        bool allowed = flags == 0 || !(c->without & WITHOUT_NAMESPACES);
        if (!allowed || !make_folder(c, flags & CLONE_NEWNS))
            continue;
        pid = try_fork(c, flags);
        c->pids = flags & CLONE_NEWPID;
        c->network = c->files = flags & CLONE_NEWNET;
        c->user_space = flags & CLONE_NEWUSER;
    }
    *c->missing = '\0';
    say_what_is_missing(c);
    if (pid == 0 && c->files) {
        mkdir(c->folder, 0700);
        if (c->uid != 0 && chown(c->folder, c->uid, c->uid) != 0)
            die_errno("cannot make %s", c->folder);
    }
    return pid;
}

bool confine_has_own_user(const struct confinement *c)
{
    return user_is_chosen(c->uid);
}

void confine_seal(void)
{
    prctl(PR_SET_DUMPABLE, 0);
}

// ---- The submission's processes ------------------------------------------------------------

static void set_limit(int resource, rlim_t most)
{
    struct rlimit r;

    getrlimit((__rlimit_resource_t)resource, &r);
    if (r.rlim_max == RLIM_INFINITY || r.rlim_max > most)
        r.rlim_max = most;
    if (r.rlim_cur == RLIM_INFINITY || r.rlim_cur > r.rlim_max)
        r.rlim_cur = r.rlim_max;
    setrlimit((__rlimit_resource_t)resource, &r);
}

// It has nothing of the grader's environment, which may hold secrets.
static void set_environment(void)
{
    const char *path = getenv("PATH");
    char *kept = path != NULL ? strdup(path) : NULL;

    clearenv();
    setenv("PATH", kept != NULL ? kept : "/usr/local/bin:/usr/bin:/bin", 1);
    setenv("HOME", held->folder, 1);
    setenv("TMPDIR", held->files ? "/tmp" : held->folder, 1);
    setenv("LANG", "C.UTF-8", 1);
    free(kept);
}

static _Noreturn void give_up(const char *what)
{
    fprintf(stderr, "grade: %s: %s\n", what, strerror(errno));
    _exit(127);
}

// Where it stays root, as in a container that has one user, root is all that is left of it:
// capabilities(7). What cannot be dropped was not there.
void confine_drop_rights(void)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0}};

    for (int i = 0; prctl(PR_CAPBSET_READ, i, 0, 0, 0) >= 0; i++)
        prctl(PR_CAPBSET_DROP, i, 0, 0, 0);
    prctl(PR_SET_SECUREBITS, SECBIT_NOROOT | SECBIT_NOROOT_LOCKED, 0, 0, 0);
    syscall(SYS_capset, &header, none);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        give_up("cannot keep it from new privileges");
}

static void confine(rlim_t file_size)
{
    set_limit(RLIMIT_CORE, 0);
    set_limit(RLIMIT_FSIZE, file_size);
    set_limit(RLIMIT_CPU, CPU_SECONDS);
    set_limit(RLIMIT_NOFILE, FILES);
    set_limit(RLIMIT_NPROC, 2 * (rlim_t)held->processes); // the guard (guard.h) is there before
    set_limit(RLIMIT_MEMLOCK, (rlim_t)8 * MIB);
    set_environment();
    umask(022);
    if (held->uid != 0 &&
        (setgroups(0, NULL) != 0 || setresgid(held->uid, held->uid, held->uid) != 0 ||
         setresuid(held->uid, held->uid, held->uid) != 0))
        give_up("cannot become another user");
    confine_drop_rights();
    prctl(PR_SET_PDEATHSIG, SIGKILL); // a change of user has taken it away
    if (held->landlock > 0 && !landlock_restrict(held))
        give_up("cannot restrict it");
}

void confine_server(void)
{
    confine(OUTPUT);
}

void confine_build(void)
{
    confine(BUILT);
}

// A case looks into the server's processes and sets their limits. Where it may not do so to
// everybody's, it is of the server's user as far as that is needed, and no further: the server
// can't trace it, nor write into it.
void confine_case(void)
{
    if (held->uid == 0)
        return;
    if (!held->user_space) {
        if (setresgid(held->uid, 0, 0) != 0 || setresuid(held->uid, 0, 0) != 0)
            give_up("cannot take another user's place");
        prctl(PR_SET_PDEATHSIG, SIGKILL);
    }
    setfsgid(held->uid);
    setfsuid(held->uid);
    confine_seal();
}
