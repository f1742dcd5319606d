#!/bin/sh
# The demonstration that `make demo` runs: one page through every stage, each command shown before it runs.
set -eu

: "${BIN:=.venv/bin}" "${PAGE:?name a page}" "${DEMO:=demo}"
PATH=$(cd "$BIN" && pwd):$PATH
PAGE=$(cd "$(dirname "$PAGE")" && pwd)/$(basename "$PAGE")

# A new archive each time, in place of an earlier demonstration, and of nothing else.
if [ -e "$DEMO" ] && [ ! -e "$DEMO/archive/0=preserve_archive_1.0" ]; then
  echo "$DEMO is there and is no demonstration of preserve; name another place: make demo DEMO=..." >&2
  exit 1
fi
rm -rf "$DEMO"
mkdir -p "$DEMO"
cd "$DEMO"
cp "$PAGE" .
page=$(basename "$PAGE")
unset PRESERVE_ARCHIVE PRESERVE_SETTINGS

show() { printf '\n$ %s\n' "$*"; "$@"; }
field() { python -c "import json, sys; print(json.loads(sys.stdin.readline())$1)"; }

show preserve --version
show preserve init
show preserve inspect "$page"
show preserve ingest "$page"
show preserve list
identifier=$(preserve list --json | field "['cables'][0]['identifier']")
show preserve show "$identifier"
bag=$(preserve show "$identifier" --json | field "['path']")
show preserve verify "$bag"
show preserve audit
show preserve deposit "$identifier" --to repository

printf '\nWhat bagit-python says of the same bag:\n'
python -m bagit --validate --quiet "$bag" && echo "valid"

printf '\nThe bag, in bytes:\n'
(cd "$bag" && find . -type f | LC_ALL=C sort | while read -r file; do
  printf '%8s  %s\n' "$(wc -c <"$file" | tr -d ' ')" "${file#./}"
done)
printf '\nIts bag-info.txt:\n'
sed 's/^/  /' "$bag/bag-info.txt"
printf '\nWhat was deposited:\n'
find repository -mindepth 1 -maxdepth 1 | LC_ALL=C sort | sed 's/^/  /'
printf '\nAll of it is in %s. To read on, there:\n' "$DEMO"
printf '  preserve inspect %s --as record     (or tei, or premis)\n' "$page"
