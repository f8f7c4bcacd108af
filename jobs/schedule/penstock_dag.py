"""Airflow DAG: labels a table every night, with batches at half price. Copy it into the DAGs folder.

Each look is one short command with --no-wait; while batches are pending the task is rescheduled and holds no worker slot.

exit code                          the task
0    done                          succeeds
3    done, many rows failed        succeeds, with a warning in its log
75   batches pending               is rescheduled
2    job file or input is wrong    fails, and is not tried again
4    budget is used up             fails, and is not tried again
5    the provider refuses          fails, and is not tried again
1    internal error                is tried again: what was paid for is kept
130  interrupted                   is tried again
"""

import logging
import os
import subprocess
from datetime import datetime, timedelta

from airflow.exceptions import AirflowException, AirflowFailException

try:  # Airflow 3
    from airflow.sdk import dag, task
except ImportError:  # Airflow 2
    from airflow.decorators import dag, task

HOME = os.environ.get("PENSTOCK_HOME", "/opt/penstock")
JOB = os.environ.get("PENSTOCK_JOB", HOME + "/jobs/recipes/nightly.yaml")

# Or on a cluster, in client mode, which returns the exit code: [HOME + "/jobs/schedule/yarn.sh", JOB, "--no-wait"]
COMMAND = [HOME + "/jobs/run", "infer", JOB, "--no-wait"]

DONE = 0
USAGE = 2
MANY_ROWS_FAILED = 3
OVER_BUDGET = 4
REFUSED = 5
PENDING = 75

log = logging.getLogger(__name__)


def is_done(code):
    """Whether the task is over; raises where it has failed."""
    if code == PENDING:
        return False
    if code == MANY_ROWS_FAILED:
        log.warning("Done, but more rows failed than the job tolerates: see its report")
    elif code in (USAGE, OVER_BUDGET, REFUSED):
        raise AirflowFailException(f"Penstock ended with {code}: somebody must look, another try would end alike")
    elif code != DONE:
        raise AirflowException(f"Penstock ended with {code}: another try goes on with the run")
    return True


@dag(
    dag_id="penstock_nightly",
    schedule="0 1 * * *",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,  # a job has a lock: a second run would be refused
    default_args={"retries": 3, "retry_delay": timedelta(minutes=5)},
)
def penstock_nightly():
    @task.sensor(mode="reschedule", poke_interval=15 * 60, timeout=36 * 60 * 60)
    def label():
        return is_done(subprocess.run(COMMAND, check=False).returncode)

    label()


penstock_nightly()
