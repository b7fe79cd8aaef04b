# Read by the other scripts: what this build is, the same for every build of one commit.
version=$(sed -n 's/^__version__ = "\(.*\)"$/\1/p' app/alpkey/__init__.py)
# Empty until the project has a page of its own.
home_page=$(sed -n 's/^HOME_PAGE = "\(.*\)"$/\1/p' app/alpkey/__init__.py)
commit=$(git rev-parse --short=10 HEAD 2>/dev/null || echo unknown)
: "${SOURCE_DATE_EPOCH:=$(git log -1 --format=%ct 2>/dev/null || echo 1735689600)}"
# GNU's date, then that of macOS.
day=$(date -u -d "@$SOURCE_DATE_EPOCH" +%F 2>/dev/null || date -u -r "$SOURCE_DATE_EPOCH" +%F)
app_id=io.github.alpkey.Alpkey
export version home_page commit day app_id SOURCE_DATE_EPOCH
# Sets keep their order, clocks and languages stay out.
export PYTHONHASHSEED=0 LC_ALL=C.UTF-8 TZ=UTC

# with_home_page FILE: its text with the project's page, or without the lines that would name it.
with_home_page() {
    if [ -n "$home_page" ]; then
        sed "s|@home_page@|$home_page|g" "$1"
    else
        sed -e '/<screenshots>/,/<\/screenshots>/d' -e '/@home_page@/d' "$1"
    fi
}
