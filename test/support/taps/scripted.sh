#!/bin/sh
# A Singer tap that says what the files of its first argument, a folder, hold: catalog, messages, words, code,
# discoverCode. It leaves there the catalog and the state that it was given.
folder=$1
shift
discovers=
while [ $# -gt 0 ]; do
  case $1 in
    --discover) discovers=yes ;;
    --catalog) cp "$2" "$folder/seen-catalog" ;;
    --state) cp "$2" "$folder/seen-state" ;;
  esac
  shift
done
if [ -n "$discovers" ]; then
  code=$(cat "$folder/discoverCode")
  [ "$code" = 0 ] || cat "$folder/words" >&2
  cat "$folder/catalog"
  exit "$code"
fi
cat "$folder/words" >&2
cat "$folder/messages"
exit "$(cat "$folder/code")"
