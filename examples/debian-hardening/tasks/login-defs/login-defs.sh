# One key of /etc/login.defs. A file that names it twice is mended too.
set -eu
file=/etc/login.defs
key=$ORDAIN_PARAM_KEY
days=$ORDAIN_PARAM_DAYS

found() {
  awk -v key="$key" '$1 == key { print $2 }' "$file"
}

case $ORDAIN_METHOD in
get) found ;;
test) if [ "$(found)" = "$days" ]; then echo true; else echo false; fi ;;
set)
  new=$(mktemp "$file.XXXXXX")
  trap 'rm -f "$new"' EXIT
  awk -v key="$key" -v days="$days" '
    $1 == key { if (!said) print key "\t" days; said = 1; next }
    { print }
    END { if (!said) print key "\t" days }
  ' "$file" > "$new"
  chmod --reference="$file" "$new"
  chown --reference="$file" "$new"
  mv "$new" "$file"
  ;;
esac
