"""Loads the DAG, runs each of its sensors once, and says what Airflow would do with the task."""

import runpy
import sys

from airflow import decorators
from airflow.exceptions import AirflowException, AirflowFailException

runpy.run_path(sys.argv[1], run_name="dag")
for name, (settings, function) in decorators.sensors.items():
    try:
        outcome = "succeeds" if function() else settings["mode"]
    except AirflowFailException:
        outcome = "fails"
    except AirflowException:
        outcome = "is tried again" if decorators.declared["default_args"]["retries"] > 0 else "fails"
    print(name, outcome)
