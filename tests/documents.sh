# shellcheck shell=bash
# shellcheck disable=SC2154 # what those that source it set
# documents.sh, to be sourced: what the checks of documents (check_docs.sh, check_lectures.sh) share.

# link_targets FILE: of each [text](target) and ![text](target) outside of code its line and target.
link_targets() {
    awk '
        /^```/ { code = !code; next }
        code { next }
        {
            gsub(/`[^`]*`/, "")
            while (match($0, /\]\([^)]*\)/)) {
                print FNR, substr($0, RSTART + 2, RLENGTH - 3)
                $0 = substr($0, RSTART + RLENGTH)
            }
        }' "$1"
}

# try WHAT WANTED FUNCTION: of the page on standard input, which is put into $sample_page, the
# function must complain (bad) or not (good).
try() {
    local said
    cat >"$sample_page"
    said=$("$3" "$sample_page")
    if { [ "$2" = bad ] && [ -z "$said" ]; } || { [ "$2" = good ] && [ -n "$said" ]; }; then
        echo "$3 takes $1 for $([ "$2" = bad ] && echo good || echo "bad: $said")"
    fi
}
