// plot_place.c: see drawing.h. Where labels go. Those of curves that reach the right edge stand
// beside it (plot_beside.c); those of curves that end before, near their ends, where they cover
// least.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "results/drawing.h"

// How much of the line from a to b lies in the box (Liang and Barsky's clipping).
static double length_within(struct spot a, struct spot b, const struct box *box)
{
    double from = 0, to = 1, dx = b.x - a.x, dy = b.y - a.y;
    const double step[] = {-dx, dx, -dy, dy};
    const double room[] = {a.x - box->left, box->right - a.x, a.y - box->bottom, box->top - a.y};

    for (int i = 0; i < 4; i++) {
        if (step[i] == 0) {
            if (room[i] < 0)
                return 0;
        } else if (step[i] < 0) {
            from = fmax(from, room[i] / step[i]);
        } else {
            to = fmin(to, room[i] / step[i]);
        }
    }
    return from < to ? (to - from) * hypot(dx, dy) : 0;
}

static bool overlap(const struct box *a, const struct box *b)
{
    return a->left < b->right && b->left < a->right && a->bottom < b->top && b->bottom < a->top;
}

static struct spot nearest_on(const struct box *b, const struct spot *s)
{
    return (struct spot){.x = fmax(b->left, fmin(b->right, s->x)),
                         .y = fmax(b->bottom, fmin(b->top, s->y))};
}

static bool contains(const struct box *b, const struct spot *s)
{
    return s->x > b->left && s->x < b->right && s->y > b->bottom && s->y < b->top;
}

// A label inside, where it goes, and the line that leads to it.
struct label {
    const struct curve *curve;
    struct spot end, corner;
    struct box box;
    double width, height;
};

struct places {
    const struct box *inside;
    const struct curve *curves;
    size_t curve_count;
    const struct label *labels; // whose ends nothing may cover
    size_t label_count;
};

static const double TOUCH = 1e5, CROSS = 1e4; // texts that touch; a line across a text

// What the curves and their intervals make of a place.
static double cost_of_curves(const struct places *p, const struct box *box)
{
    double cost = 0;

    for (const struct curve *c = p->curves; c < p->curves + p->curve_count; c++)
        for (size_t i = 0; i < c->count; i++) {
            struct spot s = c->spots[i], low = s, high = s;
            low.y = s.low;
            high.y = s.high;
            if (i > 0 && isfinite(s.y) && isfinite(c->spots[i - 1].y))
                cost += 8 * length_within(c->spots[i - 1], s, box);
            if (isfinite(low.y) && isfinite(high.y))
                cost += 4 * length_within(low, high, box);
        }
    return cost;
}

// ... and the labels that have their places already, the first `placed` of `order`.
static double cost_of_labels(const struct places *p, const struct label *label,
                             const struct label *const *order, size_t placed)
{
    static const double mark = 18; // ⊗
    double cost = 0;

    for (const struct label *l = p->labels; l < p->labels + p->label_count; l++) {
        struct box around = {l->end.x - mark, l->end.x + mark, l->end.y - mark, l->end.y + mark};
        cost += overlap(&label->box, &around) ? TOUCH : 0;
        if (l->curve != label->curve && !contains(&around, &label->end))
            cost += length_within(label->end, label->corner, &around) > 0 ? CROSS : 0;
    }
    for (size_t i = 0; i < placed; i++) {
        const struct label *other = order[i];
        cost += overlap(&label->box, &other->box) ? TOUCH : 0;
        cost += length_within(other->end, other->corner, &label->box) > 0 ? CROSS : 0;
        if (!contains(&other->box, &label->end))
            cost += length_within(label->end, label->corner, &other->box) > 0 ? CROSS : 0;
    }
    return cost;
}

// Above 0: c lies left of the line from a to b.
static double side_of(struct spot a, struct spot b, struct spot c)
{
    return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}

// How many curves the line that leads to a label runs across.
static unsigned count_crossings(const struct places *p, const struct label *label)
{
    struct spot a = label->end, b = label->corner;
    unsigned crossings = 0;

    for (const struct curve *c = p->curves; c < p->curves + p->curve_count; c++)
        for (size_t i = 1; c != label->curve && i < c->count; i++) {
            struct spot from = c->spots[i - 1], to = c->spots[i];
            // Each of the two has the ends of the other on both sides; never true of a NAN.
            if (side_of(a, b, from) * side_of(a, b, to) < 0 &&
                side_of(from, to, a) * side_of(from, to, b) < 0)
                crossings++;
        }
    return crossings;
}

// No need to be exact where it is more than `enough`.
static double cost_of(const struct places *p, const struct label *label,
                      const struct label *const *order, size_t placed, double enough)
{
    double distance = hypot(label->corner.x - label->end.x, label->corner.y - label->end.y);
    // Of places alike, the one that begins where the curve ends.
    double cost = distance + fabs(label->box.left - label->end.x) / 20;

    if (label->box.left < p->inside->left || label->box.right > p->inside->right ||
        label->box.bottom < p->inside->bottom || label->box.top > p->inside->top)
        return INFINITY;
    if (cost < enough)
        cost += cost_of_labels(p, label, order, placed);
    if (cost < enough)
        cost += 60 * count_crossings(p, label) + cost_of_curves(p, &label->box);
    return cost;
}

