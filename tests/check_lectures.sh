#!/usr/bin/env bash
# check_lectures.sh: the lectures can be given. Each has its six sections in order, ten questions
# with their answers, code that fits on a slide and names its file; the demos and figures that it
# names exist, its links lead somewhere, a Korean text has what the English one has, and no slide
# has more than its face holds; README.ko.md has what README.md has. That excerpts stand in their
# files is seen to by check_docs.sh.
# Its own functions are tried on wrong samples first: a check that can't fail says nothing.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
# shellcheck source=scripts/verdicts.sh
. scripts/verdicts.sh
# shellcheck source=tests/documents.sh
. tests/documents.sh
lectures=docs/lectures

english='What you will be able to do|For the lecturer|The story|What to remember|Ten questions|Further reading'
korean='이 강의를 마치면 할 수 있는 것|강의하는 분께|이야기|기억할 것|질문 열 가지|더 읽을거리'

# ---- What is looked for, each as complaints on standard output -----------------------------

# A lecture: title, introduction, the six sections in order, slides in the story, ten questions
# with an answer each, code with its file and small enough to be read from the last row.
sections() {
    local wanted=$english number title
    number=$(basename "$1" | sed 's/[^0-9].*//')
    title="# Lecture $number: "
    case $1 in
    */ko/*) wanted=$korean title="# ${number}강: " ;;
    esac
    awk -v names="$wanted" -v title="$title" '
        function complain(text) { print FILENAME ", line " FNR ": " text }
        function close_question() {
            if (question && !answered) complain("no answer above this line to question " question)
            answered = 0
        }
        BEGIN { count = split(names, wanted, "|") }
        FNR == 1 && (index($0, title) != 1 || length($0) <= length(title)) {
            complain("a lecture should begin with `" title "` and its subject")
        }
        /^```/ {
            code = !code
            if (code) {
                is_c = $0 == "```c"
                lines = 0
                if (is_c && before !~ /^<!-- from .* -->$/) complain("no `<!-- from FILE -->` above the code")
            } else if (lines > 20) {
                complain(lines " lines of code; 20 can be read from the last row")
            }
            before = $0
            next
        }
        code {
            lines++
            if (is_c && length($0) > 100) complain("code of more than 100 columns")
            next
        }
        seen == 3 && !slides && /./ && !/^##/ {
            complain("on no slide: nothing should stand before the first `###` of the story")
        }
        FNR > 1 && /^# / { complain("a second title") }
        /^#####* / { complain("a heading below `###`") }
        /^## / {
            close_question()
            question = 0
            if (substr($0, 4) != wanted[++seen])
                complain("`" $0 "` where " (seen > count ? "nothing" : "`## " wanted[seen] "`") " should stand")
            if (seen == 1 && !introduced) complain("nothing introduces the lecture")
        }
        /^### / {
            if (seen == 3) slides++
            else if (seen == 5) {
                close_question()
                question++
                if (index($0, "### " question ". ") != 1) complain("this should be question " question)
            } else complain("a slide of its own outside of the story and the questions")
        }
        /^[^#<|`!-]/ && !/^[0-9]/ {
            if (seen == 0) introduced = 1
            if (seen == 5) answered = 1
        }
        seen == 5 && /^[0-9]/ { answered = 1 }
        seen == 1 && /^- / { goals++ }
        seen == 2 && /^\|/ { plan++ }
        seen == 4 && /^- / { left++ }
        seen == 6 && /^- / { sources++ }
        /^## / && seen == 6 && asked == 0 { asked = 1; if (last != 10) complain("not ten questions but " last + 0) }
        { before = $0; if (seen == 5) last = question }
        END {
            if (seen < count) complain("the lecture ends before `## " wanted[seen + 1] "`")
            if (code) complain("a block of code without an end")
            if (goals < 3) complain("fewer than three goals")
            if (plan < 4) complain("no timetable for the lecturer")
            if (slides < 10) complain("fewer than ten slides in the story")
            if (left < 3) complain("fewer than three things to remember")
            if (!sources) complain("nothing to read further")
        }' "$1"
}

# Every demo that is named stands in docs/demos (or where the second argument says). `D=NAME` is
# no name.
demos() {
    local file=$1 folder=${2:-docs/demos} name
    grep -o 'make demo D=[a-z0-9-]\+' "$file" | sort -u | while read -r name; do
        name=${name#*=}
        [ -f "$folder/$name.sh" ] || echo "$file: there is no demo '$name'"
    done
}

# The anchors that GitHub gives the headings of a page.
anchors() {
    awk '/^```/ { code = !code }
        !code && /^##* / {
            sub(/^#* /, "")
            $0 = tolower($0)
            gsub(/[][!"#$%&'\''()*+,.\/:;<=>?@\\^`{|}~]/, "")
            gsub(/ /, "-")
            print
        }' "$1"
}

# [text](target) and ![text](target) outside of code: a file or a folder, and in it the heading.
links() {
    local file=$1 line target page
    link_targets "$file" |
        while read -r line target; do
            case $target in
            *://* | mailto:*) continue ;;
            '#'*) page=$file ;;
            *) page=$(dirname "$file")/${target%%#*} ;;
            esac
            if [ ! -e "$page" ]; then
                echo "$file, line $line: $target does not exist"
            elif [[ $target == *'#'* ]] && ! anchors "$page" | grep -qxF -- "${target#*#}"; then
                echo "$file, line $line: there is no heading for $target"
            fi
        done
}

# What two languages of a text must have in common: its headings by depth, code with what is said of
# it (the files that it is from, how its commands are run), rows of tables, entries of lists, figures.
shape() {
    awk '
        /^```/ { code = !code; print; next }
        code || /^<!-- / { print; next }
        /^##* / { match($0, /^#*/); print "heading of depth " RLENGTH }
        /^\|/ { print "row of a table" }
        /^- / { print "entry of a list" }
        /^[0-9]+\. / { print "entry of a list with numbers" }
        /^!\[/ {
            sub(/\)$/, "")
            sub(/.*\//, "")
            print "figure: " $0
        }' "$1"
}
# And where its links lead, though a sentence may name them in another order: to the same text, in
# whichever language there is of it.
# shellcheck disable=SC2016 # those are no commands
leads_to() {
    awk '/^```/ { code = !code } !code' "$1" | sed 's/`[^`]*`//g' | grep -o '\](\([^)]*\))' |
        sed -E 's/^\]\(//; s/\)$//; s/^(\.\.\/)*//; s/(^|\/)ko\//\1/' |
        grep -vE '^README(\.ko)?\.md$' | sort
}
same_shape() {
    {
        diff <(shape "$1") <(shape "$2") | grep '^[<>]' | head -3
        diff <(leads_to "$1") <(leads_to "$2") | sed -n 's/^\([<>]\) /\1 link to /p' | head -3
    } | while read -r line; do echo "$2 is not $1: $line"; done
}

