"""prefect.yaml: the flows on a work pool, for more than one machine."""

import os
import subprocess
import sys
from pathlib import Path

import httpx

from tests.prefect_server import PrefectServer

_TOP = Path(__file__).resolve().parents[2]


def test_prefect_deploys_all_flows_to_a_work_pool_with_sweep_and_post_on_their_schedules(
    prefect: PrefectServer, tmp_path: Path
) -> None:
    pool = {"name": "apflow", "type": "process"}
    httpx.post(f"{prefect.api}/work_pools/", json=pool, timeout=20).raise_for_status()
    env = {
        **os.environ,
        "PREFECT_API_URL": prefect.api,
        "PREFECT_HOME": str(tmp_path),
        "DO_NOT_TRACK": "1",
    }
    done = subprocess.run(
        [sys.executable, "-m", "prefect", "--no-prompt", "deploy", "--all"],
        cwd=_TOP, env=env, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    deployed = prefect.deployments()
    assert set(deployed) == {
        "fire_deadlines", "send_notices", "advance_referral", "hold_forum", "import_referrals",
    }  # fmt: skip
    assert {one["work_pool_name"] for one in deployed.values()} == {"apflow"}
    for name in ("fire_deadlines", "send_notices"):
        scheduled = deployed.pop(name)
        assert [one["schedule"]["interval"] for one in scheduled["schedules"]] == [300]
        assert scheduled["global_concurrency_limit"]["limit"] == 1
        assert scheduled["concurrency_options"]["collision_strategy"] == "CANCEL_NEW"
    assert not any(one["schedules"] for one in deployed.values())
