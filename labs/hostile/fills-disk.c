// fills-disk.c: writes files of a MiB wherever it may, a GiB in all.
#include "serve.h"

enum { MIB = 1 << 20, FILES = 256 }; // in each folder

static void attack(void)
{
    static const char *const folders[] = {".", "/tmp", "/var/tmp", "/dev/shm"};
    static char bytes[MIB];
    char path[64];

    signal(SIGXFSZ, SIG_IGN);
    memset(bytes, 'x', sizeof bytes);
    for (size_t i = 0; i < 4; i++)
        for (int k = 0; k < FILES; k++) {
            snprintf(path, sizeof path, "%s/fills-disk-%d", folders[i], k);
            int fd = open(path, O_WRONLY | O_CREAT, 0644);
            if (fd == -1 || write(fd, bytes, sizeof bytes) < 0) {
                close(fd);
                break;
            }
            close(fd);
        }
}

int main(int argc, char **argv)
{
    return serve(argc, argv, attack, AFTER_CLIENTS);
}
