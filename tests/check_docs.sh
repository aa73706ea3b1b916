#!/usr/bin/env bash
# check_docs.sh: what the documents say of the code is so. Every model has its page, every excerpt
# stands in its file, every relative link leads to a file, every table of costs is the recorded run's.
# Its own functions are tried on wrong samples first: a check that can't fail says nothing.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
# shellcheck source=scripts/verdicts.sh
. scripts/verdicts.sh
# shellcheck source=tests/documents.sh
. tests/documents.sh

# ---- What is looked for, each as complaints on standard output -----------------------------

# A page of docs/models: the template's sections in its order, and no code without its file.
sections() {
    awk -v name="$(basename "$1" .md)" '
        function complain(text) { print FILENAME ", line " FNR ": " text }
        BEGIN {
            count = split("The idea|Who sleeps where|The lines that matter|What it costs|When to use it|" \
                "Its classic mistake|Who runs it|Try it", wanted, "|")
        }
        FNR == 1 && (index($0, "# " name ": ") != 1 || length($0) < length(name) + 8) {
            complain("the page should begin with `# " name ": ` and its idea")
        }
        FNR > 1 && !code && /^# / { complain("a second title") }
        /^```/ {
            if (!code && $0 == "```c" && before !~ /^<!-- from .* -->$/)
                complain("no `<!-- from FILE -->` above the code")
            code = !code
            if (code && wanted[seen] == "The lines that matter" && $0 == "```c") excerpts++
            if (code && wanted[seen] == "Who sleeps where") drawings++
        }
        !code && /^## / && substr($0, 4) != wanted[++seen] {
            complain("`" $0 "` where " (seen > count ? "nothing" : "`## " wanted[seen] "`") " should stand")
        }
        !code && $0 == "<!-- costs: " name " -->" && wanted[seen] == "What it costs" { costs++ }
        { before = $0 }
        END {
            if (seen < count) complain("the page ends before `## " wanted[seen + 1] "`")
            if (!excerpts) complain("no code among the lines that matter")
            if (!drawings) complain("no drawing of who sleeps where")
            if (costs != 1) complain("not one `<!-- costs: " name " -->`")
        }' "$1"
}

