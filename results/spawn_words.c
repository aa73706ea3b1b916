// spawn_words.c: see spawn.h. A command as one line, and as the words that a program is given;
// and the words for how one has ended.
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "base/text.h"
#include "results/spawn.h"

static const char *refusal_text(int error)
{
    switch (error) {
    case WRDE_BADCHAR:
        return "one of | & ; < > ( ) { } or a new line stands outside quotes; sh -c '...' runs "
               "what needs a shell";
    case WRDE_BADVAL:
        return "it names a variable that is not set";
    case WRDE_CMDSUB:
        return "it asks for a command's output, by $(...) or `...`; sh -c '...' runs what needs a "
               "shell";
    case WRDE_SYNTAX:
        return "a quote or a bracket is left open";
    default:
        return "there is no memory for its words";
    }
}

bool spawn_words(wordexp_t *words, const char *command, const char **why)
{
    int error = wordexp(command, words, WRDE_NOCMD | WRDE_UNDEF);

    if (error == 0 && words->we_wordc > 0)
        return true;
    *why = error == 0 ? "it is empty" : refusal_text(error);
    if (error == 0 || error == WRDE_NOSPACE)
        wordfree(words);
    return false;
}

// In quotes where it must be: in single ones, where nothing needs care, or if it has some itself,
// in double ones. (wordexp(3) takes the '' of the usual ''\''' for a word.)
static void put_word(FILE *f, const char *word)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                "%+,-./:=@_";

    if (*word != '\0' && word[strspn(word, plain)] == '\0') {
        fputs(word, f);
    } else if (strchr(word, '\'') == NULL) {
        fprintf(f, "'%s'", word);
    } else {
        putc('"', f);
        for (; *word != '\0'; word++) {
            if (strchr("\"$\\`", *word) != NULL)
                putc('\\', f);
            putc(*word, f);
        }
        putc('"', f);
    }
}

char *spawn_text(char *const *argv)
{
    char *text;
    size_t size;
    FILE *f = text_open(&text, &size);

    for (char *const *word = argv; *word != NULL; word++) {
        if (word != argv)
            putc(' ', f);
        put_word(f, *word);
    }
    text_close(f);
    return text;
}

char *spawn_quoted(const char *word)
{
    char *text;
    size_t size;
    FILE *f = text_open(&text, &size);

    put_word(f, word);
    text_close(f);
    return text;
}

void spawn_end_text(const struct spawn_end *end, char *text, size_t size)
{
    if (WIFSIGNALED(end->status))
        snprintf(text, size, "killed by signal %d (%s)", WTERMSIG(end->status),
                 strsignal(WTERMSIG(end->status)));
    else
        snprintf(text, size, "exit status %d", WEXITSTATUS(end->status));
}
