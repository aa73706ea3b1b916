// proc_end.c: ends processes and all that is below them.
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/conform/proc.h"

// Ends those that are meant, and all below them, until none is left. What is stopped first makes no
// new ones meanwhile.
static void end_trees(bool is_meant(const struct process *, const void *), const void *arg)
{
    size_t living = 0, before;

    do {
        size_t n, roots = 0;
        struct process *all = process_read_all(&n);

        for (size_t i = 0; i < n; i++)
            if (is_meant(&all[i], arg)) {
                struct process root = all[i];
                all[i] = all[roots];
                all[roots++] = root;
            }
        size_t found = process_gather(all, n, roots);
        before = living;
        living = 0;
        for (size_t i = 0; i < found; i++)
            living += all[i].state != 'Z';
        for (size_t i = 0; i < found; i++)
            if (all[i].state != 'Z')
                kill(all[i].pid, living == before ? SIGKILL : SIGSTOP);
            else if (all[i].parent == getpid())
                waitpid(all[i].pid, NULL, WNOHANG);
        free(all);
        if (living > 0)
            nap(0.001);
    } while (living > 0);
}

static bool is_below(const struct process *p, const void *root)
{
    return p->parent == *(const pid_t *)root;
}

void end_all_below(pid_t root)
{
    end_trees(is_below, &root);
}

static bool is_own(const struct process *p, const void *arg)
{
    (void)arg;
    return process_is_helper(p);
}

void end_helpers(void)
{
    end_trees(is_own, NULL);
}

struct spared {
    const pid_t *pids;
    size_t count;
};

static bool is_unspared_child(const struct process *p, const void *arg)
{
    const struct spared *spared = arg;

    if (p->parent != getpid())
        return false;
    for (size_t i = 0; i < spared->count; i++)
        if (spared->pids[i] == p->pid)
            return false;
    return true;
}

void end_children(const pid_t spared[], size_t count)
{
    end_trees(is_unspared_child, &(struct spared){spared, count});
}

size_t find_children(pid_t **pids)
{
    size_t n, found = 0;
    struct process *all = process_read_all(&n);

    *pids = calloc(n + 1, sizeof **pids);
    if (*pids == NULL)
        abort();
    for (size_t i = 0; i < n; i++)
        if (all[i].parent == getpid())
            (*pids)[found++] = all[i].pid;
    free(all);
    return found;
}
