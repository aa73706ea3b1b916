# shellcheck shell=bash
# shellcheck disable=SC2154 # what tests/check_commands.sh sets
# command_samples.sh, to be sourced by tests/check_commands.sh: a document with a mistake of each kind,
# to see whether the check finds them all, and nothing else.

check_samples() {
    local sample=$work/sample
    mkdir -p "$sample" "$work/tree"
    cat >"$sample/sample.md" <<'END'
```sh
echo one; false
```
```sh
sleep 0 & wait
```
<!-- run: status 3 -->
```sh
end_with() { return "$1"; }
end_with 3
```
```console
$ for i in 1 2; do
    echo $i
  done
1
2
$ nosuchprogram; true
```
<!-- run: exactly -->
```console
$ echo two
too
```
```
bin/epoll
```
<!-- run: typed hello -->
```sh
read -r word; [ "$word" = hello ]
```
<!-- run: exectly -->
```sh
echo three
```
```bash
echo four
```
<!-- run:server -->
```sh
echo five
```
END
    prepare "$sample/sample.md" "$sample/folder"
    (cd "$work/tree" && timeout 60 bash "$sample/folder/all.sh") >"$sample/log" 2>&1
    diff - <(cat "$sample/folder/complaints" && judge sample "$sample/folder") <<END | complaints 'the check of commands tells right samples from wrong ones'
$sample/sample.md, line 26: a command in a block that is not \`\`\`sh or \`\`\`console
$sample/sample.md, line 32: no such mark: exectly
$sample/sample.md, line 36: a block of "bash": commands stand in sh or console
$sample/sample.md, line 39: no mark: <!-- run:server -->
sample, line 1: exit status 1, not 0: one
sample, line 12: it says: $sample/folder/004.sh: line 4: nosuchprogram: command not found
sample, line 21: it prints something else: two
END
    rm -rf "$work/tree"
}
