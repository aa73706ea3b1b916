// faults.h: what unruly.c does wrong: one small function per fault, called with each answer in
// place of sending it. Included there alone; a header, since every .c file here is a program.
#ifndef TESTS_SERVERS_FAULTS_H
#define TESTS_SERVERS_FAULTS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fail.h"
#include "base/random.h"

enum {
    HEADER = 4,
    MESSAGE_MAX = HEADER + 65536,
    FDS = 4096,
};

struct client {
    int fd;
    unsigned number;  // in the order of accepting, from 0
    uint64_t answers; // to this client, this one counted
    bool finished;    // FIN is sent: nothing is answered any more
    unsigned char in[MESSAGE_MAX];
    size_t have;
    unsigned char *drips; // of slow-drip: what is still to be sent
    size_t drip_from, drip_to;
};

struct fault {
    const char *name, *meaning;
    void (*answer)(struct client *, unsigned char *bytes, size_t n);
};

static const struct fault *fault;
static uint64_t nth;                // the N of the fault
static uint64_t answers;            // to all clients, this one counted
static struct client *clients[FDS]; // by descriptor
static uint64_t chance = 1;

static void answer_right(struct client *c, const unsigned char *bytes, size_t n)
{
    // The descriptor blocks, so this sends all or fails; a client that has gone is seen when
    // reading.
    (void)!send(c->fd, bytes, n, MSG_NOSIGNAL);
}

static void finish(struct client *c)
{
    shutdown(c->fd, SHUT_WR);
    c->finished = true;
}

static void lose(struct client *c)
{
    clients[c->fd] = NULL;
    close(c->fd);
    free(c->drips);
    free(c);
}

// A close that sends RST.
static void reset(struct client *c)
{
    struct linger linger = {1, 0};

    setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    lose(c);
}

static void behave(struct client *c, unsigned char *bytes, size_t n)
{
    answer_right(c, bytes, n);
}

static void die_after(struct client *c, unsigned char *bytes, size_t n)
{
    answer_right(c, bytes, n);
    if (answers == nth)
        _exit(0);
}

static void reset_somebody(struct client *c, unsigned char *bytes, size_t n)
{
    answer_right(c, bytes, n);
    if (answers % nth != 0)
        return;
    unsigned at = (unsigned)random_next(&chance) % FDS;
    while (clients[at] == NULL)
        at = (at + 1) % FDS;
    reset(clients[at]);
}

static void answer_garbage(struct client *c, unsigned char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        bytes[i] = (unsigned char)random_next(&chance);
    answer_right(c, bytes, n);
}

// NOLINTNEXTLINE(readability-non-const-parameter): the table has one type of functions
static void keep_silent(struct client *c, unsigned char *bytes, size_t n)
{
    (void)c;
    (void)bytes;
    (void)n;
}

// The middle byte of answer N, where most faults strike.
static bool strikes(const struct client *c, size_t n)
{
    if (answers != nth)
        return false;
    printf("%s: answer %ju of connection %u, byte %zu\n", fault->name, (uintmax_t)c->answers - 1,
           c->number, n / 2);
    return true;
}

static void flip(struct client *c, unsigned char *bytes, size_t n)
{
    if (strikes(c, n))
        bytes[n / 2] ^= 0x20;
    answer_right(c, bytes, n);
}

static void drop_byte(struct client *c, unsigned char *bytes, size_t n)
{
    if (strikes(c, n)) {
        memmove(bytes + n / 2, bytes + n / 2 + 1, n - n / 2 - 1);
        n--;
    }
    answer_right(c, bytes, n);
}

static void double_byte(struct client *c, unsigned char *bytes, size_t n)
{
    size_t half = n / 2;

    if (strikes(c, n)) {
        answer_right(c, bytes, half + 1);
        bytes += half;
        n -= half;
    }
    answer_right(c, bytes, n);
}

static void add_late_byte(struct client *c, unsigned char *bytes, size_t n)
{
    answer_right(c, bytes, n);
    if (strikes(c, n))
        answer_right(c, (const unsigned char *)"!", 1);
}

static void double_answer(struct client *c, unsigned char *bytes, size_t n)
{
    static unsigned char twice[2 * MESSAGE_MAX];

    memcpy(twice, bytes, n);
    memcpy(twice + n, bytes, n); // in one send, so that both are there at once
    answer_right(c, twice, strikes(c, n) ? 2 * n : n);
}

static void flood(struct client *c, unsigned char *bytes, size_t n)
{
    enum { FLOOD = 64 << 20 };

    answer_right(c, bytes, n);
    for (size_t sent = 0; answers == nth && sent < FLOOD; sent += n)
        answer_right(c, bytes, n);
}

static void drown(struct client *c, unsigned char *bytes, size_t n)
{
    while (send(c->fd, bytes, n, MSG_NOSIGNAL) >= 0)
        ;
}

// Answer N waits until another connection is owed one, and each gets the other's.
static void swap(struct client *c, unsigned char *bytes, size_t n)
{
    static unsigned char kept[MESSAGE_MAX];
    static size_t kept_n;
    static int owed = -1;

    if (strikes(c, n)) {
        memcpy(kept, bytes, kept_n = n);
        owed = c->fd;
    } else if (owed >= 0 && owed != c->fd && clients[owed] != NULL) {
        answer_right(clients[owed], bytes, n);
        answer_right(c, kept, kept_n);
        owed = -1;
    } else {
        answer_right(c, bytes, n);
    }
}

static void close_after(struct client *c, unsigned char *bytes, size_t n)
{
    answer_right(c, bytes, n);
    if (c->answers == nth)
        finish(c);
}

static void truncate_answer(struct client *c, unsigned char *bytes, size_t n)
{
    if (!strikes(c, n)) {
        answer_right(c, bytes, n);
        return;
    }
    answer_right(c, bytes, n / 2);
    finish(c);
}

static void freeze_after(struct client *c, unsigned char *bytes, size_t n)
{
    answer_right(c, bytes, n);
    while (answers == nth)
        pause();
}

static void drip(struct client *c, unsigned char *bytes, size_t n)
{
    if ((c->drips = realloc(c->drips, c->drip_to + n)) == NULL)
        die("out of memory");
    memcpy(c->drips + c->drip_to, bytes, n);
    c->drip_to += n;
}

static const struct fault faults[] = {
    {"none", "behaves", behave},
    {"dies-after", "exits without a word after N answers", die_after},
    {"resets", "resets a random connection after every N answers", reset_somebody},
    {"garbage", "answers as many random bytes", answer_garbage},
    {"silent", "reads and never answers", keep_silent},
    {"sits", "never accepts; N is the length of its queue", behave},
    {"deaf", "accepts and never reads", behave},
    {"flips", "one bit of answer N is wrong", flip},
    {"drops-byte", "answer N lacks a byte", drop_byte},
    {"doubles-byte", "answer N has a byte twice", double_byte},
    {"doubles", "answer N comes twice", double_answer},
    {"floods", "64 MiB that nobody asked for follow answer N", flood},
    {"drowns", "reads once, and then sends without end", drown},
    {"late-byte", "a byte that nobody asked for follows answer N", add_late_byte},
    {"swaps", "answer N and the next of another connection are exchanged", swap},
    {"closes", "FIN after N answers of a connection", close_after},
    {"truncates", "half of answer N, then FIN", truncate_answer},
    {"frozen", "stops for ever after N answers", freeze_after},
    {"slow-drip", "answers one byte each 10 ms", drip},
};

#endif
