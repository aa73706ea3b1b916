// wrap.c: see wrap.h.
#include "loadgen/wrap.h"

#include <string.h>

enum { WIDTH = 80 };

void wrap_text(FILE *out, int indent, const char *text)
{
    int column = indent;

    while (*(text += strspn(text, " \n")) != '\0') {
        int length = (int)strcspn(text, " \n");
        if (column > indent && column + 1 + length > WIDTH) {
            fprintf(out, "\n%*s", indent, "");
            column = indent;
        }
        column += fprintf(out, "%s%.*s", column > indent ? " " : "", length, text);
        text += length;
    }
    fputc('\n', out);
}
