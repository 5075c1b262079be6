#!/bin/sh
# An Airbyte source that prints what the files of its first argument, a folder, hold: spec, check, discover, read; words
# (to people) and code. It leaves there the configured catalog and the state that it was given.
folder=$1
command=$2
shift 2
while [ $# -gt 0 ]; do
  case $1 in
    --config) cp "$2" "$folder/seen-config" ;;
    --catalog) cp "$2" "$folder/seen-catalog" ;;
    --state) cp "$2" "$folder/seen-state" ;;
  esac
  shift
done
cat "$folder/$command"
[ "$command" != read ] || cat "$folder/words" >&2
if [ "$command" = read ] && [ -e "$folder/hangs" ]; then sleep 60; fi
exit "$(cat "$folder/$command-code")"
