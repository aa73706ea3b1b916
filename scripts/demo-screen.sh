# shellcheck shell=bash
# shellcheck disable=SC2154 # what the stage sets
# demo-screen.sh, to be sourced by docs/demos/stage.sh, which says what a demo may call: words on the
# screen, in one of the two languages, folded to its width and divided into pages of its height.

last_block='' screens=0 rows=0

# Functions for awk on bytes (LC_ALL=C): how many columns a text takes; UTF-8.
columns_awk='
    function width(s) {
        gsub(/[\352-\355][\200-\277][\200-\277]/, "xx", s) # Hangul syllables
        gsub(/[\343-\351][\200-\277][\200-\277]/, "xx", s) # ideographs, their marks, Hangul letters
        gsub(/\341[\204-\207][\200-\277]/, "xx", s)        # Hangul Jamo
        gsub(/\357[\274\275][\200-\277]/, "xx", s)         # full-width forms
        gsub(/[\300-\367][\200-\277]+/, "x", s)
        return length(s)
    }'

in_language() {
    if [ "$language" = ko ]; then printf '%s' "$2"; else printf '%s' "$1"; fi
}

# folded STYLE FIRST REST TEXT: its lines, broken before column 80, the first one after FIRST, the
# others after REST.
folded() {
    printf '%s\n' "$4" | LC_ALL=C awk -v on="$1" -v off="${1:+$plain}" -v first="$2" -v rest="$3" "
        $columns_awk"'
        function flush() {
            if (line != "") { print before on line off; before = rest }
            line = ""
        }
        BEGIN { before = first }
        /^ / || NF == 0 { flush(); print on $0 off; next }
        {
            for (i = 1; i <= NF; i++) {
                if (line != "" && width(before line " " $i) > 79) flush()
                line = line (line == "" ? "" : " ") $i
            }
        }
        END { flush() }'
}

# put KIND TEXT: a block of whole lines, an empty line before it if the last one was of another kind;
# on a new screen if there is no room.
put() {
    local lines blank=0
    mapfile -t lines <<<"$2"
    if [ -n "$last_block" ] && [ "$last_block" != "$1" ]; then blank=1; fi
    if [ "$rows" -gt 0 ] && [ $((rows + blank + ${#lines[@]})) -gt 23 ]; then screen; blank=1; fi
    if [ "$blank" -eq 1 ]; then echo; fi
    printf '%s\n' "${lines[@]}"
    rows=$((rows + blank + ${#lines[@]})) last_block=$1
}

# That file's lines are on the screen.
printed() {
    rows=$((rows + $(wc -l <"$1"))) last_block=output
}

fresh_screen() {
    screens=$((screens + 1)) last_block='' rows=0
    if [ -z "$auto" ] && [ -t 1 ] && [ "${TERM:-dumb}" != dumb ]; then
        printf '\e[H\e[2J'
    elif [ "$screens" -gt 1 ] && [ -t 1 ]; then
        echo
    elif [ "$screens" -gt 1 ]; then
        printf '\f' # a new page
    fi
}

screen() {
    wait_for_key 'any key: on   q: leave' '아무 키: 계속   q: 끝'
    fresh_screen
    put title "$dim$name, $screens$plain"
}

title() {
    fresh_screen
    put title "$(folded "$bold" '' '' "$(in_language "$@")")"
}

say() {
    put say "$(folded '' '' '' "$(in_language "$@")")"
}

look() {
    local head
    head=$(in_language 'Look: ' '볼 것: ')
    put look "$(folded "$accent" "$head" "$(in_language '      ' '       ')" "$(in_language "$@")")"
}

figure() {
    put proof "$(folded "$bold" '  ==> ' '      ' "$(in_language "$@")")"
}

# wait_for_key EN KO: says so, and takes it back.
wait_for_key() {
    local key=''
    if [ -n "$auto" ]; then return; fi
    printf '%s' "$dim$(in_language "$@")$plain"
    if ! { IFS= read -rsn1 key; } 2>/dev/null; then
        echo
        echo "demo: no keys come from standard input; --auto goes on without" >&2
        end_with 1
    fi
    # An arrow, say, is several characters: the escape, [ or O, and on to a letter or ~.
    if [ "$key" = $'\e' ] && IFS= read -rsn1 -t 0.05 key && [[ $key == [[O] ]]; then
        until ! IFS= read -rsn1 -t 0.05 key || [[ $key == [A-Za-z~] ]]; do :; done
        key=''
    fi
    if [ -t 1 ] && [ "${TERM:-dumb}" != dumb ]; then printf '\r\e[K'; else echo; fi
    case $key in q | Q | ㅂ) end_with 0 ;; esac # ㅂ: the same key of a Korean keyboard
}
