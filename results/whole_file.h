// whole_file.h: files that are there whole, or as they were before.
#ifndef RESULTS_WHOLE_FILE_H
#define RESULTS_WHOLE_FILE_H

#include <stdbool.h>
#include <stdio.h>

// Writes a file PATH.part, and gives it its name when it is on the disk. False, having said why.
bool whole_file_write(const char *path, void (*write)(const void *what, FILE *), const void *what);

#endif