# Each block of C below `<!-- from FILE -->` stands in FILE: line by line, in order, without gaps but
# where `// ...` says so, all lines moved to the left by the same number of blanks.
excerpts() {
    local file
    for file; do excerpts_of "$file"; done
}
excerpts_of() {
    awk '
        function complain(text) { print FILENAME ", line " begin ": " text }
        function load(file,    status) {
            if (file in size) return
            size[file] = 0
            while ((status = (getline text < file)) > 0) source[file, ++size[file]] = text
            if (status < 0) size[file] = -1
            close(file)
        }
        # The lines block[from..to] in the file at or after `at`, by `blanks` further right: where
        # they end, or 0. `first_bad`: the furthest line of the block that nothing led beyond.
        function find(file, at, from, to, blanks,    i, k) {
            for (; at + to - from <= size[file]; at++) {
                for (k = 0; from + k <= to; k++) {
                    i = block[from + k]
                    if (source[file, at + k] != (i == "" ? "" : blanks i)) break
                }
                if (from + k > to) return at + to - from
                if (from + k > first_bad) first_bad = from + k
            }
            return 0
        }
        # The whole block, piece by piece between the gaps.
        function fits(file, blanks,    from, to, at) {
            at = 1
            for (from = 1; from <= lines; from = to + 2) {
                for (to = from - 1; to < lines && block[to + 1] !~ /^ *\/\/ \.\.\.$/; to++)
                    ;
                if (to < from) { # a gap at the very beginning, or two in a row
                    at++
                    continue
                }
                at = find(file, at, from, to, blanks)
                if (at == 0) return 0
                at += 2 # a gap is one line at least
            }
            return 1
        }
        function judge(    blanks, k) {
            load(file)
            if (size[file] < 0) return complain("there is no file " file)
            first_bad = 1
            blanks = ""
            for (k = 0; k <= 40; k++) {
                if (fits(file, blanks)) return
                blanks = blanks " "
            }
            complain("not in " file " as it stands here, from `" block[first_bad] "` on")
        }
        state == "block" {
            if ($0 == "```") {
                if (lines == 0) complain("an empty excerpt")
                else judge()
                state = ""
            } else {
                block[++lines] = $0
            }
            next
        }
        state == "marked" {
            begin = FNR
            if ($0 != "```c") complain("no block of C below `<!-- from " file " -->`")
            lines = 0
            state = $0 == "```c" ? "block" : ""
            next
        }
        /^```/ { other = !other }
        !other && /^<!-- from .* -->$/ {
            file = substr($0, 11, length($0) - 14)
            state = "marked"
        }
        END { if (state != "") complain("the excerpt has no end") }' "$1"
}

# [text](target) outside of code: a target that is no address must be a file or folder.
links() {
    local file line target
    for file; do
        link_targets "$file" |
            while read -r line target; do
                case $target in
                *://* | mailto:* | '#'*) continue ;;
                esac
                [ -e "$(dirname "$file")/${target%%#*}" ] ||
                    echo "$file, line $line: $target does not exist"
            done
    done
}

# ---- They can fail -------------------------------------------------------------------------

sample=$(mktemp -d)
sample_page=$sample/page.md
trap 'rm -rf "$sample"' EXIT
printf '%s\n' 'int one;' '' 'static int two(void)' '{' '    if (one)' '        return 1;' \
    '    return 2;' '}' >"$sample/code.c"

# quote LINE...: a page with these lines as an excerpt of the sample.
quote() {
    printf '%s\n' "<!-- from $sample/code.c -->" '```c' "$@" '```'
}
{
    quote 'static int two(void)' '{' '    if (one)' | try 'an excerpt' good excerpts
    quote 'if (one)' '    return 1;' 'return 2;' | try 'an excerpt moved to the left' good excerpts
    quote 'int one;' '// ...' '    return 2;' | try 'an excerpt with a gap' good excerpts
    quote 'int one;' '' 'static int two(void)' | try 'an excerpt with an empty line' good excerpts
    quote 'int one;' 'static int two(void)' | try 'a gap that is not shown' bad excerpts
    quote 'int one;' '// ...' 'static int three(void)' | try 'a changed word' bad excerpts
    quote '    return 2;' '// ...' 'int one;' | try 'the wrong order' bad excerpts
    quote 'if (one)' 'return 1;' | try 'lines moved by different widths' bad excerpts
    quote '    if (one)' '// ...' '        return 1;' | try 'a gap where nothing is left out' bad excerpts
    quote '    return' | try 'half a line' bad excerpts
    quote | try 'nothing' bad excerpts
    printf '%s\n' '<!-- from no/such.c -->' '```c' 'int one;' '```' | try 'a file that is not there' bad excerpts
    printf '%s\n' "<!-- from $sample/code.c -->" '' '```c' 'int one;' '```' |
        try 'a mark without its block' bad excerpts
    printf '%s\n' "<!-- from $sample/code.c -->" '```c' 'int one;' | try 'a block without an end' bad excerpts
} | complaints 'the check of excerpts tells right samples from wrong ones'

# A page with all that the template asks for; `sed` makes the wrong ones of it.
template() {
    printf '%s\n' '# page: its idea' '## The idea' '## Who sleeps where' '```' 'zZ' '```' \
        '## The lines that matter' "<!-- from $sample/code.c -->" '```c' 'int one;' '```' \
        '## What it costs' '<!-- costs: page -->' '<!-- end -->' '## When to use it' \
        '## Its classic mistake' '## Who runs it' '## Try it'
}
{
    template | try 'the template' good sections
    template | sed 1d | try 'a page without its title' bad sections
    template | sed 's/^## Who runs it/## Who runs this/' | try 'another heading' bad sections
    template | sed '/^## When/d' | try 'a page without a section' bad sections
    template | sed '$d' | try 'a page without its last section' bad sections
    template | sed '/^<!-- from/d' | try 'code without its file' bad sections
    template | sed '/costs/d' | try 'a page without a table of costs' bad sections
    template | sed '4,6d' | try 'a page without a drawing' bad sections
    { template && echo '## More'; } | try 'a section too many' bad sections
} | complaints 'the check of sections tells right samples from wrong ones'
{
    echo '[a](code.c) [b](https://example.org/x) [c](#here) [d](code.c#x)' | try 'links' good links
    try 'a link in code' good links <<'END'
```
[a](nowhere)
```
`[b](nowhere)`
END
    echo 'x [a](code.c) y [b](nowhere.md) z' | try 'a link to nowhere' bad links
} | complaints 'the check of links tells right samples from wrong ones'

