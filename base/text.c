// text.c: see text.h.
#include "base/text.h"

#include "base/fail.h"

FILE *text_open(char **text, size_t *size)
{
    FILE *out = open_memstream(text, size);

    if (out == NULL)
        die_errno("cannot allocate memory for a text");
    return out;
}

void text_close(FILE *out)
{
    if (fclose(out) != 0)
        die_errno("cannot allocate memory for a text");
}
