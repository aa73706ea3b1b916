// talk_text.c: see talk_text.h.
#include "loadgen/talk_text.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct range {
    uint32_t first, last;
};

static bool is_in(const struct range *ranges, size_t n, uint32_t letter)
{
    for (size_t i = 0; i < n; i++)
        if (letter >= ranges[i].first && letter <= ranges[i].last)
            return true;
    return false;
}

// What terminals give two columns (Unicode's East Asian Width W and F, its larger blocks).
static bool is_wide(uint32_t letter)
{
    static const struct range wide[] = {
        {0x1100, 0x115F}, {0x2E80, 0x303E},   {0x3041, 0xA4CF},   {0xA960, 0xA97C},
        {0xAC00, 0xD7A3}, {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},   {0xFF01, 0xFF60},
        {0xFFE0, 0xFFE6}, {0x1F300, 0x1F64F}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD},
    };

    return is_in(wide, sizeof wide / sizeof *wide, letter);
}

// What takes no column, moves the cursor or turns the direction of writing round.
static bool is_unsafe(uint32_t letter)
{
    static const struct range unsafe[] = {
        {0x80, 0x9F},     {0xAD, 0xAD},     {0x0300, 0x036F}, {0x0590, 0x08FF},
        {0x200B, 0x200F}, {0x2028, 0x202E}, {0x2060, 0x206F}, {0xD800, 0xDFFF},
        {0xE000, 0xF8FF}, {0xFE00, 0xFE0F}, {0xFEFF, 0xFEFF}, {0xFFF0, 0xFFFF},
    };

    return is_in(unsafe, sizeof unsafe / sizeof *unsafe, letter) || letter > 0x3FFFD;
}

// The length of the UTF-8 letter, beyond ASCII, that the bytes begin with; 0: they don't, or it
// should not be shown.
static size_t letter_length(const unsigned char *bytes, size_t n, uint32_t *letter)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t length = *bytes >= 0xF0 ? 4 : *bytes >= 0xE0 ? 3 : 2;

    if (*bytes < 0xC2 || *bytes > 0xF4 || length > n)
        return 0;
    *letter = *bytes & (0x7Fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((bytes[i] & 0xC0) != 0x80)
            return 0;
        *letter = *letter << 6 | (bytes[i] & 0x3Fu);
    }
    return *letter < least[length] || is_unsafe(*letter) ? 0 : length;
}

// One byte as C writes it: how many characters, all of one column.
static int escape(unsigned char byte, char shown[8])
{
    static const char bytes[] = "\n\r\t\\\"", letters[] = "nrt\\\"";
    const char *at = byte != '\0' ? strchr(bytes, byte) : NULL;

    if (at != NULL)
        return snprintf(shown, 8, "\\%c", letters[at - bytes]);
    if (byte >= ' ' && byte <= '~')
        return snprintf(shown, 8, "%c", byte);
    return snprintf(shown, 8, "\\x%02X", byte);
}

size_t talk_text(const unsigned char *bytes, size_t n, int columns, char *text, size_t size,
                 int *used)
{
    size_t i = 0, length = 0;

    *used = 0;
    while (i < n) {
        char shown[8];
        uint32_t letter = 0;
        size_t took = letter_length(bytes + i, n - i, &letter);
        int wide = is_wide(letter) ? 2 : 1, long_as = (int)took;
        if (took > 0)
            memcpy(shown, bytes + i, took);
        else
            wide = long_as = escape(bytes[i], shown);
        if ((columns > 0 && *used + wide > columns) || length + (size_t)long_as >= size)
            break;
        memcpy(text + length, shown, (size_t)long_as);
        length += (size_t)long_as;
        *used += wide;
        i += took > 0 ? took : 1;
    }
    text[length] = '\0';
    return i;
}

int talk_columns(const char *text)
{
    const unsigned char *bytes = (const unsigned char *)text;
    size_t n = strlen(text), took;
    int columns = 0;

    for (size_t i = 0; i<n; i += took> 0 ? took : 1) {
        uint32_t letter = 0;
        took = letter_length(bytes + i, n - i, &letter);
        columns += is_wide(letter) ? 2 : 1;
    }
    return columns;
}
