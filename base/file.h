// file.h: small files of the kernel's, such as those in /proc and /sys.
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>

// Reads the first line, without its end, as far as there is room. False, and an empty text: there
// is no such file, or nothing in it.
bool file_first_line(const char *path, char *text, size_t size);

#endif
