// confine_landlock.c: see confine.h. Landlock (landlock(7)) lets any process take rights away from
// itself. The headers of Debian 12 know its first versions only, so the rest is spelled out here.
#include "grade/confine.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

// As the kernel has it since 6.12; it takes a shorter one too.
struct ruleset {
    uint64_t files, network, scoped;
};

enum { SCOPE_ABSTRACT_SOCKETS = 1, SCOPE_SIGNALS = 2, TRUNCATES_SINCE = 3, SCOPES_SINCE = 6 };

#define TRUNCATES (1ULL << 14)
static const uint64_t writes = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |
                               LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR |
                               LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
                               LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |
                               LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM;

static int version(void)
{
    return (int)syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
}

bool landlock_works(void)
{
    return version() >= SCOPES_SINCE;
}

static bool allow(int rules, const char *path, uint64_t access)
{
    struct landlock_path_beneath_attr rule = {.allowed_access = access,
                                              .parent_fd = open(path, O_PATH | O_CLOEXEC)};

    if (rule.parent_fd == -1)
        return false;
    bool added = syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;
    close(rule.parent_fd);
    return added;
}

bool landlock_restrict(const char *folder)
{
    struct ruleset set = {.files = writes | (version() >= TRUNCATES_SINCE ? TRUNCATES : 0),
                          .scoped = SCOPE_ABSTRACT_SOCKETS | SCOPE_SIGNALS};
    int rules = (int)syscall(SYS_landlock_create_ruleset, &set, sizeof set, 0);

    if (rules == -1)
        return false;
    bool done = allow(rules, folder, set.files) &&
                allow(rules, "/dev/null", LANDLOCK_ACCESS_FS_WRITE_FILE) &&
                syscall(SYS_landlock_restrict_self, rules, 0) == 0;
    close(rules);
    return done;
}
