"""tools/setup on machines that lack something, played by stand-ins for the programs that it asks."""

import os
import pathlib
import subprocess
import tempfile
import unittest

SETUP = pathlib.Path(__file__).parent / "setup"
DEBIAN = 'ID=debian\nVERSION_ID="12"\n'
UBUNTU = 'ID=ubuntu\nVERSION_ID="24.04"\n'
NOTHING_INSTALLED = "exit 1"
ALL_INSTALLED = 'shift 2; for package; do echo "installed $package"; done'
ALL_BUT_GCC = 'shift 2; for package; do [ "$package" = g++ ] || echo "installed $package"; done'
FORBIDDEN = 'echo "$0 was called" >&2; touch "$CALLED"; exit 1'


def setup(system, dpkg_query, user, apt_get=FORBIDDEN, what="test"):
    """Exit status, what was printed, and whether apt-get was called."""
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        (root / "os-release").write_text(system)
        programs = {"dpkg-query": dpkg_query, "id": f"echo {user}", "apt-get": apt_get}
        for name, script in programs.items():
            (root / name).write_text(f"#!/bin/bash\n{script}\n")
            (root / name).chmod(0o755)
        environment = {
            "PATH": f"{root}:{os.environ['PATH']}",
            "OS_RELEASE": str(root / "os-release"),
            "CALLED": str(root / "called"),
        }
        done = subprocess.run(
            [str(SETUP), what], env=environment, capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout + done.stderr, (root / "called").exists()


class Setup(unittest.TestCase):
    def test_with_everything_there_it_says_nothing(self):
        for system in (DEBIAN, UBUNTU):
            self.assertEqual(setup(system, ALL_INSTALLED, 1000), (0, "", False))

    def test_without_root_it_names_what_is_missing_and_the_command(self):
        status, output, called = setup(DEBIAN, ALL_BUT_GCC, 1000)
        self.assertEqual((status, called), (2, False))
        self.assertIn("Missing: g++\n", output)
        self.assertIn("apt-get install -y --no-install-recommends g++\n", output)

    def test_on_ubuntu_it_installs_nothing_and_names_ubuntus_packages(self):
        status, output, called = setup(UBUNTU, NOTHING_INSTALLED, 0)
        self.assertEqual((status, called), (2, False))
        self.assertIn("this is ubuntu 24.04", output)
        self.assertIn("libboost1.83-dev libboost-url1.83-dev", output)
        self.assertNotIn("1.81", output)

    def test_an_install_that_fails_is_said_with_its_last_lines(self):
        status, output, called = setup(
            DEBIAN, ALL_BUT_GCC, 0, apt_get='touch "$CALLED"; echo "E: no such package" >&2; exit 100'
        )
        self.assertEqual((status, called), (2, True))
        self.assertIn("E: no such package", output)

    def test_running_needs_less_than_testing(self):
        run = setup(DEBIAN, NOTHING_INSTALLED, 1000, what="run")[1]
        test = setup(DEBIAN, NOTHING_INSTALLED, 1000, what="test")[1]
        self.assertNotIn("clang", run)
        self.assertIn("clang-tidy-19", test)


if __name__ == "__main__":
    unittest.main()
