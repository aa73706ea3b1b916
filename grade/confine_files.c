// confine_files.c: see confine.h; what a submission can write to, and what is left of it.
#include "grade/confine.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/fail.h"

static const char tmp[] = "/tmp";

const char *const files_of_system[] = {"bin", "sbin", "lib", "lib32", "lib64", "libx32", "usr",
                                       "opt", "nix",  "gnu", "etc",   "sys",   "proc",   NULL};

const char *confine_keep(struct confinement *c, const char *folder)
{
    c->kept[KEPT_HERE] = realpath(".", NULL);
    c->kept[KEPT_PROGRAMS] = realpath("/proc/self/exe", NULL);
    if (c->kept[KEPT_HERE] == NULL || c->kept[KEPT_PROGRAMS] == NULL)
        die_errno("cannot tell where this is");
    *strrchr(c->kept[KEPT_PROGRAMS], '/') = '\0';
    if (folder != NULL && (c->kept[KEPT_SUBMISSION] = realpath(folder, NULL)) == NULL)
        die_errno("cannot read %s", folder);
    return c->kept[KEPT_PROGRAMS];
}

void confine_forget(struct confinement *c)
{
    for (size_t i = 0; i < MOST_KEPT; i++)
        free(c->kept[i]);
}

// ---- Mounts --------------------------------------------------------------------------------

// mount_setattr(2), open_tree(2), move_mount(2): the C library has them since 2.36 only, and Ubuntu
// 22.04, which Gradescope offers, has 2.35.
struct attributes {
    uint64_t set, clear, propagation, user;
};
enum { READ_ONLY = 1, NO_SUID = 2, CLONE_TREE = 1, THE_TREE_ITSELF = 4, ALL_BELOW = 0x8000 };

static bool make_read_only(const char *path, bool all_below)
{
    struct attributes attributes = {.set = READ_ONLY | NO_SUID};

    return syscall(SYS_mount_setattr, AT_FDCWD, path, all_below ? ALL_BELOW : 0, &attributes,
                   sizeof attributes) == 0;
}

// An empty folder in the place of one, where that exists.
static bool cover(const char *path, unsigned long flags, const char *options)
{
    return access(path, F_OK) != 0 ||
           mount("tmpfs", path, "tmpfs", MS_NOSUID | MS_NODEV | flags, options) == 0;
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
        if (i != which && c->kept[i] != NULL && strcmp(c->kept[i], tmp) != 0 &&
            is_within(path, c->kept[i]) && (i < which || strcmp(path, c->kept[i]) != 0))
            return false;
    return true;
}

static bool bring_back(int tree, char *path)
{
    bool back = make_folders(path) &&
                syscall(SYS_move_mount, tree, "", AT_FDCWD, path, THE_TREE_ITSELF) == 0 &&
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
            (trees[i] = (int)syscall(SYS_open_tree, AT_FDCWD, c->kept[i],
                                     CLONE_TREE | O_CLOEXEC | ALL_BELOW)) == -1)
            return false;
    }
    // Terminals too, and the sockets of those who would do more for their user than we allow.
    if (!make_read_only("/", true) || !cover("/dev/shm", 0, "size=32m,nr_inodes=1000,mode=1777") ||
        !cover("/dev/pts", 0, "size=4k,nr_inodes=2,mode=755") ||
        !cover("/run", 0, "size=4k,nr_inodes=2,mode=755") ||
        !cover(tmp, 0, "size=256m,nr_inodes=20000,mode=1777"))
        return false;
    if (c->pids && mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) != 0)
        return false;
    for (size_t i = 0; i < MOST_KEPT; i++)
        if (trees[i] != -1 && !bring_back(trees[i], c->kept[i]))
            return false;
    // It may be out of sight, as in /run; then only a COMMAND would have needed it.
    return chdir(c->kept[KEPT_HERE]) == 0 || (c->hides && chdir("/") == 0);
}

// ---- Out of sight --------------------------------------------------------------------------

// Whether this is the folder's name, of which there are n bytes.
static bool is_one_of(const char *name, size_t n, const char *const names[])
{
    for (size_t i = 0; names[i] != NULL; i++)
        if (strlen(names[i]) == n && strncmp(names[i], name, n) == 0)
            return true;
    return false;
}

static bool is_in_system(const char *path)
{
    return is_one_of(path + 1, strcspn(path + 1, "/"), files_of_system);
}

// Whether programs need it: /opt, /usr/bin, /usr/local/bin, but not /opt/echolab.
static bool is_needed(const char *path)
{
    static const char *const above[] = {"", "/usr", "/usr/local", NULL};

    return is_one_of(path, (size_t)(strrchr(path, '/') - path), above);
}

// A folder in which the grader's files are, or other submissions; NULL: there is none.
static const char *find_others(const struct confinement *c, size_t which, char path[PATH_MAX])
{
    if (c->kept[which] == NULL)
        return NULL;
    snprintf(path, PATH_MAX, "%s", c->kept[which]);
    if (which == KEPT_SUBMISSION)
        *strrchr(path, '/') = '\0'; // they lie beside one another
    return *path != '\0' ? path : NULL;
}

bool files_stay_in_sight(const struct confinement *c)
{
    char path[PATH_MAX];

    for (size_t i = 0; i < MOST_KEPT; i++)
        if (find_others(c, i, path) != NULL && is_in_system(path) && (!c->files || is_needed(path)))
            return true;
    return false;
}

static bool hide(const char *path)
{
    return cover(path, MS_RDONLY, "size=4k,nr_inodes=2,mode=555");
}

// What bring_back() has made.
static bool take_away(const char *kept)
{
    char path[PATH_MAX];

    if (umount2(kept, MNT_DETACH) != 0)
        return false;
    snprintf(path, sizeof path, "%s", kept);
    while (strcmp(path, tmp) != 0 && rmdir(path) == 0)
        *strrchr(path, '/') = '\0';
    return true;
}

// A link leads to one of the others.
static bool hide_below_root(void)
{
    // These have been replaced, in the place of what everybody could read in them.
    static const char *const replaced[] = {".", "..", "dev", "run", "tmp", NULL};
    const struct dirent *entry;
    struct stat info;
    char path[sizeof entry->d_name + 1];
    DIR *root = opendir("/");
    bool hidden = root != NULL;

    while (hidden && (entry = readdir(root)) != NULL) {
        size_t n = strlen(entry->d_name);
        snprintf(path, sizeof path, "/%s", entry->d_name);
        if (is_one_of(entry->d_name, n, files_of_system) || is_one_of(entry->d_name, n, replaced) ||
            lstat(path, &info) != 0)
            continue;
        if (S_ISDIR(info.st_mode))
            hidden = hide(path);
        else if (S_ISREG(info.st_mode))
            hidden = mount("/dev/null", path, NULL, MS_BIND, NULL) == 0;
    }
    if (root != NULL)
        closedir(root);
    return hidden;
}

bool files_hide(const struct confinement *c)
{
    char path[PATH_MAX];

    if (!c->hides || !c->files)
        return true;
    if (chdir(c->folder) != 0)
        return false;
    for (size_t i = 0; i < MOST_KEPT; i++) {
        if (needs_keeping(c, i) && !take_away(c->kept[i]))
            return false;
        if (find_others(c, i, path) != NULL && is_in_system(path) && !is_needed(path) &&
            !hide(path))
            return false;
    }
    return hide_below_root();
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
    // Landlock has let it write to the last of them only.
    for (size_t i = c->landlock > 0 ? 2 : 0; i < 3 && confine_has_own_user(c); i++)
        nftw(shared[i], remove_leavers, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}
