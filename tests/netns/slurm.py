"""A real Slurm on daint: controller, nodes and munge as Debian packs them, all run as alice.

Its programs are found through ssh as on any cluster; the file that they read is named by the
server (``SetEnv`` of sshd_config(5)), so nothing of the machine's own Slurm is touched.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.e2e.waiting import until
from tests.netns.centre import RealCentre
from tests.netns.world import HOSTS

PROGRAMS = ("slurmctld", "slurmd", "munged", "mungekey", "squeue", "sbatch", "scancel", "scontrol")
NODES = ("nid006554", "nid006555", "nid006557")
NODE_LIST = "nid[006554-006555,006557]"
FIRST_PORT = 17_000

# slurm.conf(5).  As a user of its own slurmd needs no root; heterogeneous jobs are started by the
# backfill scheduler alone, so it looks each second.
CONFIG = """\
ClusterName=daint
SlurmctldHost=daint({address})
SlurmctldPort=16999
SlurmUser=alice
SlurmdUser=alice
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CredType=cred/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerType=sched/backfill
SchedulerParameters=bf_interval=1,sched_interval=1,sched_min_interval=1
ReturnToService=2
MpiDefault=none
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool-%n
SlurmctldPidFile={folder}/ctld.pid
SlurmdPidFile={folder}/d-%n.pid
SlurmctldLogFile={folder}/ctld.log
SlurmdLogFile={folder}/d-%n.log
{nodes}
PartitionName=normal Nodes=ALL Default=YES MaxTime=INFINITE DefaultTime=60 State=UP
"""


@contextmanager
def real_slurm(centre: RealCentre) -> Iterator[RealCentre]:
    """Runs on daint until left; skips where the machine has no Slurm."""
    if missing := [name for name in PROGRAMS if not _path(name)]:
        pytest.skip(f"a real Slurm needs slurm-wlm and munge: there is no {missing[0]}")
    folder = centre.folder / "slurm"
    (folder / "state").mkdir(parents=True)
    folder.chmod(0o755)  # munge(7): who may write the folder of a socket may forge it
    address = HOSTS["daint"].address
    nodes = "\n".join(
        f"NodeName={name} NodeHostname=daint NodeAddr={address} Port={FIRST_PORT + number}"
        " CPUs=2 State=UNKNOWN"
        for number, name in enumerate(NODES)
    )
    config = folder / "slurm.conf"
    config.write_text(CONFIG.format(address=address, folder=folder, nodes=nodes))
    (folder / "cgroup.conf").write_text("CgroupAutomount=no\n")
    centre.set_variable("daint", "SLURM_CONF", str(config))
    key, socket = folder / "munge.key", folder / "munge.socket"
    munged = (
        f"--key-file={key} --socket={socket} --pid-file={folder}/munge.pid "
        f"--log-file={folder}/munge.log --seed-file={folder}/munge.seed --force"
    )
    centre.run_on(
        "daint",
        f"{_path('mungekey')} --create --keyfile {key}\n"
        f"{_path('munged')} {munged}\n"
        f"export SLURM_CONF={config}\n"
        f"{_path('slurmctld')} -c\n"
        + "".join(f"mkdir {folder}/spool-{name}; {_path('slurmd')} -N {name}\n" for name in NODES),
    )
    idle = f"SLURM_CONF={config} sinfo -h -t idle -o %D || true"
    until(lambda: centre.run_on("daint", idle) == f"{len(NODES)}\n", "idle nodes")
    yield centre


def _path(program: str) -> str | None:
    """Servers are in a folder that not every user's PATH names."""
    return shutil.which(program) or shutil.which(program, path="/usr/sbin:/sbin")
