// plan_world.h: a record to plan for, small enough to be summed up in the head.
#ifndef TESTS_PLAN_WORLD_H
#define TESTS_PLAN_WORLD_H

#include <stdio.h>
#include <string.h>

#include "base/units.h"
#include "results/plan.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define MS (NS_PER_SECOND / 1000)

static inline struct model model_of(const char *name, bool variant)
{
    struct model model = {.variant = variant, .headline = !variant};

    snprintf(model.name, sizeof model.name, "%s", name);
    return model;
}

static inline struct point point_of(const char *name, const char *load, bool quick)
{
    struct point point = {.quick = quick, .server = "", .load = load, .beside = ""};

    snprintf(point.name, sizeof point.name, "%s", name);
    return point;
}

// Two scenarios, of three points and of one, and five models: each test changes what it needs.
struct world {
    struct record record;
    struct model models[5];
    struct scenario scenarios[2];
    struct point first[3], second[1];
    int64_t durations[2];
};

enum { A, B, VARIANT, CREW, FOREIGN };

static inline void make_world(struct world *w)
{
    memset(w, 0, sizeof *w);
    w->models[A] = model_of("a", false);
    w->models[B] = model_of("b", false);
    w->models[VARIANT] = model_of("variant", true);
    w->models[CREW] = model_of("crew", false);
    w->models[CREW].crew = true;
    w->models[FOREIGN] = (struct model){.name = "foreign", .foreign = true};
    w->first[0] = point_of("1", "--connections 1", true);
    w->first[1] = point_of("10", "--connections 10", false);
    w->first[2] = point_of("1000", "--size 3 --connections 900 --idle 100", true);
    w->second[0] = point_of("x", "--size 64", false);
    w->scenarios[0] = (struct scenario){.models = "headline variant",
                                        .points = w->first,
                                        .point_count = COUNT(w->first),
                                        .warmup_ns = 200 * MS,
                                        .drain_ns = 1000 * MS};
    w->scenarios[1] = (struct scenario){
        .models = "a", .points = w->second, .point_count = COUNT(w->second)};
    w->durations[0] = w->durations[1] = 2000 * MS;
    w->record.models.list = w->models;
    w->record.models.count = COUNT(w->models);
    w->record.scenarios = w->scenarios;
    w->record.scenario_count = COUNT(w->scenarios);
    w->record.duration_ns = w->durations;
    w->record.rounds = 5;
    w->record.seed = 42;
}

#endif
