#!/bin/sh
# Puts the program `greet` in place, in the version that the plan asks for.
set -eu
folder=/opt/ordain-quickstart/bin
mkdir -p "$folder"
cat > "$folder/greet.new" <<END
#!/bin/sh
version=$ORDAIN_VERSION
echo "Hello from greet \$version"
END
chmod 755 "$folder/greet.new"
mv "$folder/greet.new" "$folder/greet"
echo "greet $ORDAIN_VERSION is in $folder"
