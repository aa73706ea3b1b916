// meter.c: see meter.h.
#include "watch/meter.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "watch/words.h"

bool meter_find(pid_t pid, char path[METER_PATH])
{
    char target[sizeof COUNTERS_LINK + 1];
    const struct dirent *entry;
    bool found = false;

    snprintf(path, METER_PATH, "/proc/%d/fd", (int)pid);
    DIR *folder = opendir(path);
    if (folder == NULL)
        return false;
    while (!found && (entry = readdir(folder)) != NULL) {
        ssize_t n = readlinkat(dirfd(folder), entry->d_name, target, sizeof target);
        found = n == sizeof COUNTERS_LINK - 1 && memcmp(target, COUNTERS_LINK, (size_t)n) == 0;
        if (found)
            snprintf(path, METER_PATH, "/proc/%d/fd/%.16s", (int)pid, entry->d_name);
    }
    closedir(folder);
    return found;
}

// Anybody can make a file of that name: nothing in it is believed before it is checked, and what is
// checked is kept here.
static bool take_head(struct meter *m, const struct counters_head *head)
{
    if (memcmp(head->magic, COUNTERS_MAGIC, sizeof head->magic) != 0)
        return false;
    m->rows_at = head->rows_at;
    m->rows = head->rows;
    m->row_bytes = head->row_bytes;
    m->counters = head->counters;
    for (size_t i = 0; i < COUNTERS_MOST; i++) {
        char name[COUNTERS_NAME + 1] = "";
        memcpy(name, head->name[i], COUNTERS_NAME);
        words_printable(m->name[i], COUNTERS_NAME, name);
    }
    return m->counters > 0 && m->counters <= COUNTERS_MOST && m->rows > 0 &&
           m->row_bytes % sizeof(uint64_t) == 0 && m->rows_at % sizeof(uint64_t) == 0 &&
           m->row_bytes >= m->counters * sizeof(uint64_t) && m->rows_at <= m->size &&
           (uint64_t)m->rows * m->row_bytes <= m->size - m->rows_at;
}

// Those of ours take 3 MiB.
enum { LARGEST = 64 << 20 };

// Maps an open file if it is as long as its head says, and can't be cut short meanwhile.
static bool map(struct meter *m, int fd)
{
    struct stat about;
    int seals = fcntl(fd, F_GET_SEALS);

    if (seals < 0 || (seals & F_SEAL_SHRINK) == 0 || fstat(fd, &about) < 0 ||
        about.st_size < (off_t)sizeof *m->head || about.st_size > LARGEST)
        return false;
    m->size = (size_t)about.st_size;
    void *memory = mmap(NULL, m->size, PROT_READ, MAP_SHARED, fd, 0);
    if (memory == MAP_FAILED)
        return false;
    m->head = memory;
    if (take_head(m, memory))
        return true;
    meter_close(m);
    return false;
}

bool meter_open(struct meter *m, pid_t pid)
{
    char path[METER_PATH];

    *m = (struct meter){.head = NULL};
    if (!meter_find(pid, path))
        return false;
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC); // whatever it may be
    if (fd < 0)
        return false;
    bool mapped = map(m, fd);
    close(fd);
    return mapped;
}

void meter_close(struct meter *m)
{
    if (m->head != NULL)
        munmap((void *)m->head, m->size);
    m->head = NULL;
}

static void add_row(const struct meter *m, struct reading *r, uint32_t row)
{
    const char *at = (const char *)m->head + m->rows_at + (size_t)row * m->row_bytes;
    _Atomic uint64_t *cell = (_Atomic uint64_t *)at;

    for (uint32_t i = 0; i < m->counters; i++)
        r->value[i] += atomic_load_explicit(&cell[i], memory_order_relaxed);
}

void meter_read(const struct meter *m, struct reading *r)
{
    // Only read, but some compilers load no atomic by a pointer to const.
    struct counters_head *head = (struct counters_head *)m->head;
    uint32_t used = atomic_load_explicit(&head->rows_used, memory_order_relaxed);

    *r = (struct reading){.clients = atomic_load_explicit(&head->clients, memory_order_relaxed)};
    for (uint32_t row = 0; row < used && row < m->rows - 1; row++)
        add_row(m, r, row);
    add_row(m, r, m->rows - 1);
}

uint32_t meter_index(const struct meter *m, const char *name)
{
    uint32_t i = 0;

    while (i < m->counters && strcmp(m->name[i], name) != 0)
        i++;
    return i;
}
