#!/bin/sh
# Takes the program away again.
set -eu
rm -f /opt/ordain-quickstart/bin/greet
