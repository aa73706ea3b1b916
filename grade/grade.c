// grade.c: grades a submission for a lab. This process starts the runner, which is confined with
// the submission, listens to what it reports, watches the time and what the submission takes, and
// writes the results after each case.
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fail.h"
#include "base/status_line.h"
#include "grade/children.h"
#include "grade/guard.h"
#include "grade/lab.h"
#include "grade/options.h"
#include "grade/out_text.h"
#include "grade/outputs.h"
#include "grade/report.h"
#include "grade/run.h"

enum { PROCESSES = 400, PROCESSES_EACH = 4000, LAST_SECONDS = 15 };

static struct options options;
static struct grading grading;
static char trouble[sizeof((struct news *)NULL)->text];
static volatile sig_atomic_t stopped_by;

static void note_stop(int signal_number)
{
    stopped_by = signal_number;
}

// ---- What is written -----------------------------------------------------------------------

static int write_csv_file(FILE *to, const struct grading *g)
{
    return write_csv_header(to, g->lab) == 0 ? write_csv(to, g) : -1;
}

// Under another name first: whoever reads the file finds it whole, at any moment.
static void write_whole(const char *path, int write_it(FILE *, const struct grading *))
{
    char other[PATH_MAX];

    if (path == NULL)
        return;
    snprintf(other, sizeof other, "%s.%d", path, (int)getpid());
    FILE *to = fopen(other, "we");
    bool well = to != NULL && write_it(to, &grading) == 0;
    if (to != NULL)
        well = fclose(to) == 0 && well;
    if (!well || rename(other, path) != 0) {
        int why = errno;
        unlink(other);
        errno = why;
        die_errno("cannot write %s", path);
    }
}

static void write_files(void)
{
    grading_sum(&grading);
    write_whole(options.tap, write_tap);
    write_whole(options.junit, write_junit);
    write_whole(options.gradescope, write_gradescope);
    write_whole(options.json, write_json);
    write_whole(options.csv, write_csv_file);
}

static void show_progress(void)
{
    char text[200], student[100];
    size_t ended = 0;

    if (!status_line_works())
        return;
    for (size_t i = 0; i < grading.lab->count; i++)
        ended += grading.marks[i].ended;
    out_clean(student, sizeof student, grading.student, false);
    snprintf(text, sizeof text, "%s%s%zu of %zu tasks asked, %g points", student,
             *student != '\0' ? ": " : "", ended, grading.lab->count, grading.points);
    status_line_show(text);
}

// ---- What comes from the runner ------------------------------------------------------------

// The reason that a case can't know.
static void add_what_ended_it(struct finding *f, const struct guard *guard)
{
    size_t n = strlen(f->reason);

    if (*guard->ended != '\0' && f->outcome == FAILED && strstr(f->reason, "signal 9") != NULL)
        snprintf(f->reason + n, sizeof f->reason - n, "; the grader ended it, since %s",
                 guard->ended);
}

static void take_mark(struct news *news, const struct guard *guard)
{
    struct mark *mark = &grading.marks[news->task];

    if (news->task >= grading.lab->count || mark->ended)
        return;
    mark->ended = true;
    mark->finding = news->finding;
    add_what_ended_it(&mark->finding, guard);
    if (news->ratio > 0)
        grading.ratio = news->ratio;
    if (mark->finding.outcome == SKIPPED && news->task == 0)
        mark->finding.lacking = false; // who is not asked the gate passes no gate
}

// False: there will be no more.
static bool take_news(int from, const struct guard *guard)
{
    struct news news;
    ssize_t n = read(from, &news, sizeof news);

    if (n == -1 && errno == EINTR)
        return true;
    if (n != sizeof news)
        return false;
    switch (news.kind) {
    case NEWS_TROUBLE:
        memcpy(trouble, news.text, sizeof trouble);
        trouble[sizeof trouble - 1] = '\0';
        grading.trouble = trouble;
        grading.finished = true;
        break;
    case NEWS_MARK:
        take_mark(&news, guard);
        break;
    case NEWS_SHUT:
        grading.shut = grading.finished = true;
        break;
    case NEWS_END:
        grading.finished = true;
        break;
    }
    return true;
}

// ---- The run -------------------------------------------------------------------------------

// Each client has a process or a thread where the model has it so; elsewhere a few are enough.
static unsigned processes_for(const struct lab *lab)
{
    bool each = strcmp(lab->model, "fork") == 0 || strcmp(lab->model, "threads") == 0 ||
                strcmp(lab->serves, "crew") == 0 ||
                (*lab->model == '\0' && strcmp(lab->serves, "many") == 0);

    return each || options.any_model ? PROCESSES_EACH : PROCESSES;
}

static void listen_to(int from, struct guard *guard, double begun)
{
    double end = begun + (double)options.deadline_ns / 1e9, look = 0;
    struct pollfd wait = {.fd = from, .events = POLLIN};
    bool more = true;

    while (more && !stopped_by && now() < end) {
        int n = poll(&wait, 1, (int)(look * 1000) + 1);
        if (n > 0) {
            more = take_news(from, guard);
            grading.seconds = now() - begun;
            write_files();
            show_progress();
        }
        look = guard_look(guard);
    }
    if (grading.finished || stopped_by)
        return;
    if (more)
        snprintf(trouble, sizeof trouble,
                 "it was not done after %.0f s; what was asked by then counts", end - begun);
    else
        snprintf(trouble, sizeof trouble,
                 "it ended what asked it (see what the grader could not keep it from); what was "
                 "asked by then counts");
    grading.trouble = trouble;
    grading.finished = true;
}

