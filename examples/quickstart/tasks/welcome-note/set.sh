#!/bin/sh
# Writes the note. The text comes in the environment, never in the script.
set -eu
mkdir -p /opt/ordain-quickstart
printf '%s\n' "$ORDAIN_PARAM_TEXT" > /opt/ordain-quickstart/welcome.txt
echo "the note is written"
