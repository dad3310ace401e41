# What else the section says stays; a missing section is added.
set -eu
file=/etc/systemd/coredump.conf
mkdir -p "${file%/*}"
[ -f "$file" ] || : > "$file"
new=$(mktemp "$file.XXXXXX")
trap 'rm -f "$new"' EXIT
awk '
  function ours() { print "ProcessSizeMax=0"; print "Storage=none" }
  /^[[:space:]]*\[Coredump\]/ { print; ours(); within = said = 1; next }
  /^[[:space:]]*\[/ { within = 0 }
  within && /^[[:space:]]*(ProcessSizeMax|Storage)[[:space:]]*=/ { next }
  { print }
  END { if (!said) { print "[Coredump]"; ours() } }
' "$file" > "$new"
chmod 0644 "$new"
mv "$new" "$file"
