// file.c: see file.h.
#include "base/file.h"

#include <stdio.h>
#include <string.h>

bool file_first_line(const char *path, char *text, size_t size)
{
    FILE *file = fopen(path, "re");
    bool got = file != NULL && fgets(text, (int)size, file) != NULL;

    if (!got)
        *text = '\0';
    text[strcspn(text, "\n")] = '\0';
    if (file != NULL)
        fclose(file);
    return got;
}
