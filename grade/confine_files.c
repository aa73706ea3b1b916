// confine_files.c: see confine.h; what a submission can write to, and what is left of it.
#include "grade/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/fail.h"

enum { MOST_KEPT = sizeof((struct confinement *)NULL)->kept / sizeof(char *) };

static const char tmp[] = "/tmp";

const char *confine_keep(struct confinement *c, const char *folder)
{
    c->kept[0] = realpath(".", NULL);
    c->kept[1] = realpath("/proc/self/exe", NULL);
    if (c->kept[0] == NULL || c->kept[1] == NULL)
        die_errno("cannot tell where this is");
    *strrchr(c->kept[1], '/') = '\0';
    if (folder != NULL && (c->kept[2] = realpath(folder, NULL)) == NULL)
        die_errno("cannot read %s", folder);
    return c->kept[1];
}

void confine_forget(struct confinement *c)
{
    for (size_t i = 0; i < MOST_KEPT; i++)
        free(c->kept[i]);
}

// ---- Mounts --------------------------------------------------------------------------------

static bool make_read_only(const char *path, bool all_below)
{
    struct mount_attr attributes = {.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID};

    return mount_setattr(AT_FDCWD, path, all_below ? AT_RECURSIVE : 0, &attributes,
                         sizeof attributes) == 0;
}

// An empty folder in the place of one, where that exists.
static bool cover(const char *path, const char *options)
{
    return access(path, F_OK) != 0 ||
           mount("tmpfs", path, "tmpfs", MS_NOSUID | MS_NODEV, options) == 0;
}

static bool make_folders(char *path)
{
    for (char *slash = path + 1; (slash = strchr(slash, '/')) != NULL; slash++) {
        *slash = '\0';
        bool made = mkdir(path, 0755) == 0 || errno == EEXIST;
        *slash = '/';
        if (!made)
            return false;
    }
    return mkdir(path, 0755) == 0 || errno == EEXIST;
}

// Whether it is this folder or one below it.
static bool is_within(const char *path, const char *folder)
{
    size_t n = strlen(folder);

    return strncmp(path, folder, n) == 0 && (path[n] == '/' || path[n] == '\0');
}

// Those below /tmp, one that is not within another.
static bool needs_keeping(const struct confinement *c, size_t which)
{
    const char *path = c->kept[which];

    if (path == NULL || !is_within(path, tmp) || strcmp(path, tmp) == 0)
        return false;
    for (size_t i = 0; i < MOST_KEPT; i++)
        if (i != which && c->kept[i] != NULL && is_within(path, c->kept[i]) &&
            (i < which || strcmp(path, c->kept[i]) != 0))
            return false;
    return true;
}

static bool bring_back(int tree, char *path)
{
    bool back = make_folders(path) &&
                move_mount(tree, "", AT_FDCWD, path, MOVE_MOUNT_F_EMPTY_PATH) == 0 &&
                make_read_only(path, true);

    close(tree);
    return back;
}

bool files_close(const struct confinement *c)
{
    int trees[MOST_KEPT];

    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
        return false;
    for (size_t i = 0; i < MOST_KEPT; i++) {
        trees[i] = -1;
        if (needs_keeping(c, i) &&
            (trees[i] = open_tree(AT_FDCWD, c->kept[i],
                                  OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE)) == -1)
            return false;
    }
    // Terminals too, and the sockets of those who would do more for their user than we allow.
    if (!make_read_only("/", true) || !cover("/dev/shm", "size=32m,nr_inodes=1000,mode=1777") ||
        !cover("/dev/pts", "size=4k,nr_inodes=2,mode=755") ||
        !cover("/run", "size=4k,nr_inodes=2,mode=755") ||
        !cover(tmp, "size=256m,nr_inodes=20000,mode=1777"))
        return false;
    if (c->pids && mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) != 0)
        return false;
    for (size_t i = 0; i < MOST_KEPT; i++)
        if (trees[i] != -1 && !bring_back(trees[i], c->kept[i]))
            return false;
    return chdir(c->kept[0]) == 0;
}

// ---- What is left --------------------------------------------------------------------------

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *place)
{
    (void)info, (void)kind, (void)place;
    remove(path);
    return 0;
}

static uid_t leaver;

static int remove_leavers(const char *path, const struct stat *info, int kind, struct FTW *place)
{
    if (kind != FTW_NS && info->st_uid == leaver && place->level > 0)
        remove(path);
    return 0;
}

void files_clear(const struct confinement *c)
{
    static const char *const shared[] = {"/tmp", "/var/tmp", "/dev/shm"};

    if (c->files)
        return; // gone with the runner
    if (strncmp(c->folder, "/tmp/grade-", 11) == 0)
        nftw(c->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
    leaver = c->uid;
    for (size_t i = 0; i < sizeof shared / sizeof *shared && leaver != 0; i++)
        nftw(shared[i], remove_leavers, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}
