#!/bin/sh
# A Singer tap or an Airbyte source that does what the files of its first argument, a folder, say. Of each command (about,
# spec, check, discover, read): what it prints (`read`), what it does then (`read-ends`) and its exit code
# (`read-code`); and its words to people. It leaves there what it was given, and its child.
folder=$1
shift
command=read
while [ $# -gt 0 ]; do
  case $1 in
    spec | check | discover | read) command=$1 ;;
    --about) command=about ;;
    --discover) command=discover ;;
    --config | --catalog | --state)
      cp "$2" "$folder/seen-${1#--}"
      shift
      ;;
  esac
  shift
done
code=$(cat "$folder/$command-code")
ends=$(cat "$folder/$command-ends")
# Before it says anything: whoever does not like what it says ends it at once.
case $ends in
  ignoresTerm) trap '' TERM ;;
  bearsChild | leavesChild)
    (
      trap '' TERM
      exec sleep 600
    ) &
    echo $! > "$folder/child"
    ;;
esac
if [ "$command" = read ] || [ "$code" != 0 ]; then cat "$folder/words" >&2; fi
cat "$folder/$command"
case $ends in
  hangs) exec sleep 600 ;;
  ignoresTerm) sleep 600 ;;
  bearsChild) wait ;;
  halfLine) printf '{"type":"RECORD","rec' ;;
  longLine)
    head -c 200000000 /dev/zero | tr '\0' x
    echo
    ;;
  neverLine) exec tr '\0' x < /dev/zero ;;
esac
exit "$code"
