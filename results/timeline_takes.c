// timeline_takes.c: see timeline.h. What has been measured, and which of it is drawn.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/units.h"
#include "results/timeline.h"

bool timeline_read_work(const char *text, int64_t *ns)
{
    static const char *const kinds[] = {"cpu:", "sleep:"};

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strncmp(text, kinds[i], strlen(kinds[i])) == 0)
            return strlen(text) < sizeof((struct timeline_record *)NULL)->work &&
                   units_time(text + strlen(kinds[i]), NS_PER_SECOND, ns) &&
                   *ns >= NS_PER_SECOND / 10000;
    return false;
}

char *timeline_trace_path(const struct timeline_record *r, unsigned model, unsigned round)
{
    char *path;

    if (asprintf(&path, "%s/%s.%u.trace.tsv", r->folder, r->models.list[model].name, round) < 0)
        die_errno("cannot make the name of a file");
    return path;
}

void timeline_record_add(struct timeline_record *r, const struct timeline_take *take)
{
    r->takes = reallocarray(r->takes, r->take_count + 1, sizeof *r->takes);
    if (r->takes == NULL)
        die_errno("cannot keep another take");
    r->takes[r->take_count++] = *take;
}

// ---- How it went ----------------------------------------------------------------------------

double timeline_served(const struct timeline_take *t)
{
    double last = 0;

    if (*t->why != '\0')
        return NAN;
    for (size_t i = 0; i < TIMELINE_CLIENTS; i++) {
        double answered = t->met[i].answered[TIMELINE_REQUESTS - 1];
        if (!isfinite(answered) || !isfinite(t->met[i].connects))
            return NAN;
        last = fmax(last, answered);
    }
    return last > 0 ? last : NAN;
}

double timeline_lateness(const struct timeline_take *t, double work_us)
{
    double late = 0;

    for (unsigned i = 0; i < TIMELINE_CLIENTS; i++) {
        const struct timeline_client *met = &t->met[i];
        // Below 0: the first one, by whom all are measured, was late itself.
        late += fabs(met->connects - timeline_comes(i, work_us));
        for (unsigned k = 1; k < TIMELINE_REQUESTS; k++)
            late += met->asked[k] - met->answered[k - 1] - timeline_thinks(work_us);
    }
    return late;
}
