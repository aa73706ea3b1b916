// reads-others.c: reads what belongs to others: a submission, a result, the tables, and what our
// models are made from, by their names and by way of other processes; and starts a model. The
// test's Makefile says where they are.
#include "serve.h"

#include <ctype.h>
#include <dirent.h>
#include <stdbool.h>

#ifndef OTHER
#define OTHER "."
#define RESULTS "."
#define LABS "."
#define MODELS "."
#endif

static bool is_own(const char *pid)
{
    char path[64], text[512] = "";

    snprintf(path, sizeof path, "/proc/%.20s/cmdline", pid);
    int fd = open(path, O_RDONLY);
    ssize_t n = fd == -1 ? 0 : read(fd, text, sizeof text - 1);
    close(fd);
    return n <= 0 || strstr(text, "server") != NULL;
}

static const char *visited; // whose files are being tried; NULL: nobody's in particular

// Who was the grader's a moment ago may have become another server of ours.
static void succeeded_with(const char *how, const char *path)
{
    char text[4600];

    if (visited != NULL && is_own(visited))
        return;
    snprintf(text, sizeof text, how, path);
    succeeded(text);
}

static void try_file(const char *path)
{
    char byte;
    int fd = open(path, O_RDONLY);

    if (fd != -1 && read(fd, &byte, 1) == 1)
        succeeded_with("the file of others %s was read", path);
    close(fd);
}

static void try_folder(const char *path)
{
    DIR *folder = opendir(path);

    if (folder != NULL && readdir(folder) != NULL && readdir(folder) != NULL &&
        readdir(folder) != NULL)
        succeeded_with("the folder of others %s was listed", path);
    if (folder != NULL)
        closedir(folder);
}

// A program that runs says its version; one that may not be started does not come so far.
static void try_program(const char *path)
{
    int status = 1;
    pid_t pid = fork();

    if (pid == 0) {
        int nothing = open("/dev/null", O_WRONLY);
        dup2(nothing, STDOUT_FILENO);
        dup2(nothing, STDERR_FILENO);
        execl(path, path, "--version", (char *)NULL);
        _exit(127);
    }
    if (pid > 0 && waitpid(pid, &status, 0) == pid && status == 0)
        succeeded_with("the model %s was started", path);
}

static void try_all(const char *root)
{
    static const char *const files[] = {OTHER "/secret", RESULTS "/results.json", LABS "/labs.tsv",
                                        MODELS "/blocking"};
    static const char *const folders[] = {OTHER, RESULTS, LABS, MODELS, "/home"};
    char path[4400];

    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        snprintf(path, sizeof path, "%s%s", root, files[i]);
        try_file(path);
    }
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        snprintf(path, sizeof path, "%s%s", root, folders[i]);
        try_folder(path);
    }
    snprintf(path, sizeof path, "%s%s", root, MODELS "/blocking");
    try_program(path);
}

// By way of what a process of another's has: its root, its folder, its files.
static void try_process(const char *pid)
{
    char path[600], target[4096];
    const struct dirent *entry;

    snprintf(path, sizeof path, "/proc/%s/root", pid);
    try_all(path);
    snprintf(path, sizeof path, "/proc/%s/cwd", pid);
    ssize_t n = readlink(path, target, sizeof target - 1);
    target[n > 0 ? n : 0] = '\0';
    if (n > 0 && getcwd(path, sizeof path) != NULL && strcmp(path, target) != 0) {
        snprintf(path, sizeof path, "/proc/%s/cwd", pid);
        try_folder(path);
    }
    snprintf(path, sizeof path, "/proc/%s/exe", pid);
    try_file(path);
    snprintf(path, sizeof path, "/proc/%s/fd", pid);
    DIR *folder = opendir(path);
    while (folder != NULL && (entry = readdir(folder)) != NULL) {
        snprintf(path, sizeof path, "/proc/%s/fd/%s", pid, entry->d_name);
        try_folder(path);
    }
    if (folder != NULL)
        closedir(folder);
}

static void attack(void)
{
    const struct dirent *entry;
    DIR *folder = opendir("/proc");

    try_all("");
    while (folder != NULL && (entry = readdir(folder)) != NULL)
        if (isdigit((unsigned char)*entry->d_name) && !is_own(entry->d_name)) {
            visited = entry->d_name;
            try_process(visited);
        }
    if (folder != NULL)
        closedir(folder);
}

int main(int argc, char **argv)
{
    return serve(argc, argv, attack, AT_ONCE);
}
