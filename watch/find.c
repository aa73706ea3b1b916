// find.c: see find.h. A server's processes all hold the same counters; its main one is that whose
// parent does not.
#include "watch/find.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fail.h"
#include "base/proc.h"
#include "watch/meter.h"

struct holder {
    pid_t pid, parent;
    dev_t device; // with the inode, they tell one server's counters from another's
    ino_t inode;
};

struct holders {
    struct holder *list;
    size_t count, room;
};

static bool is_of_this_user(pid_t pid)
{
    char path[64];
    struct stat about;

    snprintf(path, sizeof path, "/proc/%d", (int)pid);
    return stat(path, &about) == 0 && about.st_uid == geteuid();
}

static void add_if_holder(struct holders *h, pid_t pid)
{
    char path[METER_PATH];
    struct stat about;
    struct proc_stat stat_of;

    if (!is_of_this_user(pid) || !meter_find(pid, path) || stat(path, &about) < 0 ||
        !proc_stat_read(pid, &stat_of))
        return;
    if (h->count == h->room) {
        h->room = h->room > 0 ? 2 * h->room : 64;
        h->list = realloc(h->list, h->room * sizeof *h->list);
        if (h->list == NULL)
            die("no memory for a list of %zu processes", h->room);
    }
    h->list[h->count++] = (struct holder){
        .pid = pid, .parent = stat_of.parent, .device = about.st_dev, .inode = about.st_ino};
}

static bool is_main(const struct holders *h, const struct holder *one)
{
    for (size_t i = 0; i < h->count; i++)
        if (h->list[i].pid == one->parent && h->list[i].device == one->device &&
            h->list[i].inode == one->inode)
            return false;
    return true;
}

static int by_number(const void *a, const void *b)
{
    const struct holder *x = a, *y = b;

    return (x->pid > y->pid) - (x->pid < y->pid);
}

size_t find_servers(pid_t servers[], size_t max)
{
    struct holders h = {.list = NULL};
    DIR *folder = opendir("/proc");
    const struct dirent *entry;
    size_t found = 0;

    while (folder != NULL && (entry = readdir(folder)) != NULL) {
        pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);
        if (pid > 0)
            add_if_holder(&h, pid);
    }
    if (folder != NULL)
        closedir(folder);
    if (h.count > 0)
        qsort(h.list, h.count, sizeof *h.list, by_number);
    for (size_t i = 0; i < h.count; i++)
        if (is_main(&h, &h.list[i]) && found++ < max)
            servers[found - 1] = h.list[i].pid;
    free(h.list);
    return found;
}
