"""The script that ssh runs before a login; what it does in each shell is tested in tests/e2e."""

from pathlib import Path

from alpkey.core.paths import find_paths
from alpkey.core.ssh.on_demand import script


def test_the_script_reads_the_line_for_shell_prompts_and_calls_ensure() -> None:
    paths = find_paths({"ALPKEY_HOME": "/the home"}, "linux", "/nowhere", 1000)
    text = script(
        paths, paths.private_key("cscs-key"), ["/bin/alpkey", "ensure"], [Path("/bin/alpkey")]
    )
    lines = text.splitlines()
    assert f"look='{paths.look_file}'" in lines
    assert f"wanted='{paths.private_key('cscs-key')}'${{1:+-$1}}" in lines
    assert f'if [ ! -e \'{paths.intent}\'"${{1:+-$1}}" ] && [ -r "$look" ]; then' in lines
    assert lines[-2:] == [
        "export ALPKEY_HOME='/the home'",
        'exec /bin/alpkey ensure ${account:+--account "$account"}',
    ]
