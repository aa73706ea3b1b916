// environment.c: see environment.h.
#include "base/environment.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/version.h"

const struct field environment_fields[] = {
    FIELD(TEXT, environment, kernel, "kernel"),
    FIELD(TEXT, environment, cpu, "cpu"),
    FIELD(SMALL, environment, cores, "cores"),
    FIELD(TEXT, environment, governor, "governor"),
    FIELD(COUNT, environment, nofile, "nofile"),
    FIELD(TEXT, environment, ports, "ports"),
    FIELD(TEXT, environment, congestion, "congestion_control"),
    FIELD(TEXT, environment, version, "version"),
    FIELD(TEXT, environment, commit, "commit"),
    FIELD(TEXT, environment, host, "host"),
    FIELD(TEXT, environment, started, "started"),
    FIELD(TEXT, environment, command, "command"),
    {0},
};

// The value of "KEY<blanks>: VALUE" in a line of /proc/cpuinfo, or NULL.
static char *value_of(const char *key, char *line)
{
    size_t n = strlen(key);

    if (strncmp(line, key, n) != 0)
        return NULL;
    n += strspn(line + n, " \t");
    return line[n] == ':' ? line + n + 1 + strspn(line + n + 1, " \t") : NULL;
}

// Each architecture says it under another key (x86; MIPS; 32-bit ARM; POWER), some not at all:
// then the architecture has to do.
static void read_cpu(char *text, size_t size, const char *machine)
{
    static const char *const keys[] = {"model name", "cpu model", "Hardware", "cpu"};
    char line[256], *value;
    FILE *file = fopen("/proc/cpuinfo", "re");

    snprintf(text, size, "%s", machine);
    if (file == NULL)
        return;
    while (fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
            if ((value = value_of(keys[i], line)) != NULL && *value != '\0') {
                snprintf(text, size, "%s", value);
                fclose(file);
                return;
            }
    }
    fclose(file);
}

// The cores that this process may run on: taskset(1) and containers give fewer than there are.
static unsigned count_cores(void)
{
    cpu_set_t set;

    if (sched_getaffinity(0, sizeof set, &set) == 0)
        return (unsigned)CPU_COUNT(&set);
    long online = sysconf(_SC_NPROCESSORS_ONLN); // more than a cpu_set_t's 1,024
    return online > 0 ? (unsigned)online : 1;
}

// Writes a word so that a shell reads it back as it is. False: no room.
static bool quote(const char *word, char *text, size_t size)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "%+,-./:=@_";
    size_t n = 0;

    if (*word != '\0' && word[strspn(word, plain)] == '\0')
        return (size_t)snprintf(text, size, "%s", word) < size;
    if (size < 3)
        return false;
    text[n++] = '\'';
    for (; *word != '\0'; word++) {
        const char *piece = *word == '\'' ? "'\\''" : (char[]){*word, '\0'};
        size_t length = strlen(piece);
        if (n + length + 2 > size)
            return false;
        snprintf(text + n, size - n, "%s", piece);
        n += length;
    }
    memcpy(text + n, "'", 2);
    return true;
}

static void quote_all(char *text, size_t size, int argc, char **argv)
{
    static const char cut[] = " ...";
    size_t n = 0;

    *text = '\0';
    for (int i = 0; i < argc; i++) {
        // Room is kept for the mark that words are missing.
        size_t space = i > 0, room = size - n - space - sizeof cut + 1;
        if (!quote(argv[i], text + n + space, room)) {
            memcpy(text + n, cut, sizeof cut);
            return;
        }
        if (space > 0)
            text[n] = ' ';
        n += strlen(text + n);
    }
}

void environment_look(struct environment *e, int argc, char **argv)
{
    struct utsname name;
    struct rlimit limit;
    struct tm utc;
    time_t now = time(NULL);

    memset(e, 0, sizeof *e);
    if (uname(&name) == 0) {
        snprintf(e->kernel, sizeof e->kernel, "%.20s %.64s %.40s", name.sysname, name.release,
                 name.machine);
        snprintf(e->host, sizeof e->host, "%s", name.nodename);
        read_cpu(e->cpu, sizeof e->cpu, name.machine);
    }
    file_first_line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", e->governor,
                    sizeof e->governor);
    e->cores = count_cores();
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) // JSON's integers end before RLIM_INFINITY
        e->nofile = limit.rlim_cur > INT64_MAX ? INT64_MAX : limit.rlim_cur;
    file_first_line("/proc/sys/net/ipv4/tcp_congestion_control", e->congestion,
                    sizeof e->congestion);
    file_first_line("/proc/sys/net/ipv4/ip_local_port_range", e->ports, sizeof e->ports);
    for (char *tab; (tab = strchr(e->ports, '\t')) != NULL;)
        *tab = ' ';
    snprintf(e->version, sizeof e->version, "%s", version_number());
    snprintf(e->commit, sizeof e->commit, "%s", version_commit());
    if (gmtime_r(&now, &utc) != NULL)
        strftime(e->started, sizeof e->started, "%Y-%m-%dT%H:%M:%SZ", &utc);
    quote_all(e->command, sizeof e->command, argc, argv);
}
