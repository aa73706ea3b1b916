// grading.h: what a lab asks of a server, and what a submission got for it.
#ifndef GRADE_GRADING_H
#define GRADE_GRADING_H

#include "tests/conform/conform.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

// Who sees how a task went, and when: in the terms of Gradescope's results.json.
enum visibility {
    VISIBLE, // the student, at once; the handout's own check has these
    HIDDEN,  // the instructor
    AFTER,   // the student too, when the grades are published
};

// One row of labs/NN-name/grading.tsv: a case with its points.
struct task {
    char *name;  // the case's: "fault/reset-in-mid-write"
    char *title; // what it asks, in the student's words
    double points;
    enum visibility visibility;
    char *told; // what the student reads when it fails: the likely cause, and where to read on
};

// One row of labs/labs.tsv, and its folder's grading.tsv. The first task is the gate: a server that
// fails it is asked no other, and gets no points.
struct lab {
    unsigned number;
    char *folder;    // "05-select", below labs
    char *title;     // "select: one thread for many clients"
    char *services;  // those that its server must offer: "echo guess"
    char *serves;    // one, crew, many: as in models.tsv
    char *model;     // what the model's cases look for: "select"; "" where any will do
    char *reference; // the model of ours that gets full points: "select"
    char *lecture;   // where to read: "docs/lectures/4-readiness.md"
    struct task *tasks;
    size_t count;
};

// How one task went.
struct mark {
    bool ended;    // false: not asked (yet), so 0 points
    bool left_out; // this machine cannot ask it (finding.reason says why): not in `of` either
    struct finding finding;
    double points; // given: all of the task's, or 0
};

// How a submission went. Written out after each case, so that what was found is never lost.
struct grading {
    const struct lab *lab;
    const char *student;    // its name, or ""
    const char *seed;       // what the questions' bytes were made from; same seed, same questions
    const char *command;    // as typed to a shell
    const char *trouble;    // why not all was asked (it does not build, time is up), or NULL
    const char *unconfined; // what kept it away from other things and could not be had here, or ""
    bool finished;          // nothing more is to come; false: under way, or interrupted
    bool shut;    // the gate, the first task, failed: the others were not asked, and are 0
    double ratio; // of its throughput to the reference's, where ratio/throughput was asked; else 0
    double seconds;
    double points, of;  // the sums
    struct mark *marks; // lab->count of them
};

#endif
