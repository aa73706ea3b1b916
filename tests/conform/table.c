// table.c: the tables of all cases_*.c, one after the other.
#include "tests/conform/tables.h"

// Pointers, because a size that another file defines is no constant here.
static const struct {
    const struct conform_case *cases;
    const size_t *count;
} tables[] = {
    {start_cases, &start_cases_count},         {usage_cases, &usage_cases_count},
    {echo_cases, &echo_cases_count},           {frame_cases, &frame_cases_count},
    {guess_cases, &guess_cases_count},         {game_cases, &game_cases_count},
    {violation_cases, &violation_cases_count}, {client_cases, &client_cases_count},
    {option_cases, &option_cases_count},       {output_cases, &output_cases_count},
    {trace_cases, &trace_cases_count},         {fault_cases, &fault_cases_count},
    {signal_cases, &signal_cases_count},       {owed_cases, &owed_cases_count},
    {children_cases, &children_cases_count},   {system_cases, &system_cases_count},
    {limit_cases, &limit_cases_count},         {wear_cases, &wear_cases_count},
    {stop_cases, &stop_cases_count},           {drain_cases, &drain_cases_count},
    {parting_cases, &parting_cases_count},     {model_cases, &model_cases_count},
    {herd_cases, &herd_cases_count},
};

enum { TABLES = sizeof tables / sizeof *tables };

size_t conform_case_count(void)
{
    size_t n = 0;

    for (size_t i = 0; i < TABLES; i++)
        n += *tables[i].count;
    return n;
}

const struct conform_case *conform_case_at(size_t n)
{
    size_t i = 0;

    while (n >= *tables[i].count)
        n -= *tables[i++].count;
    return &tables[i].cases[n];
}
