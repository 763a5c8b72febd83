"""What is tried where a machine has no Chromium."""

from tests.browser.ready import install_commands


def test_the_systems_own_package_is_tried_first_where_it_can_be_installed() -> None:
    commands = install_commands(is_root=True, has_apt=True)
    assert [command[0] for command in commands[:2]] == ["apt-get", "apt-get"]
    assert commands[-1][1:] == ["-m", "playwright", "install", "chromium"]


def test_without_root_or_apt_only_playwrights_own_is_tried() -> None:
    for is_root, has_apt in ((False, True), (True, False), (False, False)):
        assert len(install_commands(is_root=is_root, has_apt=has_apt)) == 1