// The place around its end where a label covers least. Returns what that costs.
static double find_place(const struct places *p, struct label *label,
                         const struct label *const *order, size_t placed)
{
    static const double reach = 260, step = 13;
    int columns = (int)((2 * reach + label->width) / step);
    int rows = (int)((2 * reach + label->height) / step);
    struct label best = *label;
    double least = INFINITY;

    for (int column = 0; column <= columns; column++)
        for (int row = 0; row <= rows; row++) {
            struct label here = *label;
            here.box.left = label->end.x - reach - label->width + step * column;
            here.box.right = here.box.left + label->width;
            here.box.bottom = label->end.y - reach - label->height + step * row;
            here.box.top = here.box.bottom + label->height;
            here.corner = nearest_on(&here.box, &label->end);
            double cost = cost_of(p, &here, order, placed, least);
            if (cost < least) {
                least = cost;
                best = here;
            }
        }
    *label = best;
    return least;
}

static double place_in_order(const struct places *p, struct label **order, size_t count)
{
    double cost = 0;

    for (size_t i = 0; i < count; i++)
        cost += find_place(p, order[i], (const struct label *const *)order, i);
    return cost;
}

// Who is placed first has the choice, so each has it once.
static void find_places(const struct places *p, struct label *labels, size_t count)
{
    struct label **order = calloc(count + 1, sizeof(struct label *));
    size_t best = 0;
    double least = INFINITY;

    if (order == NULL)
        die_errno("cannot allocate memory for labels");
    for (size_t turn = 0; turn <= 2 * count; turn++) {
        size_t first = turn < 2 * count ? turn : best; // the last time, the best once more
        for (size_t i = 0; i < count; i++)
            order[i] = &labels[(first < count ? first + i : first + 2 * count - i) % count];
        double cost = place_in_order(p, order, count);
        if (cost < least) {
            least = cost;
            best = turn;
        }
    }
    free(order);
}

static void draw_label(const struct drawing *d, const struct label *l)
{
    const struct curve *c = l->curve;
    const char *colour = model_colour(drawing_model(d, c->model));
    double dx = l->corner.x - l->end.x, dy = l->corner.y - l->end.y, reach = hypot(dx, dy);
    // Text stands at the side that is nearer to the end it speaks of.
    bool left_of = l->box.right < l->end.x;
    enum align align = left_of ? ALIGN_RIGHT : ALIGN_LEFT;
    double x = left_of ? l->box.right : l->box.left;
    char name[WORDS];

    if (c->ended)
        overlay_end_mark(d, l->end.x, l->end.y, c->model);
    if (reach > 36)
        overlay_line(d, l->end.x + dx * 18 / reach, l->end.y + dy * 18 / reach, l->corner.x,
                     l->corner.y, colour, (int)c->model);
    overlay_text(d, x, l->box.top - line_height(FONT_LABEL) / 2, align, FONT_LABEL, colour,
                 (int)c->model, label_of(d, c->model, name));
    overlay_text(d, x, l->box.bottom + line_height(FONT_NOTE) / 2, align, FONT_NOTE, colour,
                 (int)c->model, c->reason);
}

static struct label make_label(const struct drawing *d, const struct curve *c)
{
    struct label l = {.curve = c, .end = *last_spot(c)};
    char name[WORDS];

    l.width = fmax(text_width(label_of(d, c->model, name), FONT_LABEL),
                   text_width(c->reason, FONT_NOTE));
    l.height = line_height(FONT_LABEL);
    if (*c->reason != '\0')
        l.height += line_height(FONT_NOTE);
    l.box = (struct box){l.end.x, l.end.x + l.width, l.end.y, l.end.y + l.height};
    l.corner = l.end;
    return l;
}

void place_labels(const struct drawing *d, const struct box *b, const struct curve *curves,
                  size_t count)
{
    const struct curve **beside = calloc(count + 1, sizeof(const struct curve *));
    struct label *labels = calloc(count + 1, sizeof *labels);
    size_t beside_count = 0, label_count = 0;

    if (beside == NULL || labels == NULL)
        die_errno("cannot allocate memory for labels");
    for (size_t i = 0; i < count; i++) {
        const struct spot *end = last_spot(&curves[i]);
        if (end == NULL)
            continue;
        if (!curves[i].ended && *curves[i].reason == '\0' && end->x > b->right - 60)
            beside[beside_count++] = &curves[i];
        else
            labels[label_count++] = make_label(d, &curves[i]);
    }
    place_beside(d, b, beside, beside_count);
    struct places p = {b, curves, count, labels, label_count};
    find_places(&p, labels, label_count);
    for (size_t i = 0; i < label_count; i++)
        draw_label(d, &labels[i]);
    free(labels);
    free(beside);
}
