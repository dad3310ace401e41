#!/bin/sh
# Does the program work? The last line is the answer.
if /opt/ordain-quickstart/bin/greet; then
    echo true
else
    echo false
fi
