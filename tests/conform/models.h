// models.h: what can be seen of each model from outside.
#ifndef TESTS_CONFORM_MODELS_H
#define TESTS_CONFORM_MODELS_H

enum shape {
    LOOP,             // one thread of one process serves all
    PROCESS_EACH,     // a process for each client, made when it comes
    THREAD_EACH,      // a thread for each client, likewise
    PROCESS_CREW,     // processes that are there before their clients
    THREAD_CREW,      // threads, likewise
    GROWING_PROCESSES // a crew of processes that may grow with its clients
};

struct model {
    const char *name;
    enum shape shape;
    const char *calls;    // what whoever has a client sleeps in, or NULL: any
    const char *has;      // a kind of descriptor that it must have, or NULL
    const char *may_have; // and one that it may, or NULL
};

// What /proc/PID/fd calls them.
#define EVENTPOLL "anon_inode:[eventpoll]"
#define URING "anon_inode:[io_uring]"

// NULL where there is none of that name.
const struct model *find_model(const char *name);

#endif
