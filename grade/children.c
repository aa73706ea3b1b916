// children.c: see children.h.
#include "grade/children.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/fail.h"
#include "base/proc.h"

// The runner's own children, by the numbers that it has for them; 0: none. Shared with it.
enum { MOST_OWN = 128 }; // more than are ever at work
enum { SPACES = 33 };    // of process numbers, one in the other: pid_namespaces(7)
static _Atomic pid_t *own;

void children_share(void)
{
    void *memory = mmap(NULL, MOST_OWN * sizeof *own, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED)
        die_errno("cannot share memory with the runner");
    own = memory;
}

void children_note(pid_t pid, bool begun)
{
    pid_t from = begun ? 0 : pid, to = begun ? pid : 0;

    for (size_t i = 0; own != NULL && i < MOST_OWN; i++) // NULL: nobody reads it
        if (own[i] == from) {
            own[i] = to;
            return;
        }
}

// All numbers of a process, the one that we see first; returns how many.
static size_t read_numbers(pid_t pid, pid_t numbers[SPACES])
{
    char line[512];
    size_t n = 0;
    FILE *f = proc_open("/proc/%d/status", (int)pid);

    while (f != NULL && n == 0 && fgets(line, sizeof line, f) != NULL)
        if (strncmp(line, "NSpid:", 6) == 0) {
            char *end = line + 6;
            for (const char *at = end; n < SPACES; at = end) {
                long number = strtol(at, &end, 10);
                if (end == at)
                    break;
                numbers[n++] = (pid_t)number;
            }
        }
    if (f != NULL)
        fclose(f);
    if (n == 0)
        numbers[n++] = pid; // a kernel that has no such spaces
    return n;
}

size_t children_depth(pid_t pid)
{
    pid_t numbers[SPACES];

    return read_numbers(pid, numbers);
}

static bool is_own(pid_t child, size_t depth)
{
    pid_t numbers[SPACES];

    if (read_numbers(child, numbers) < depth)
        return false;
    for (size_t i = 0; i < MOST_OWN; i++)
        if (own[i] == numbers[depth - 1])
            return true;
    return false;
}

struct children children_find(pid_t runner, size_t depth)
{
    struct children children = {0};
    size_t room = 0;
    int pid;
    FILE *f = proc_open("/proc/%d/task/%d/children", (int)runner, (int)runner);

    // The kernel's numbers fit. NOLINTNEXTLINE(cert-err34-c)
    while (f != NULL && fscanf(f, "%d", &pid) == 1) {
        if (children.count == room) {
            room = room > 0 ? 2 * room : 64;
            children.list = reallocarray(children.list, room, sizeof *children.list);
            if (children.list == NULL)
                die("no memory for a list of %zu processes", room);
        }
        children.list[children.count++] = (struct child){pid, is_own(pid, depth)};
    }
    if (f != NULL)
        fclose(f);
    return children;
}
