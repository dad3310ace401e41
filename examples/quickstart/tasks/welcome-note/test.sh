#!/bin/sh
# Does the note say what it should? Compares, changes nothing.
note=/opt/ordain-quickstart/welcome.txt
if [ -f "$note" ] && [ "$(cat "$note")" = "$ORDAIN_PARAM_TEXT" ]; then
    echo true
else
    echo false
fi