# too_much PAGE.html: the numbers of the slides whose face is too small for what is on it.
too_much() {
    local page numbers
    page=$("$chromium" --headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage \
        --no-first-run --user-data-dir="$sample/browser" --window-size=1280,720 \
        --virtual-time-budget=20000 --dump-dom "file://$1" 2>/dev/null)
    if ! numbers=$(grep -o 'data-overflowing="[^"]*"' <<<"$page"); then
        echo "$1 did not say whether its slides fit"
        return
    fi
    numbers=${numbers#*=\"}
    numbers=${numbers%\"}
    [ -z "$numbers" ] || echo "$(basename "$1"): too much on slide $numbers"
}

# ---- They can fail -------------------------------------------------------------------------

sample=$(mktemp -d)
sample_page=$sample/1-page.md
trap 'rm -rf "$sample"' EXIT
mkdir "$sample/ko" "$sample/demos"
: >"$sample/demos/one.sh"

# A lecture with all that is asked for; `sed` makes the wrong ones of it.
template() {
    local i
    printf '%s\n' '# Lecture 1: A sample' 'What it is about.' '## What you will be able to do' \
        '- a' '- b' '- c' '## For the lecturer' '| minutes | part |' '|---|---|' '| 0 | a |' '| 9 | b |' \
        '## The story'
    for i in 1 2 3 4 5 6 7 8 9 10; do printf '%s\n' "### Slide $i" 'It is so.'; done
    printf '%s\n' '<!-- from code.c -->' '```c' 'int one;' '```'
    printf '%s\n' '## What to remember' '- a' '- b' '- c' '## Ten questions'
    for i in 1 2 3 4 5 6 7 8 9 10; do printf '%s\n' "### $i. Why?" 'Because.'; done
    printf '%s\n' '## Further reading' '- a book'
}
many_lines() {
    local i
    for i in $(seq "$1"); do echo "int line_$i;"; done
}
{
    template | try 'the template' good sections
    template | sed '1s/1/2/' | try 'the title of another lecture' bad sections
    template | sed 2d | try 'a lecture without an introduction' bad sections
    template | sed 's/^## The story/## A story/' | try 'another heading' bad sections
    template | sed '/^## What to remember/d' | try 'a lecture without a section' bad sections
    template | sed '/^## Further/,$d' | try 'a lecture without its last section' bad sections
    template | sed '/^- b/d' | try 'a lecture with few goals' bad sections
    template | sed '/^| [09]/d' | try 'a lecture without a timetable' bad sections
    template | sed 's/^## The story/&\nWell,/' | try 'words before the first slide' bad sections
    template | sed '/^### Slide 7/d' | try 'a story of nine slides' bad sections
    template | sed '/^### 10\./,/^Because/d' | try 'nine questions' bad sections
    template | sed 's/^### 4\./### 5./' | try 'two fifth questions' bad sections
    template | sed '/^### 6\./{n;d}' | try 'a question without an answer' bad sections
    template | sed '/^### 10\./{n;d}' | try 'the last question without an answer' bad sections
    template | sed '/^<!-- from/d' | try 'code without its file' bad sections
    template | sed "/^int one/r "<(many_lines 20) | try '21 lines of code' bad sections
    template | sed "/^int one/r "<(many_lines 19) | try '20 lines of code' good sections
    template | sed "s/^int one;/$(printf '%101s' x)/" | try 'code of 101 columns' bad sections
    template | sed '$d' | try 'a lecture without further reading' bad sections
    template | sed 's/^# Lecture 1/# 1강/' | try 'a Korean title in English' bad sections
} | complaints 'the check of sections tells right samples from wrong ones'
{
    # shellcheck disable=SC2317 # try() calls it
    demos_here() { demos "$1" "$sample/demos"; }
    echo 'make demo D=one' | try 'a demo' good demos_here
    echo 'make demo D=two' | try 'a demo that does not exist' bad demos_here
    printf '%s\n' '# Two Words, here' '[a](1-page.md) [b](https://example.org) [c](#two-words-here)' |
        try 'links' good links
    echo 'x ![a](nowhere.png)' | try 'a figure that does not exist' bad links
    printf '%s\n' '# Here' '[a](#there)' | try 'a heading that does not exist' bad links
} | complaints 'the checks of demos and links tell right samples from wrong ones'
{
    # shellcheck disable=SC2317 # try() calls it
    beside() { same_shape "$sample/english.md" "$1"; }
    template >"$sample/english.md"
    template | sed 's/It is so/그렇다/; s/Slide/장/' | try 'a translation' good beside
    template | sed '/^### Slide 3/d' | try 'a translation without a slide' bad beside
    template | sed 's/int one/int two/' | try 'a translation with other code' bad beside
    template | sed '/^- b/d' | try 'a translation with shorter lists' bad beside
    template | sed '/^| 9/d' | try 'a translation with a shorter table' bad beside
    { template; printf '%s\n' '```sh' 'make' '```'; } | try 'a translation with a command more' bad beside
    template | sed '2s/$/ [a](a.md) [b](..\/b.md)/' >"$sample/english.md"
    template | sed '2s/$/ [b](..\/..\/b.md) [a](a.md)/' | try 'a translation one folder deeper' good beside
    template | sed '2s/$/ [a](a.md)/' | try 'a translation without a link' bad beside
    printf '%s\n' '```sh' 'bin/poll' '```' >"$sample/english.md"
    printf '%s\n' '```sh' 'bin/epoll' '```' | try 'a translation with another command' bad beside
    printf '%s\n' '<!-- run: server -->' '```sh' 'bin/poll' '```' | try 'a translation that is run otherwise' bad beside
} | complaints 'the comparison of languages tells right samples from wrong ones'

# ---- The lectures --------------------------------------------------------------------------

mapfile -t all < <(find "$lectures" -name '[0-9]*.md' | sort)
mapfile -t pages < <(find "$lectures" -name '*.md' | sort)

for number in 1 2 3 4 5 6 7 8; do
    [ "$(find "$lectures" -maxdepth 1 -name "$number-*.md" | wc -l)" -eq 1 ] ||
        echo "there is not one lecture $number"
done | complaints 'there are eight lectures'
for lecture in "${all[@]}"; do sections "$lecture"; done |
    complaints 'every lecture has its sections in order, ten questions, ten answers'
for page in "${pages[@]}"; do demos "$page"; done | complaints 'the demos that they name exist'
for demo in docs/demos/*.sh; do
    name=$(basename "$demo" .sh)
    [ "$name" = stage ] || grep -qx "make demo D=$name" "$lectures"/[0-9]*.md ||
        echo "no lecture shows $name"
done | complaints 'every demo has its place in a lecture'
for page in "${pages[@]}"; do links "$page"; done | complaints 'their figures and links lead somewhere'
for lecture in "$lectures"/[0-9]*.md; do
    grep -qF "]($(basename "$lecture"))" "$lectures/README.md" || echo "$lecture is not in the plan"
done | complaints 'docs/lectures/README.md has every lecture in its plan'

missing=()
for lecture in "$lectures"/[0-9]*.md; do
    [ -f "$lectures/ko/$(basename "$lecture")" ] || missing+=("$(basename "$lecture")")
done
if [ ${#missing[@]} -gt 0 ]; then
    skip "not in Korean yet: ${missing[*]}"
fi
mapfile -t translated < <(find "$lectures" -path '*/ko/[0-9]*.md' | sort)
if [ ${#translated[@]} -gt 0 ]; then
    for lecture in "${translated[@]}"; do
        if [ -f "$lectures/$(basename "$lecture")" ]; then
            same_shape "$lectures/$(basename "$lecture")" "$lecture"
        else
            echo "$lecture is a translation of nothing"
        fi
    done | complaints "the ${#translated[@]} in Korean have the sections, commands, code, tables and figures of the English ones"
fi
{
    same_shape "$lectures/README.md" "$lectures/ko/README.md"
    same_shape README.md README.ko.md
    links README.ko.md
} | complaints 'so have the plan of the lectures, and README.ko.md'

# ---- The slides ----------------------------------------------------------------------------

if ! command -v pandoc >/dev/null; then
    skip 'the slides: pandoc is missing (the package pandoc)'
else
    scripts/slides --out "$sample/slides" "${all[@]}" >"$sample/made" 2>"$sample/said"
    complaints "pandoc makes slides of ${#all[@]} lectures" <"$sample/said"
    mapfile -t decks <"$sample/made"
    grep -LE '<section class="slide title"' "${decks[@]}" | complaints 'each begins with a title'
    {
        # shellcheck disable=SC2016 # those are no commands
        template | sed 's/^<!-- from/<!-- notes -->\n&/; s/^int one;/&\n```\n```\nelse/' >"$sample/1-notes.md"
        scripts/slides --out "$sample/notes" "$sample/1-notes.md" >/dev/null
        grep -q 'else' "$sample/notes/1-notes.html" || echo 'the code below it is lost'
        grep -o '<p class="source">[^<]*' "$sample/notes/1-notes.html"
    } 2>&1 | complaints 'code that goes to the notes takes the name of its file along'
    grep -lE '(src|href)="(https?:)?//[^"]*\.(js|css|png|svg|woff2?)"' "${decks[@]}" |
        complaints 'they load nothing from elsewhere'
    chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome)
    if [ -z "$chromium" ]; then
        skip 'whether slides fit: chromium is missing (the package chromium)'
    else
        template | sed "/^int one/r "<(many_lines 60) >"$sample/1-long.md"
        {
            scripts/slides --out "$sample/long" "$sample/1-long.md" >/dev/null
            said=$(too_much "$sample/long/1-long.html")
            [[ $said == *'too much on slide'* ]] || echo "a slide of 61 lines passes: ${said:-nothing said}"
        } 2>&1 | complaints 'a slide with too much on it is found out'
        for deck in "${decks[@]}"; do too_much "$deck"; done | complaints 'every slide fits on its face'
    fi
fi

closing_line
