# Both settings, in their section and nowhere else.
file=/etc/systemd/coredump.conf
[ -f "$file" ] || { echo false; exit; }
awk '
  /^[[:space:]]*\[/ { section = $0 }
  section ~ /\[Coredump\]/ && /^[[:space:]]*ProcessSizeMax[[:space:]]*=[[:space:]]*0[[:space:]]*$/ { size = 1 }
  section ~ /\[Coredump\]/ && /^[[:space:]]*Storage[[:space:]]*=[[:space:]]*none[[:space:]]*$/ { storage = 1 }
  END { if (size && storage) print "true"; else print "false" }
' "$file"
