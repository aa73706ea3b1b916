# shellcheck shell=bash
# submission.sh, to be sourced by the autograders: a handed-in folder as bin/grade wants it.

# prepare FROM TO: copies it. What was packed together with the folder round it is taken out of that;
# a server.c alone gets the starter's Makefile, which lies beside this file.
prepare() {
    local from=$1 to=$2 inside=() makefile
    makefile=$(dirname "${BASH_SOURCE[0]}")/starter.mk
    mkdir -p "$to"
    if [ ! -e "$from/server" ] && [ ! -e "$from/server.c" ] && [ ! -e "$from/answers.tsv" ] &&
        ! has_makefile "$from"; then
        mapfile -d '' -t inside < <(find "$from" -mindepth 1 -maxdepth 1 -type d \
            ! -name '.*' ! -name __MACOSX -print0)
        if [ ${#inside[@]} -eq 1 ]; then from=${inside[0]}; fi
    fi
    cp -R -P -- "$from/." "$to"
    if [ -f "$to/server.c" ] && [ ! -e "$to/server" ] && ! has_makefile "$to"; then
        cp "$makefile" "$to/Makefile"
    fi
}

has_makefile() {
    [ -e "$1/Makefile" ] || [ -e "$1/makefile" ] || [ -e "$1/GNUmakefile" ]
}