// The runner, whatever it is at, and all that is left of the submission.
static void end_all(pid_t runner, const struct confinement *c, const struct guard *guard)
{
    double end = now() + LAST_SECONDS;
    pid_t ended = 0;

    kill(runner, c->pids ? SIGKILL : SIGTERM);
    while ((ended = waitpid(runner, NULL, WNOHANG)) == 0 && now() < end)
        nap(0.005);
    if (ended == 0 || confine_has_own_user(c)) // else its number may be somebody's by now
        guard_end(guard);
    if (ended == 0) {
        guard_end_below(runner);
        kill(runner, SIGKILL);
        waitpid(runner, NULL, 0);
    }
    guard_end_below(getpid());
    files_clear(c);
}

// Who types a command could start it by himself; a folder is somebody else's.
static bool is_too_dangerous(const struct confinement *c)
{
    return c->hides && !confine_guards_grader(c) && !options.accepts_unconfined;
}

static _Noreturn void refuse(pid_t runner)
{
    waitpid(runner, NULL, 0);
    die("nothing here keeps the submission from this grader, which it could end, or make say what "
        "it likes: grade as root, or where the system allows an ordinary user namespaces; or "
        "accept this with --accept-unconfined (make grade: ACCEPT_UNCONFINED=yes; Autolab: ACCEPT "
        "in its Makefile)");
}

// By what is held open it is found wherever the grader's own files are hidden, as in /run.
static const char *hold_submission(const char *folder)
{
    static char path[64];
    int held = folder != NULL ? open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;

    if (folder == NULL)
        return NULL;
    if (held == -1)
        die_errno("cannot read %s", folder);
    snprintf(path, sizeof path, "/proc/self/fd/%d", held);
    return path;
}

static void grade(void)
{
    // A report is only read.
    bool hides = options.submission != NULL && !report_is_lab(grading.lab);
    struct confinement confinement = {
        .without = options.without, .processes = processes_for(grading.lab), .hides = hides};
    struct order order = {.lab = grading.lab,
                          .command = options.command,
                          .seed = options.seed,
                          .jobs = options.jobs,
                          .any_model = options.any_model,
                          .confinement = &confinement};
    double begun = now();
    struct guard guard;
    int news[2];

    order.programs = confine_keep(&confinement, options.submission);
    order.submission = hold_submission(confinement.kept[KEPT_SUBMISSION]);
    if (pipe2(news, O_CLOEXEC) == -1)
        die_errno("cannot make a pipe");
    children_share();
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    pid_t runner = confine_fork(&confinement);
    if (runner == -1)
        die_errno("cannot start");
    if (runner == 0) {
        close(news[0]);
        if (is_too_dangerous(&confinement)) {
            files_clear(&confinement);
            _exit(0);
        }
        run_submission(&order, news[1]);
    }
    close(news[1]);
    if (is_too_dangerous(&confinement))
        refuse(runner);
    confine_seal();
    setpriority(PRIO_PROCESS, 0, -20); // where it may: it has to get its turn beside a fork bomb
    grading.unconfined = confinement.missing;
    guard_begin(&guard, runner, &confinement);
    write_files();
    listen_to(news[0], &guard, begun);
    end_all(runner, &confinement, &guard);
    grading.seconds = now() - begun;
    close(news[0]);
    if (status_line_works())
        status_line_clear();
    write_files();
    write_terminal(stdout, &grading);
    if (options.autolab)
        write_autolab(stdout, &grading);
    confine_forget(&confinement);
}

int main(int argc, char **argv)
{
    static char name[] = "grade";
    static struct lab *lab; // not lost to a leak checker, wherever we end

    fail_name(name);
    argv[0] = name;
    grade_options_read(&options, argc, argv);
    lab = lab_read(options.labs, options.lab, options.visible);
    if (options.any_model)
        lab_leave_out(lab, "model/");
    if (options.submission != NULL && access(options.submission, R_OK | X_OK) != 0)
        die_errno("cannot read the submission %s", options.submission);
    grading = (struct grading){.lab = lab,
                               .student = options.student,
                               .seed = options.seed,
                               .command = options.command,
                               .unconfined = "",
                               .marks = calloc(lab->count, sizeof *grading.marks)};
    if (grading.marks == NULL)
        die("out of memory");
    const struct sigaction stop = {.sa_handler = note_stop};
    sigaction(SIGINT, &stop, NULL);
    sigaction(SIGTERM, &stop, NULL);
    sigaction(SIGHUP, &stop, NULL);
    signal(SIGPIPE, SIG_IGN);
    grade();
    free(grading.marks);
    lab_free(lab);
    free(options.command);
    if (stopped_by)
        return 128 + stopped_by;
    return fflush(stdout) != 0;
}