# model-costs in a tree of its own, with a recorded run of a few repeats.
tree=$sample/tree
mkdir -p "$tree/scripts" "$tree/docs/models" "$tree/results/data/reference/scenarios"
echo 'load     = --connections 70 --idle {x}' >"$tree/results/data/reference/scenarios/idle.scenario"
cp scripts/model-costs "$tree/scripts"
printf '%s\t' scenario point model round outcome rps cpu >"$tree/results/data/reference/results.tsv"
{
    printf '%s\t%s\n' clients_served busy
    repeat() { printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$@"; }
    repeat connections 50 epoll 1 measured 150000 3000 50 0.97
    repeat connections 50 epoll 2 measured 190000 1000 50 0.5
    repeat connections 50 epoll 3 measured 188132 2000 50 0.96
    repeat connections 500 epoll 1 failed NA NA NA NA
    repeat connections 500 epoll 2 ended 94.2 9000 400 0.3
    repeat idle 900 epoll 1 measured 1000 7000 70 1
    for round in 1 2; do
        repeat churn 10 blocking $round measured 10 $((round * 10000)) 10 0.2
        repeat churn 10 epoll $round measured 10 $((round * 10000 + 2500)) 10 0.2
    done
    repeat churn 10 epoll 3 measured 10 1000000 10 0.2
} >>"$tree/results/data/reference/results.tsv"
page=$tree/docs/models/epoll.md
printf '%s\n' before '<!-- costs: epoll -->' 'of last year' '<!-- end -->' after >"$page"
{
    "$tree/scripts/model-costs" --check >/dev/null && echo 'a table of last year passes'
    "$tree/scripts/model-costs" >/dev/null || echo "it can't write the table"
    "$tree/scripts/model-costs" --check
    diff - "$page" <<'END'
before
<!-- costs: epoll -->
| what | median | least to most (repeats) | measured in |
|---|---|---|---|
| processor time per request, 50 clients ask | 2.00 µs | 1.00 to 3.00 (3) | `connections`, 50 |
| ... 70 ask beside 900 silent ones | 7.00 µs | 7.00 to 7.00 (1) | `idle`, 900 |
| processor time per connection, above `blocking` | 2.50 µs | 2.50 to 2.50 (2) | `churn`, 10 |
| requests per second, 50 clients ask | 188,000 | 150,000 to 190,000 (3) | `connections`, 50; the generator was the limit |
| ... 500 clients ask | 94.2 | 94.2 to 94.2 (1) | `connections`, 500 (400 of 500 served) |
<!-- end -->
after
END
    sed -i '/end -->/d' "$page"
    "$tree/scripts/model-costs" >/dev/null 2>&1 && echo 'a table without an end passes'
    grep -q '^after$' "$page" || echo 'it has cut off what follows'
} 2>&1 | complaints 'model-costs writes medians, and tells a page that has others'

# ---- The documents -------------------------------------------------------------------------

mapfile -t models < <(awk -F'\t' '!/^#/ { print $1 }' models.tsv)
mapfile -t documents < <(find docs README.md -name '*.md' | sort)

for model in "${models[@]}"; do
    if [ -f "docs/models/$model.md" ]; then
        sections "docs/models/$model.md"
    else
        echo "docs/models/$model.md does not exist"
    fi
done | complaints "the ${#models[@]} models have a page each, with its sections in order"
for model in "${models[@]}"; do
    grep -q "^| \[$model\]($model\.md) |" docs/models/README.md || echo "$model is not in its table"
done | complaints 'docs/models/README.md lists every model'
for page in docs/models/*.md; do
    name=$(basename "$page" .md)
    [[ " README ${models[*]} " == *" $name "* ]] || echo "$page is the page of no model"
done | complaints 'every page of docs/models is of a model on the list'

count=$(cat "${documents[@]}" | grep -c '^<!-- from ')
excerpts "${documents[@]}" | complaints "the $count excerpts in ${#documents[@]} documents stand in their files"
links "${documents[@]}" | complaints 'every relative link leads to a file'

if [ -f results/data/reference/results.tsv ]; then
    scripts/model-costs --check 2>&1 | complaints 'the tables of costs are those of results/data/reference'
else
    skip 'the tables of costs: there is no results/data/reference'
fi

closing_line
