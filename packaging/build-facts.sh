# Read by the other scripts: what this build is, the same for every build of one commit.
version=$(sed -n 's/^__version__ = "\(.*\)"$/\1/p' app/alpkey/__init__.py)
commit=$(git rev-parse --short=10 HEAD 2>/dev/null || echo unknown)
: "${SOURCE_DATE_EPOCH:=$(git log -1 --format=%ct 2>/dev/null || echo 1735689600)}"
# GNU's date, then that of macOS.
day=$(date -u -d "@$SOURCE_DATE_EPOCH" +%F 2>/dev/null || date -u -r "$SOURCE_DATE_EPOCH" +%F)
app_id=io.github.alpkey.Alpkey
export version commit day app_id SOURCE_DATE_EPOCH
# Sets keep their order, clocks and languages stay out.
export PYTHONHASHSEED=0 LC_ALL=C.UTF-8 TZ=UTC
