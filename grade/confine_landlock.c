// confine_landlock.c: see confine.h. Landlock (landlock(7)) lets any process take rights away from
// itself. The headers of Debian 12 know its first versions only, so the rest is spelled out here.
#include "grade/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

// As the kernel has it since 6.12; older ones take it where what they do not know is 0.
struct ruleset {
    uint64_t files, network, scoped;
};

enum { SCOPE_ABSTRACT_SOCKETS = 1, SCOPE_SIGNALS = 2 };

#define REFER (1ULL << 13)
#define TRUNCATE (1ULL << 14)
static const uint64_t reads = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE |
                              LANDLOCK_ACCESS_FS_READ_DIR;
static const uint64_t writes = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |
                               LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR |
                               LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
                               LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |
                               LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM;

int landlock_version(void)
{
    int version = (int)syscall(SYS_landlock_create_ruleset, NULL, 0,
                               LANDLOCK_CREATE_RULESET_VERSION);

    return version > 0 ? version : 0;
}

// Where there is no such file, there is nothing to allow.
static bool allow(int rules, const char *path, uint64_t access)
{
    struct landlock_path_beneath_attr rule = {.allowed_access = access,
                                              .parent_fd = open(path, O_PATH | O_CLOEXEC)};

    if (rule.parent_fd == -1)
        return errno == ENOENT;
    bool added = syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;
    close(rule.parent_fd);
    return added;
}

// What a program may need besides its own folder.
static bool allow_reading(int rules)
{
    static const char *const devices[] = {"/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"};
    char path[32];
    bool allowed = true;

    for (size_t i = 0; files_of_system[i] != NULL; i++) {
        snprintf(path, sizeof path, "/%s", files_of_system[i]);
        allowed = allowed && allow(rules, path, reads);
    }
    for (size_t i = 0; i < sizeof devices / sizeof *devices; i++)
        allowed = allowed && allow(rules, devices[i], LANDLOCK_ACCESS_FS_READ_FILE);
    return allowed;
}

bool landlock_restrict(const struct confinement *c)
{
    // Where files are a namespace's, what is not to be read is not there.
    bool hides = c->hides && !c->files;
    struct ruleset set = {.files = writes | (hides ? reads : 0)};

    if (c->landlock >= LANDLOCK_RENAMES)
        set.files |= REFER;
    if (c->landlock >= LANDLOCK_TRUNCATES)
        set.files |= TRUNCATE;
    if (c->landlock >= LANDLOCK_SCOPES)
        set.scoped = SCOPE_ABSTRACT_SOCKETS | SCOPE_SIGNALS;
    int rules = (int)syscall(SYS_landlock_create_ruleset, &set, sizeof set, 0);
    if (rules == -1)
        return false;
    bool done = allow(rules, c->files ? "/tmp" : c->folder, set.files) &&
                allow(rules, "/dev/shm", set.files) && // sem_overview(7)
                allow(rules, "/dev/null",
                      set.files & (LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_READ_FILE)) &&
                (!hides || allow_reading(rules)) &&
                syscall(SYS_landlock_restrict_self, rules, 0) == 0;
    close(rules);
    return done;
}
