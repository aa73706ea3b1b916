// last_line.c: see last_line.h.
#include "results/last_line.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// A last line is short; the log of a flood is not.
enum { LOOK_BACK = 65536 };

bool last_line(const char *file, long from, char *text, size_t size)
{
    FILE *f = fopen(file, "re");
    char *line = NULL;
    size_t room = 0;

    *text = '\0';
    if (f == NULL)
        return false;
    if (fseek(f, 0, SEEK_END) == 0 && ftell(f) - LOOK_BACK > from)
        from = ftell(f) - LOOK_BACK;
    if (fseek(f, from, SEEK_SET) == 0)
        while (getline(&line, &room, f) > 0) {
            line[strcspn(line, "\r\n")] = '\0';
            if (line[strspn(line, " \t")] != '\0' && strncmp(line, "Try '", 5) != 0)
                snprintf(text, size, "%s", line);
        }
    free(line);
    fclose(f);
    return *text != '\0';
}
