# Runs a program in a throw-away root: an overlay over this computer's own.
# Wants a mount namespace of its own. $1 is the test's folder, $2 the programs'.
set -eu
stage=$1 programs=$2
shift 2
mount --make-rprivate /
over=$stage/over
mkdir "$over"
mount -t tmpfs tmpfs "$over"
mkdir "$over/upper" "$over/work" "$over/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$over/upper,workdir=$over/work" "$over/root"
for folder in /proc /sys /dev; do
  mount --rbind "$folder" "$over/root$folder"
done
for folder in "$stage" "$programs"; do
  mkdir -p "$over/root$folder"
  mount --bind "$folder" "$over/root$folder"
done

# As Debian has it, whatever this computer has made of it.
cd "$over/root/etc"
rm -rf securetty aliases audit gdm gdm3 systemd/coredump.conf rsyslog.conf rsyslog.d sudoers
rm -rf ssh/ssh_config.d/02-ospp.conf ../tmp/tmp-inst ../var/tmp/tmp-inst
printf '#/tmp     /tmp-inst/ level root,adm\n' > security/namespace.conf
sed -i -e '/^PASS_M/d' login.defs
printf 'PASS_MAX_DAYS\t99999\nPASS_MIN_DAYS\t0\n' >> login.defs
for file in passwd group shadow gshadow; do
  [ -f "$file-" ] || cp "$file" "$file-"
done
chown root:root passwd passwd- group group-
chmod 0644 passwd passwd- group group-
chown root:shadow shadow shadow- gshadow gshadow-
chmod 0640 shadow shadow- gshadow gshadow-
cd /
exec chroot "$over/root" "$@"
