"""The README tells of every setting what its declaration says."""

from pathlib import Path

from alpkey.core.paths import APP_ID
from alpkey.core.settings.settings import Setting, declared

README = (Path(__file__).parents[1] / "README.md").read_text()
HEAD = "| setting | default | meaning |\n|---|---|---|\n"


def row(setting: Setting) -> str:
    """A line of the table."""
    default = setting.kind.text(setting.default)
    shown = f"`{default}`" if default else ""
    return f"| `{setting.key}` | {shown} | {setting.label.rstrip('?')}: {setting.help} |"


def test_the_table_of_settings_is_the_declaration() -> None:
    table = README.partition(HEAD)[2].partition("\n\n")[0]
    assert table.splitlines() == [row(one) for one in declared().values()]


def test_the_name_for_managed_preferences_is_ours() -> None:
    assert f"`{APP_ID}`" in README
