// metrics.h: what is measured of one repeat, once: the columns of results.tsv and the fields of
// run.json come from this list.
#ifndef RESULTS_METRICS_H
#define RESULTS_METRICS_H

// name, unit, what it is. NAN stands for "could not be given".
#define METRICS(X)                                                                                 \
    X(rps, "1/s", "right answers per second of the window")                                        \
    X(payload, "B/s", "payload of these answers per second, one way")                              \
    X(offered, "1/s", "requests per second asked for; closed loop: none")                          \
    X(p50, "ns", "response time: half of the requests took this or less")                          \
    X(p90, "ns", "... 90 % of them")                                                               \
    X(p99, "ns", "... 99 %; requests that were never answered count as slower than all")           \
    X(p99_9, "ns", "... 99.9 %")                                                                   \
    X(max, "ns", "the slowest request that was answered")                                          \
    X(mean, "ns", "mean response time of the answered")                                            \
    X(connect_p50, "ns", "time to connect, median")                                                \
    X(connect_p99, "ns", "... 99 %")                                                               \
    X(sent, "1", "requests sent in the window")                                                    \
    X(answered, "1", "... answered, and right")                                                    \
    X(wrong, "1", "... answered, but not with what was sent")                                      \
    X(lost, "1", "... whose connection broke or fell silent")                                      \
    X(unfinished, "1", "... still under way at the end")                                           \
    X(clients_served, "1", "connections that got an answer in the window")                         \
    X(jain, "1", "Jain's index of the answers per connection: 1 all alike, 1/n one has all")       \
    X(cpu, "ns", "processor time of the server per answer")                                        \
    X(switches, "1", "context switches of the server per answer")                                  \
    X(switches_forced, "1", "... of these, the involuntary ones")                                  \
    X(calls, "1", "reads, writes and waits of the server per message")                             \
    X(wakeups, "1", "waits of the server per message")                                             \
    X(scanned, "1", "descriptors looked at per message")                                           \
    X(memory, "KiB", "user memory of the server per connection, above its empty self")             \
    X(resident, "KiB", "resident memory of the server, all its processes")                         \
    X(tasks, "1", "processes and threads of the server")                                           \
    X(descriptors, "1", "open descriptors of the server, all its processes")                       \
    X(busy, "1", "share of the window in which the busiest thread of the generator wanted a core")

#define METRIC_NUMBER(name, unit, what) METRIC_##name,
enum metric { METRICS(METRIC_NUMBER) METRIC_COUNT };

// Its name and unit as in the list; `metric_find` returns METRIC_COUNT for an unknown name.
const char *metric_name(enum metric);
const char *metric_unit(enum metric);
const char *metric_what(enum metric);
enum metric metric_find(const char *name);

#endif
