#!/usr/bin/env bash
# Runs a command again while it ends with 75 (batches pending, come again), with so many seconds between, and ends with its last exit code:
#   jobs/schedule/until-done.sh 900 jobs/run infer JOB.yaml --no-wait
# Between two of them nothing runs but this shell.
set -u
seconds=${1:?seconds between two of them}
shift

while true; do
  "$@"
  code=$?
  [ "$code" = 75 ] || exit "$code"
  echo "batches are pending; again in $seconds s" >&2
  sleep "$seconds"
done
